"""The order of a commit, and what a crash between two steps leaves to do."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from ingest import quarantine
from ingest.archive import Message, read_message
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.limits import LIMITS
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.ranges import Ranges
from ingest.pipeline import Pipeline, Step
from ingest.storage.block import Block
from ingest.storage.columns import taken
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingsRejectedError, ReadingStore
from tests.builders import a_registry
from tests.ingest.arrivals import EVENING_MS, a_chunk, a_message, a_part
from tests.ingest.embedded import Mailbox, a_pipeline, account_of

_BOOT = BootId("boot-1")
_SPAN = Period(EVENING_MS * 1_000, EVENING_MS * 1_000 + 3_600_000_000)


def kept(store: ReadingStore) -> list[float]:
    """Return the lamp's evening as the store has it."""
    block = store.read(DeviceClass.STREETLIGHT, [DeviceId("kh-lamp-1")], _SPAN)
    return list(block.values.get("load_power", ()))


def steps(pipeline: Pipeline, *messages: Message) -> list[Step]:
    """Commit messages and return the steps taken."""
    return list(pipeline.commit(messages))


class PickyStore(MemoryStore):
    """Keeps everything but 59 W."""

    def write(self, blocks: Sequence[Block]) -> None:
        """Keep what it likes, and refuse the rest."""
        for block in blocks:
            refused = np.flatnonzero(block.values["load_power"] == 59.0)
            super().write([taken(block, np.setdiff1d(np.arange(len(block)), refused))])
            if len(refused):
                raise ReadingsRejectedError("59 W", refused=taken(block, refused))


def test_what_the_store_refuses_goes_to_quarantine_and_nothing_else_is_lost(
    tmp_path: Path,
) -> None:
    part = a_part(values={"load_power": [60.0, 59.0, 61.0]})
    with a_pipeline(tmp_path, a_registry(), store=PickyStore()) as pipeline:
        taken_steps = steps(pipeline, a_message(a_chunk(part)))
        account = account_of(pipeline)
        with pipeline.catalog.connect() as connection:
            (entry,) = quarantine.entries(connection)

    assert taken_steps[-1] is Step.ACKNOWLEDGED
    assert kept(pipeline.store) == [60.0, 61.0]
    assert (account.stored, account.quarantined, account.balanced) == (2, 1, True)
    assert (entry.numbers, entry.reason) == (Ranges.of((2, 2)), "1 records refused: 59 W")


POISON = ["1e400", "NaN", "-Infinity", "1" * 400, '"60"', "true", "[60.0]", '{"w": 60}', "null"]


@pytest.mark.parametrize("said", POISON, ids=lambda said: said[:9])
def test_a_reading_that_is_poison_costs_its_neighbors_nothing(tmp_path: Path, said: str) -> None:
    text = orjson.dumps(a_chunk(a_part([60.0, 12345.5, 62.0])))
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        steps(pipeline, a_message(text.replace(b"12345.5", said.encode())))
        account = account_of(pipeline)
        with pipeline.catalog.connect() as connection:
            (entry,) = quarantine.entries(connection)

    assert kept(pipeline.store) == [60.0, 62.0]
    assert (account.stored, account.quarantined, account.balanced) == (2, 1, True)
    assert entry.numbers == Ranges.of((2, 2))


def test_a_commit_takes_its_steps_in_order_and_acknowledges_last(tmp_path: Path) -> None:
    mailbox, store = Mailbox(), MemoryStore()
    with a_pipeline(tmp_path, a_registry(), store=store, mailbox=mailbox) as pipeline:
        seen = [
            (step, len(kept(store)), account_of(pipeline).stored, len(mailbox.published))
            for step in pipeline.commit([a_message(a_chunk(a_part()))])
        ]

    assert seen == [
        (Step.ARCHIVED, 0, 0, 0),
        (Step.STORED, 3, 0, 0),
        (Step.WRITTEN_DOWN, 3, 3, 0),
        (Step.ACKNOWLEDGED, 3, 3, 1),
    ]
    assert mailbox.published[0][0] == "zw/1/kh-gw-1/down/ack"
    assert mailbox.last().settled == {_BOOT: Ranges.of((1, 3))}


@pytest.mark.parametrize("done", [Step.ARCHIVED, Step.STORED])
def test_what_was_archived_before_a_crash_comes_in_without_being_sent_again(
    tmp_path: Path, done: Step
) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        for step in pipeline.commit([a_message(a_chunk(a_part()))]):
            if step is done:
                break

    mailbox, store = Mailbox(), MemoryStore()
    with a_pipeline(tmp_path, a_registry(), store=store, mailbox=mailbox) as pipeline:
        assert account_of(pipeline).stored == 0

        list(pipeline.recover())

        assert kept(store) == [60.0, 61.0, 62.0]
        assert (account_of(pipeline).stored, account_of(pipeline).assigned) == (3, 3)
        assert mailbox.last().settled == {_BOOT: Ranges.of((1, 3))}
        assert list(pipeline.recover()) == []


