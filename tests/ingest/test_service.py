"""The ingest service while what it writes to is away."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.contract.clock import ManualClock
from ingest.mqtt import BrokerAddress, MqttLink
from ingest.pipeline import Pipeline
from ingest.service import IngestService
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from ingest.storage.port import StoreUnavailableError
from tests.builders import a_registry
from tests.ingest.arrivals import NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import Mailbox, a_pipeline, account_of


class _AwayStore(MemoryStore):
    """A store that is not there for the first tries, and may have somebody stop the service."""

    def __init__(self, tries: int, stop: threading.Event | None = None) -> None:
        super().__init__()
        self.tries = tries
        self.stop = stop

    def write(self, blocks: Sequence[Block]) -> None:
        self.tries -= 1
        if self.tries >= 0:
            if self.stop:
                self.stop.set()
            raise StoreUnavailableError("away")
        super().write(blocks)


def a_service(pipeline: Pipeline) -> IngestService:
    link = MqttLink(BrokerAddress(host="", port=1), client_id="test", clock=ManualClock(NOW))
    return IngestService(link=link, pipeline=pipeline, retry=timedelta(0))


def test_a_group_is_taken_in_when_the_store_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox = Mailbox()
    store = _AwayStore(tries=2)
    with a_pipeline(tmp_path, a_registry(), store=store, mailbox=mailbox) as pipeline:
        done = a_service(pipeline).commit([a_message(a_chunk(a_part()))], threading.Event())

        account = account_of(pipeline)
        archived = [message for frame in pipeline.archive.frames() for message in frame.messages]

    assert done
    assert (account.stored, account.redelivered) == (3, 0)
    assert len(archived) == 1
    assert len(mailbox.published) == 1
    assert [record.getMessage() for record in caplog.records] == [
        "cannot take in 1 messages yet: away"
    ] * 2


def test_a_service_that_is_stopped_meanwhile_does_not_say_that_it_is_done(tmp_path: Path) -> None:
    mailbox, stop = Mailbox(), threading.Event()
    store = _AwayStore(tries=9, stop=stop)
    with a_pipeline(tmp_path, a_registry(), store=store, mailbox=mailbox) as pipeline:
        done = a_service(pipeline).commit([a_message(a_chunk(a_part()))], stop)

    assert not done
    assert mailbox.published == []
    with a_pipeline(tmp_path, a_registry(), mailbox=mailbox) as pipeline:
        a_service(pipeline).recover()
        assert account_of(pipeline).stored == 3
    assert len(mailbox.published) == 1


def test_a_full_disk_under_the_archive_is_waited_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        message = a_message(a_chunk(a_part()))
        full = iter([True, True])

        def fsync(_: int) -> None:
            if next(full, False):
                raise OSError(28, "No space left on device")

        monkeypatch.setattr("ingest.archive.os.fsync", fsync)
        done = a_service(pipeline).commit([message], stop)

        archived = [one for frame in pipeline.archive.frames() for one in frame.messages]
        account = account_of(pipeline)

    assert done
    assert archived == [message]
    assert account.stored == 3
