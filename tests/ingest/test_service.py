"""The ingest service while what it writes to is away."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ingest.contract.clock import ManualClock
from ingest.mqtt import BrokerAddress, MqttLink
from ingest.pipeline import Pipeline
from ingest.service import IngestService
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from ingest.storage.port import StoreError, StoreUnavailableError
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


def a_service(
    pipeline: Pipeline, *, retry: timedelta = timedelta(0), jitter: float = 1.0
) -> IngestService:
    link = MqttLink(BrokerAddress(host="", port=1), client_id="test", clock=ManualClock(NOW))
    return IngestService(link=link, pipeline=pipeline, retry=retry, jitter=lambda: jitter)


class _Waits(threading.Event):
    """Nobody stops the service, and its waits are over at once."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.told.append(timeout)
        return False


class _TroubledStore(MemoryStore):
    """A store that raises one error after the other before it keeps anything."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    def write(self, blocks: Sequence[Block]) -> None:
        if self.errors:
            raise self.errors.pop(0)
        super().write(blocks)


def test_tries_come_ever_more_rarely_and_never_before_the_store_asked_for(tmp_path: Path) -> None:
    patient = StoreUnavailableError("busy", retry_after=timedelta(seconds=20))
    endless = StoreUnavailableError("busy", retry_after=timedelta(days=1))
    errors = [StoreUnavailableError("away") for _ in range(6)]
    waits = _Waits()
    with a_pipeline(
        tmp_path, a_registry(), store=_TroubledStore(patient, endless, *errors)
    ) as pipeline:
        service = a_service(pipeline, retry=timedelta(seconds=1), jitter=0.0)
        assert service.commit([a_message(a_chunk(a_part()))], waits)
        assert account_of(pipeline).stored == 3

    assert waits.told == [20.0, 30.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(StoreError("status 401: the token does not open it"), id="a token revoked"),
        pytest.param(OperationalError("SELECT", {}, Exception("gone")), id="catalog gone"),
        pytest.param(InterfaceError("SELECT", {}, Exception("closed")), id="connection closed"),
        pytest.param(PoolTimeoutError("no connection left"), id="no connection left"),
        pytest.param(OSError(28, "No space left on device"), id="disk full"),
    ],
)
def test_whatever_somebody_can_put_right_is_waited_out(tmp_path: Path, error: Exception) -> None:
    with a_pipeline(tmp_path, a_registry(), store=_TroubledStore(error)) as pipeline:
        assert a_service(pipeline).commit([a_message(a_chunk(a_part()))], threading.Event())
        assert account_of(pipeline).stored == 3


def test_what_a_crash_left_is_taken_in_though_the_store_is_away_at_the_start(
    tmp_path: Path,
) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        next(pipeline.commit([a_message(a_chunk(a_part()))]))
    with a_pipeline(tmp_path, a_registry(), store=_AwayStore(tries=3)) as pipeline:
        a_service(pipeline).recover(threading.Event())

        assert account_of(pipeline).stored == 3


def test_a_long_recovery_can_be_stopped_between_two_groups(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        for first in (1, 4, 7):
            pipeline.archive.append([a_message(a_chunk(a_part(first=first)))])
        stop = _StoppedAfter(1, pipeline)
        a_service(pipeline).recover(stop)
        assert account_of(pipeline).stored == 3

        a_service(pipeline).recover(threading.Event())
        assert account_of(pipeline).stored == 9


class _StoppedAfter(threading.Event):
    """Set as soon as a pipeline has stored something of so many groups."""

    def __init__(self, groups: int, pipeline: Pipeline) -> None:
        super().__init__()
        self.records = 3 * groups
        self.pipeline = pipeline

    def is_set(self) -> bool:
        return account_of(self.pipeline).stored >= self.records


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
        a_service(pipeline).recover(threading.Event())
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
