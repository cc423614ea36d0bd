"""What hand-made messages amount to: what is stored, what is set aside and why, who is counted."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import isnan

import orjson
import pytest

from ingest.contract.quality import Quality
from ingest.contract.ranges import EMPTY, Ranges
from ingest.intake import Intake, boots_in, open_messages, take_in
from ingest.ledger import BootAccount, BootKey
from ingest.storage.block import Block
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import (
    EVENING_MS,
    MINUTE_MS,
    NOW,
    NOW_MS,
    a_chunk,
    a_frame,
    a_message,
    a_part,
)

_REGISTRY = a_registry(
    a_device("kh-lamp-1"), a_device("kh-lamp-2"), more=[a_device("kh-lamp-9", gateway="kh-gw-2")]
)
_DAY, _NEXT = date(2026, 10, 30), date(2026, 10, 31)

Counts = dict[str, int]


def taken(*bodies: object, before: Mapping[BootKey, BootAccount] | None = None) -> Intake:
    """Take chunks of the first gateway in, as one group."""
    opened = open_messages(a_frame(*map(a_message, bodies)))
    return take_in(opened, registry=_REGISTRY, accounts=before or {})


def power(intake: Intake) -> dict[tuple[str, int], float]:
    """Return the load power that would be stored, by device and milliseconds."""
    return {
        (block.names[block.devices[row]], int(block.measured_at[row]) // 1_000): float(value)
        for block in intake.blocks
        for row, value in enumerate(block.values.get("load_power", ()))
    }


def refused(intake: Intake) -> list[tuple[str, list[list[int]]]]:
    """Return the reasons for quarantine with the numbers concerned."""
    return [(refusal.reason, refusal.numbers.to_lists()) for refusal in intake.refusals]


def moved(intake: Intake) -> dict[date, Counts]:
    """Return what the counters move by, per day of entry."""
    sums: dict[date, Counts] = {}
    names = ("stored", "repeated", "quarantined", "redelivered", "readings")
    for one in intake.settlements:
        day = sums.setdefault(one.day, dict.fromkeys(names, 0))
        for name in names:
            day[name] += getattr(one, name)
    return {day: {name: n for name, n in counts.items() if n} for day, counts in sums.items()}


def one_block(intake: Intake) -> Block:
    """Return the only block."""
    (block,) = intake.blocks
    return block


def test_a_sound_chunk_is_stored_counted_and_announced() -> None:
    intake = taken(a_chunk(a_part([60.0, 0.0])))

    assert power(intake) == {
        ("kh-lamp-1", EVENING_MS): 60.0,
        ("kh-lamp-1", EVENING_MS + 5 * MINUTE_MS): 0.0,
    }
    assert moved(intake) == {_DAY: {"stored": 2, "readings": 2}}
    (hour,) = intake.touched
    assert (hour.device, hour.hour, hour.records, hour.readings) == (
        "kh-lamp-1",
        EVENING_MS * 1_000,
        2,
        2,
    )
    assert refused(intake) == []


@pytest.mark.parametrize(
    ("gateway", "device", "reason"),
    [
        pytest.param("xx-gw", "kh-lamp-1", "unknown gateway xx-gw", id="unknown gateway"),
        pytest.param("kh-gw-1", "kh-lamp-7", "unknown device kh-lamp-7", id="unknown device"),
        pytest.param(
            "kh-gw-1",
            "kh-lamp-9",
            "device kh-lamp-9 belongs to another gateway, kh-gw-2",
            id="a device of another gateway",
        ),
    ],
)
def test_who_is_not_known_there_is_quarantined_and_the_neighbor_stored(
    gateway: str, device: str, reason: str
) -> None:
    chunk = a_chunk(a_part([1.0, 2.0], device=device), a_part([3.0], first=3))

    opened = open_messages(a_frame(a_message(chunk, gateway=gateway)))
    intake = take_in(opened, registry=_REGISTRY, accounts={})

    assert (reason, [[1, 2]]) in refused(intake)
    stored = 0 if gateway == "xx-gw" else 1
    assert len(power(intake)) == stored
    total = moved(intake)[_DAY]
    assert (total["quarantined"], total.get("stored", 0)) == (3 - stored, stored)


@pytest.mark.parametrize(
    ("measured_at", "reason"),
    [
        pytest.param(
            0,
            "impossible time: measured 1970-01-01T00:00:00Z, before 2000",
            id="the epoch",
        ),
        pytest.param(
            946_684_799_999,
            "impossible time: measured 1999-12-31T23:59:59.999000Z, before 2000",
            id="the last millisecond before 2000",
        ),
        pytest.param(
            4_102_444_800_000,
            "impossible time: measured 2100-01-01T00:00:00Z, after it was received",
            id="2100",
        ),
        pytest.param(
            NOW_MS + 10 * MINUTE_MS + 1,
            "impossible time: measured 2026-10-31T06:10:00.001000Z, after it was received",
            id="more than ten minutes ahead",
        ),
        pytest.param(
            2**52 - 1,
            "impossible time: measured 4503599627370495 ms after 1970, after it was received",
            id="beyond the calendar",
        ),
        pytest.param(
            -1, "measured_at: expected whole milliseconds since 1970, got -1", id="before 1970"
        ),
        pytest.param(
            "noon",
            "measured_at: expected whole milliseconds since 1970, got 'noon'",
            id="a text",
        ),
    ],
)
def test_one_row_at_an_impossible_time_is_set_aside_and_its_neighbors_are_stored(
    measured_at: object, reason: str
) -> None:
    times = [EVENING_MS, measured_at, EVENING_MS + 1]

    intake = taken(a_chunk(a_part(measured_at=times)))

    assert refused(intake) == [(reason, [[2, 2]])]
    assert power(intake) == {
        ("kh-lamp-1", EVENING_MS): 60.0,
        ("kh-lamp-1", EVENING_MS + 1): 62.0,
    }
    assert moved(intake) == {_DAY: {"stored": 2, "quarantined": 1, "readings": 2}}


@pytest.mark.parametrize(
    "measured_at",
    [
        pytest.param(NOW_MS + 10 * MINUTE_MS, id="ten minutes ahead"),
        pytest.param(946_684_800_000, id="the first instant of 2000"),
    ],
)
def test_times_at_the_limits_are_possible(measured_at: int) -> None:
    intake = taken(a_chunk(a_part([60.0], measured_at=[measured_at])))

    assert power(intake) == {("kh-lamp-1", measured_at): 60.0}


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        pytest.param("60", "'60'", id="text"),
        pytest.param(True, "True", id="true"),
        pytest.param([60], "[60]", id="a list"),
        pytest.param("a\x00b", "'a\\x00b'", id="a text with NUL"),
    ],
)
def test_a_row_with_something_else_than_a_number_is_set_aside(value: object, quoted: str) -> None:
    intake = taken(a_chunk(a_part([60.0, value, 62.0])))

    assert refused(intake) == [(f"load_power: expected a finite number, got {quoted}", [[2, 2]])]
    assert sorted(power(intake).values()) == [60.0, 62.0]


def test_not_a_number_costs_its_row_alone() -> None:
    text = orjson.dumps(a_chunk(a_part([60.0, 12345.5, 62.0]))).replace(b"12345.5", b"NaN")
    intake = taken(text)

    assert refused(intake) == [("load_power: expected a finite number, got nan", [[2, 2]])]
    assert sorted(power(intake).values()) == [60.0, 62.0]


def test_an_unknown_metric_is_noted_and_its_record_stored_all_the_same() -> None:
    values = {"load_power": [60.0], "mood\x00\n": [7]}

    intake = taken(a_chunk(a_part([60.0], values=values)))

    unprintable = "\N{REPLACEMENT CHARACTER}"
    reason = f"device kh-lamp-1: not a metric of a streetlight: mood{unprintable * 2}"
    assert refused(intake) == [(reason, [])]
    assert list(one_block(intake).values) == ["load_power"]
    assert moved(intake) == {_DAY: {"stored": 1, "readings": 1}}


def test_a_row_of_unknown_metrics_alone_is_quarantined() -> None:
    values = {"load_power": [60.0, None], "mood": [None, 7]}

    intake = taken(a_chunk(a_part([60.0, None], values=values)))

    assert ("no metric of a streetlight in it", [[2, 2]]) in refused(intake)
    assert moved(intake)[_DAY] == {"stored": 1, "quarantined": 1, "readings": 1}


@pytest.mark.parametrize(
    ("watts", "said", "flag"),
    [
        pytest.param(60.0, None, Quality.GOOD, id="plausible"),
        pytest.param(1_000, None, Quality.GOOD, id="at the end of the range"),
        pytest.param(1_000.1, None, Quality.BAD, id="outside it"),
        pytest.param(-0.1, None, Quality.BAD, id="below it"),
        pytest.param(60.0, 3, Quality.SUSPECT, id="the gateway suspects it"),
        pytest.param(2_000.0, 3, Quality.BAD, id="outside, and the gateway only suspects it"),
        pytest.param(60.0, 4, Quality.BAD, id="the gateway calls it bad"),
        pytest.param(None, 9, Quality.MISSING, id="missing"),
        pytest.param(60.0, 9, Quality.MISSING, id="missing with a value beside it"),
        pytest.param(None, 3, Quality.MISSING, id="a flag on nothing"),
    ],
)
def test_a_readings_flag_is_the_worse_of_the_gateways_and_ours(
    watts: float | None, said: int | None, flag: Quality
) -> None:
    quality = {} if said is None else {"load_power": [[1, said]]}

    block = one_block(taken(a_chunk(a_part([50.0, watts], quality=quality))))

    assert block.flags["load_power"].tolist() == [Quality.GOOD, flag]
    assert isnan(block.values["load_power"][1]) == (flag == Quality.MISSING)


def test_a_redelivery_is_counted_and_changes_nothing_else() -> None:
    first = taken(a_chunk(a_part()))

    again = taken(a_chunk(a_part()), before=first.accounts)

    assert again.blocks == []
    assert moved(again) == {_DAY: {"redelivered": 3}}
    assert again.accounts == first.accounts


def test_of_a_partial_redelivery_only_the_new_rows_are_taken() -> None:
    first = taken(a_chunk(a_part([60.0, 61.0])))

    more = taken(a_chunk(a_part([1.0, 2.0, 3.0, 4.0])), before=first.accounts)

    assert sorted(power(more).values()) == [3.0, 4.0]
    assert moved(more) == {_DAY: {"stored": 2, "redelivered": 2, "readings": 2}}
    assert more.accounts["kh-gw-1", "boot-1"].stored == Ranges.of((1, 4))  # type: ignore[index]


def test_quarantined_rows_that_come_again_are_not_quarantined_again() -> None:
    chunk = a_chunk(a_part([60.0, "x"]))
    first = taken(chunk)

    again = taken(chunk, before=first.accounts)

    assert refused(again) == []
    assert moved(again) == {_DAY: {"redelivered": 2}}


def test_twice_in_one_group_is_once() -> None:
    intake = taken(a_chunk(a_part()), a_chunk(a_part()))

    assert len(one_block(intake)) == 3
    assert moved(intake) == {_DAY: {"stored": 3, "redelivered": 3, "readings": 3}}


def test_rows_of_two_days_of_entry_count_on_their_days() -> None:
    days = {"2026-10-30": [1, 2], "2026-10-31": [3, 5]}

    intake = taken(a_chunk(a_part([1.0, 2.0, 3.0, "x", 5.0]), days=days))

    assert moved(intake) == {
        _DAY: {"stored": 2, "readings": 2},
        _NEXT: {"stored": 2, "quarantined": 1, "readings": 2},
    }
    assert sorted((hour.day, hour.records) for hour in intake.touched) == [(_DAY, 2), (_NEXT, 2)]


def test_an_hour_is_touched_by_the_time_of_measurement() -> None:
    times = [EVENING_MS - 1, EVENING_MS, EVENING_MS + 60 * MINUTE_MS - 1]

    intake = taken(a_chunk(a_part(measured_at=times)))

    hours = {hour.hour // 1_000: hour.records for hour in intake.touched}
    assert hours == {EVENING_MS - 60 * MINUTE_MS: 1, EVENING_MS: 2}


def test_a_device_is_resolved_where_it_was_when_it_measured() -> None:
    """A late chunk of a lamp that has moved to another gateway since."""
    moved_at = datetime(2026, 10, 31, tzinfo=UTC)
    there = a_registry(a_device("kh-lamp-1"))
    entries = [*there.entries]
    lamp = next(entry for entry in entries if getattr(entry.item, "id", "") == "kh-lamp-1")
    later = type(lamp)(
        change=1,
        valid_from=int(moved_at.timestamp()) * 1_000_000,
        item=a_device("kh-lamp-1", gateway="kh-gw-2"),
    )
    registry = type(there)([*entries, later])

    opened = open_messages(a_frame(a_message(a_chunk(a_part([60.0])))))
    intake = take_in(opened, registry=registry, accounts={})

    assert refused(intake) == []
    assert len(power(intake)) == 1


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"head": 2}, "number: expected no number above head", id="above head"),
        pytest.param(
            {"days": {}},
            "days: expected the day of entry of every number the chunk carries",
            id="a number without a day",
        ),
        pytest.param({"boot": "Boot\x00"}, "boot: expected a name of lower-case", id="no name"),
        pytest.param(
            {"parts": [{"number": [1], "measured_at": [1], "values": {"a\x00": []}}]},
            "parts[0].a\N{REPLACEMENT CHARACTER}: expected 1 rows",
            id="ragged",
        ),
    ],
)
def test_a_chunk_whose_rows_cannot_be_told_apart_goes_to_quarantine_whole(
    changed: dict[str, object], reason: str
) -> None:
    intake = taken(a_chunk(a_part()) | changed)

    ((told, numbers),) = refused(intake)
    assert told.startswith(reason)
    assert numbers == []
    assert (intake.accounts, intake.settlements, list(intake.blocks)) == ({}, [], [])


def test_a_reason_holds_no_control_character_and_is_no_longer_than_a_text() -> None:
    values: dict[str, list[object]] = {"a" * 150 + "\x00" * 100: []}

    intake = taken(a_chunk(a_part([1.0], values=values)))

    ((reason, _),) = refused(intake)
    assert len(reason) == 200
    assert "\N{REPLACEMENT CHARACTER}" in reason
    assert reason.isprintable()


def test_a_message_of_another_kind_is_heard_but_moves_nothing() -> None:
    death = a_message({"boot": "boot-1", "connection": 2}, kind="death")

    intake = take_in(open_messages(a_frame(death)), registry=_REGISTRY, accounts={})

    assert [(one.gateway, one.birth, one.death is None) for one in intake.heard] == [
        ("kh-gw-1", None, False)
    ]
    assert intake.settlements == []


@pytest.mark.parametrize("kind", ["readings", "chunk/x", "ack"])
def test_an_unknown_topic_is_quarantined(kind: str) -> None:
    intake = take_in(
        open_messages(a_frame(a_message(a_chunk(a_part()), kind=kind))),
        registry=_REGISTRY,
        accounts={},
    )

    ((reason, _),) = refused(intake)
    assert reason.startswith(f"unknown topic 'zw/1/kh-gw-1/up/{kind}'")
    assert intake.refusals[0].gateway is None


def test_a_birth_with_a_control_character_is_quarantined() -> None:
    birth = {
        "boot": "boot-1",
        "connection": 1,
        "software": "0.1\x00",
        "sent_at": "2026-10-31T05:00:00Z",
        "devices": [],
    }

    intake = take_in(
        open_messages(a_frame(a_message(birth, kind="birth"))), registry=_REGISTRY, accounts={}
    )

    ((reason, _),) = refused(intake)
    assert reason.startswith("software: expected a text")
    assert intake.refusals[0].numbers == EMPTY
    assert intake.heard == []


def test_a_chunk_alone_with_its_account_tells_what_was_thinned() -> None:
    chunk = a_chunk(head=9, low=8, thinned=[[1, 7]], days={"2026-10-30": [1, 9]})

    opened = open_messages(a_frame(a_message(chunk)))
    intake = take_in(opened, registry=_REGISTRY, accounts={})

    assert boots_in(opened) == {("kh-gw-1", "boot-1")}
    account = intake.accounts["kh-gw-1", "boot-1"]  # type: ignore[index]
    assert (account.head, account.low, account.thinned) == (9, 8, Ranges.of((1, 7)))
    assert account.days == {_DAY: (1, 9)}


def test_our_clock_decides_what_is_ahead_not_the_senders() -> None:
    at = NOW + timedelta(days=400)
    chunk = a_chunk(a_part([60.0], measured_at=[NOW_MS + 60 * MINUTE_MS]))

    late = take_in(open_messages(a_frame(a_message(chunk, at=at))), registry=_REGISTRY, accounts={})

    assert refused(late) == []
