"""Records of devices that publish by themselves: stored or set aside, and counted beside."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingest import feed, ledger, quarantine
from ingest.archive import Message
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.control import Desk, Form
from ingest.intake import Intake, open_messages, take_in
from ingest.ledger import Line
from ingest.mapping_files import shipped_mappings
from ingest.meter import Meter
from ingest.pipeline import Pipeline
from ingest.quarantine import State
from ingest.rebuilding import rebuild
from ingest.registry.registry import Registry
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingsRejectedError
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import EVENING_MS, MINUTE_MS, NOW, a_chunk, a_frame, a_message, a_part
from tests.ingest.embedded import Mailbox, a_pipeline, account_of

_LAMP = "kh-lamp-7"
_REGISTRY = a_registry(a_device(_LAMP, profile="plain"), a_device("kh-lamp-1"))
_RECEIVED = date(2026, 10, 31)  # the day of NOW


def said(
    watts: object = 60.0, *, minute: int = 0, device: str = _LAMP, **changed: object
) -> Message:
    """Return what a lamp says of its load power."""
    at = EVENING_MS + minute * MINUTE_MS
    body: dict[str, object] = {"measured_at": at, "values": {"load_power": watts}}
    return a_message(body | changed, gateway=device, kind="reading")


def taken(*messages: Message, registry: Registry = _REGISTRY) -> Intake:
    opened = open_messages(a_frame(*messages))
    return take_in(opened, registry=registry, accounts={}, mappings=shipped_mappings())


def power(blocks: Sequence[Block]) -> dict[tuple[str, int], float]:
    """Return what was said of load power, by device and minute of the evening."""
    return {
        (block.names[device], (at // 1_000 - EVENING_MS) // MINUTE_MS): value
        for block in blocks
        for device, at, value in zip(
            block.devices.tolist(),
            block.measured_at.tolist(),
            block.values["load_power"].tolist(),
            strict=True,
        )
    }


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    with a_pipeline(tmp_path, _REGISTRY) as opened:
        yield opened


def kept(pipeline: Pipeline) -> dict[tuple[str, int], float]:
    names = [DeviceId(_LAMP), DeviceId("kh-lamp-1")]
    span = Period(0, micros(NOW))
    return power([pipeline.store.read(DeviceClass.STREETLIGHT, names, span)])


def a_desk(pipeline: Pipeline) -> Desk:
    def commit(form: Form) -> None:
        if messages := form():
            list(pipeline.commit(messages))

    find = pipeline.archive.message
    return Desk(
        catalog=pipeline.catalog,
        clock=pipeline.clock,
        commit=commit,
        find=find,
        store=pipeline.store,
        registry=pipeline.registry,
    )


def test_a_record_is_stored_and_counted_by_its_day_of_receipt() -> None:
    intake = taken(said(60.0), said(61.0, minute=5))

    assert power(intake.blocks) == {(_LAMP, 0): 60.0, (_LAMP, 5): 61.0}
    (moved,) = intake.settlements
    assert (moved.gateway, moved.day, moved.unnumbered, moved.readings) == (
        "kh-gw-1",
        _RECEIVED,
        2,
        2,
    )
    assert (moved.stored, moved.quarantined) == (0, 0)
    (hour,) = intake.touched
    assert (hour.records, hour.numbered) == (2, False)
    assert (intake.refusals, intake.heard, intake.accounts) == ([], [], {})


def test_the_last_of_one_instant_wins_whoever_brought_it() -> None:
    part = a_part([1.0], device=_LAMP)

    (block,) = taken(said(60.0), a_message(a_chunk(part)), said(62.0)).blocks

    assert block.values["load_power"].tolist() == [60.0, 1.0, 62.0]


@pytest.mark.parametrize(
    ("message", "gateway", "reason"),
    [
        pytest.param(
            said(device="kh-lamp-9"), "kh-lamp-9", "unknown device kh-lamp-9", id="device"
        ),
        pytest.param(
            said(device="kh-lamp-1"),
            "kh-gw-1",
            "no mapping is called srne_streetlight, as its profile is (device kh-lamp-1)",
            id="behind a gateway",
        ),
        pytest.param(
            said("60"),
            "kh-gw-1",
            "load_power: expected a finite number (device kh-lamp-7)",
            id="value",
        ),
        pytest.param(
            said(None),
            "kh-gw-1",
            "values: expected a record that says something (device kh-lamp-7)",
            id="silent",
        ),
        pytest.param(
            said(values={"load_power": 60, "pm25": 3}),
            "kh-gw-1",
            "not a metric of a streetlight: pm25 (device kh-lamp-7)",
            id="metric",
        ),
        pytest.param(
            said(measured_at=0),
            "kh-gw-1",
            "impossible time: measured 1970-01-01T00:00:00Z, before 2000 (device kh-lamp-7)",
            id="too early",
        ),
        pytest.param(
            said(measured_at=micros(NOW + timedelta(minutes=11)) // 1_000),
            "kh-gw-1",
            "impossible time: measured 2026-10-31T06:11:00Z, after it was received"
            " (device kh-lamp-7)",
            id="too late",
        ),
        pytest.param(
            a_message(b"[1]", gateway=_LAMP, kind="reading"),
            _LAMP,
            "payload: expected plain JSON starting with '{', or a zlib stream",
            id="a list",
        ),
        pytest.param(
            a_message(b"{", gateway=_LAMP, kind="reading"),
            _LAMP,
            "payload: expected JSON (unexpected end of data: line 1 column 2 (char 1))",
            id="half",
        ),
    ],
)
def test_what_cannot_be_stored_is_set_aside_whole(
    message: Message, gateway: str, reason: str
) -> None:
    intake = taken(said(), message)

    assert power(intake.blocks) == {(_LAMP, 0): 60.0}
    (refusal,) = intake.refusals
    assert (refusal.message, refusal.gateway, refusal.reason) == (1, gateway, reason)
    assert not refusal.numbers
    assert sum(one.unnumbered for one in intake.settlements) == 1


def test_an_implausible_value_is_kept_and_flagged() -> None:
    (block,) = taken(said(5_000.0)).blocks

    assert block.flags["load_power"].tolist() == [4]


def test_it_is_archived_as_received_and_stands_beside_the_account(pipeline: Pipeline) -> None:
    message = said()
    list(pipeline.commit([message, a_message(a_chunk(a_part()))]))

    (frame,) = pipeline.archive.frames()
    account = account_of(pipeline)
    assert frame.messages[0] == message
    assert account == Line(assigned=3, stored=3, readings=4, unnumbered=1)
    assert account.balanced


def test_no_acknowledgement_goes_to_a_device(tmp_path: Path) -> None:
    mailbox = Mailbox()
    with a_pipeline(tmp_path, _REGISTRY, mailbox=mailbox) as opened:
        list(opened.commit([said()]))
        opened.acknowledge_all()

    assert mailbox.published == []


def test_what_a_crash_left_is_taken_in_once(pipeline: Pipeline) -> None:
    next(pipeline.commit([said(), said(61.0, minute=5)]))

    list(pipeline.recover())
    list(pipeline.recover())

    assert kept(pipeline) == {(_LAMP, 0): 60.0, (_LAMP, 5): 61.0}
    assert account_of(pipeline) == Line(readings=2, unnumbered=2)


def test_a_rebuild_ends_with_the_same(pipeline: Pipeline, tmp_path: Path) -> None:
    list(pipeline.commit([said(1.0), said(device="kh-lamp-9")]))
    list(pipeline.commit([said(60.0)]))
    (tmp_path / "again").mkdir()

    with a_pipeline(tmp_path / "again", _REGISTRY) as other:
        again = replace(other, archive=pipeline.archive)
        list(again.recover())

        assert kept(again) == kept(pipeline) == {(_LAMP, 0): 60.0}
        assert account_of(again) == account_of(pipeline) == Line(readings=2, unnumbered=2)


def test_a_quarantined_record_is_replayed_once(tmp_path: Path) -> None:
    ignorant = a_registry(a_device("kh-lamp-1"))
    with a_pipeline(tmp_path, ignorant) as before:
        list(before.commit([said()]))
        list(a_desk(before).replay([], actor="operator"))
        with before.catalog.connect() as connection:
            (entry,) = quarantine.entries(connection)
        assert entry.state is State.OPEN
        knowing = replace(before, registry=lambda: _REGISTRY)

        (outcome,) = a_desk(knowing).replay([], actor="operator")
        again = a_desk(knowing).replay([], actor="operator")

        assert (outcome.state, again) == (State.REPLAYED, [])
        assert kept(knowing) == {(_LAMP, 0): 60.0}
        assert account_of(knowing) == Line(readings=1, unnumbered=1)
        with knowing.catalog.connect() as connection:
            (row,) = feed.changes(connection)
            ((_, day),) = ledger.lines(connection)
        assert (row.records, row.numbered, row.day, day) == (1, False, _RECEIVED, _RECEIVED)


def test_a_lost_store_has_again_what_was_stored_and_no_more(tmp_path: Path) -> None:
    """One record is dropped, one is replayed, and one waits though the registry knows better."""
    ignorant = a_registry(a_device("kh-lamp-1"))
    with a_pipeline(tmp_path, ignorant) as before:
        list(before.commit([said(1.0), said(2.0, minute=5), said(3.0, minute=10)]))
        knowing = replace(before, registry=lambda: _REGISTRY)
        with before.catalog.connect() as connection:
            dropped, replayed, _ = quarantine.entries(connection)
        a_desk(knowing).drop(dropped.id, actor="operator", why="a trial")
        a_desk(knowing).replay([replayed.id], actor="operator")
        list(knowing.commit([said(60.0, minute=15)]))
        stored = kept(knowing)
        again = replace(knowing, store=MemoryStore())

        rebuilt = rebuild(again)

        assert kept(again) == stored == {(_LAMP, 5): 2.0, (_LAMP, 15): 60.0}
        assert (rebuilt.written, rebuilt.refused, rebuilt.lost) == (2, 0, {})
        assert account_of(again) == account_of(knowing)


def test_a_rebuild_counts_what_the_registry_does_not_know_any_more(pipeline: Pipeline) -> None:
    list(pipeline.commit([said(60.0)]))
    forgetful = replace(
        pipeline, store=MemoryStore(), registry=lambda: a_registry(a_device("kh-lamp-1"))
    )

    rebuilt = rebuild(forgetful)

    assert (rebuilt.written, rebuilt.refused) == (0, 1)


class _PickyStore(MemoryStore):
    """Keeps no block with a lamp at 61 W."""

    def write(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            if (poison := block.values["load_power"] == 61.0).any():
                raise ReadingsRejectedError("no 61 W", refused=_rows(block, poison.tolist()))
        super().write(blocks)


def _rows(block: Block, chosen: Sequence[bool]) -> Block:
    rows = [row for row, one in enumerate(chosen) if one]
    return replace(
        block,
        devices=block.devices[rows],
        measured_at=block.measured_at[rows],
        values={name: values[rows] for name, values in block.values.items()},
        flags={name: flags[rows] for name, flags in block.flags.items()},
    )


def test_what_the_store_refuses_is_set_aside_and_the_rest_kept(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, _REGISTRY, store=_PickyStore()) as opened:
        list(opened.commit([said(60.0), said(61.0, minute=5), said(62.0, minute=10)]))

        assert kept(opened) == {(_LAMP, 0): 60.0, (_LAMP, 10): 62.0}
        with opened.catalog.connect() as connection:
            (entry,) = quarantine.entries(connection)
        assert entry.reason.startswith("1 records refused: no 61 W")
        assert entry.index == 1


def test_a_meter_counts_them(pipeline: Pipeline) -> None:
    meter = Meter()
    list(replace(pipeline, meter=meter).commit([said(), said(minute=5), said("x")]))

    counted = {
        way: meter.counts.get_sample_value("zonewatch_ingest_records_total", {"way": way})
        for way in ("stored", "quarantined", "unnumbered")
    }
    assert counted == {"stored": 0, "quarantined": 0, "unnumbered": 2}