def test_a_crash_before_the_acknowledgement_is_healed_by_sending_again(tmp_path: Path) -> None:
    message = a_message(a_chunk(a_part()))
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        for step in pipeline.commit([message]):
            if step is Step.WRITTEN_DOWN:
                break

    mailbox = Mailbox()
    with a_pipeline(tmp_path, a_registry(), mailbox=mailbox) as pipeline:
        assert list(pipeline.recover()) == []

        steps(pipeline, message)

        assert mailbox.last().settled == {_BOOT: Ranges.of((1, 3))}
        account = account_of(pipeline)
        assert (account.stored, account.redelivered, account.readings) == (3, 3, 3)


def test_a_store_made_anew_from_the_archive_holds_the_same(tmp_path: Path) -> None:
    store = MemoryStore()
    with a_pipeline(tmp_path, a_registry(), store=store) as pipeline:
        steps(pipeline, a_message(a_chunk(a_part([1.0, 2.0]))))
        steps(pipeline, a_message(a_chunk(a_part([3.0], first=3))), a_message(b"rubbish"))
        (tmp_path / "again").mkdir()
        with a_pipeline(tmp_path / "again", a_registry()) as other:
            again = replace(other, archive=pipeline.archive)

            list(again.recover())

            assert kept(again.store) == kept(store) == [1.0, 2.0, 3.0]
            assert account_of(again) == account_of(pipeline)


def test_a_quarantined_entry_points_at_its_message(tmp_path: Path) -> None:
    good, bad = a_message(a_chunk(a_part())), a_message(b"\x00rubbish", gateway="kh-gw-2")
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        steps(pipeline, good)
        steps(pipeline, good, bad)
        with pipeline.catalog.connect() as connection:
            (one,) = quarantine.entries(connection)

    assert one.gateway == "kh-gw-2"
    assert read_message(tmp_path / "archive", one.place, one.index) == bad


def test_an_acknowledgement_tells_what_was_quarantined_and_why(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with a_pipeline(tmp_path, a_registry(), mailbox=mailbox) as pipeline:
        steps(pipeline, a_message(a_chunk(a_part([60.0, "x", 62.0]))))
        steps(pipeline, a_message(a_chunk(a_part(["x", 64.0], first=4))))

    ack = mailbox.last()
    (defect,) = ack.quarantined[_BOOT]
    assert ack.settled == {_BOOT: Ranges.of((1, 5))}
    assert defect.numbers == Ranges.of((2, 2), (4, 4))
    assert defect.reason == "load_power: expected a finite number, got 'x'"


def test_an_acknowledgement_stays_within_its_limit_however_much_was_quarantined(
    tmp_path: Path,
) -> None:
    """400 reasons, and one with 1,000 ranges: the newest 50 of each are told."""
    mailbox = Mailbox()
    rare = [f"{number * 7_919:037}" for number in range(400)]
    many = ["same" if row % 2 else 1.0 for row in range(2_000)]
    with a_pipeline(tmp_path, a_registry(), mailbox=mailbox) as pipeline:
        steps(pipeline, a_message(a_chunk(a_part(rare))))
        times = [EVENING_MS + row for row in range(2_000)]
        steps(pipeline, a_message(a_chunk(a_part(many, first=401, measured_at=times))))

    ack = mailbox.last()
    assert len(mailbox.published[-1][1]) < LIMITS.wire_bytes
    assert ack.settled == {_BOOT: Ranges.of((1, 2_400))}
    newest, *others = ack.quarantined[_BOOT]
    assert newest.reason.endswith("'same'")
    assert newest.numbers == Ranges.from_numbers(range(2_302, 2_401, 2))
    assert [each.numbers for each in others] == [
        Ranges.of((number, number)) for number in range(400, 351, -1)
    ]


def test_every_gateway_ever_heard_of_is_told_again_what_is_settled(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with a_pipeline(tmp_path, a_registry(), mailbox=mailbox) as pipeline:
        steps(pipeline, a_message(a_chunk(a_part())), a_message(a_chunk(), gateway="kh-gw-2"))
        mailbox.published.clear()

        pipeline.acknowledge_all()

    assert [topic for topic, _ in mailbox.published] == [
        "zw/1/kh-gw-1/down/ack",
        "zw/1/kh-gw-2/down/ack",
    ]


def test_records_that_nobody_holds_any_more_raise_the_alarm_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A gateway that forgot 1-3 without ingest having them: `low` gives it away."""
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        lost = a_chunk(a_part(first=4), low=4)
        steps(pipeline, a_message(lost))
        steps(pipeline, a_message(lost))
        account = account_of(pipeline)

    alarms = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [alarm.getMessage() for alarm in alarms] == [
        "missing: 3 records that nobody holds any more"
    ]
    assert vars(alarms[0])["range"] == "1-3"
    assert vars(alarms[0])["gateway"] == "kh-gw-1"
    assert (account.missing, account.stored, account.balanced) == (3, 3, True)
