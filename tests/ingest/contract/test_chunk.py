"""What of a chunk is kept, set aside or refused."""

from copy import deepcopy
from math import inf, nan

import pytest

from ingest.contract.chunk import Part, parse_chunk, without_rows
from ingest.contract.fields import MalformedError
from ingest.contract.identity import DeviceId
from ingest.contract.limits import LIMITS, Limits, TooLargeError
from ingest.contract.ranges import Ranges
from tests.ingest.contract.messages import EVENING_MS, a_chunk_message, a_part_message


def with_part(**changed: object) -> dict[str, object]:
    """Return a chunk whose only part is changed."""
    return a_chunk_message(parts=[a_part_message(**changed)])


def test_a_sound_chunk_is_read_as_it_is() -> None:
    chunk, defects = parse_chunk(a_chunk_message())

    assert defects == ()
    assert chunk.numbers == Ranges.of((7, 9))
    assert (chunk.account.head, chunk.account.low) == (9, 4)
    assert chunk.account.thinned == Ranges.of((2, 3))
    assert [part.device for part in chunk.parts] == ["lamp-1", "lamp-2"]
    assert chunk.parts[0].values["load_power"] == [60.0, 61]
    assert chunk.parts[0].quality == {"load_power": [(1, 3)]}


def test_a_chunk_may_be_an_account_alone() -> None:
    chunk, defects = parse_chunk(
        {"boot": "b1", "head": 0, "low": 1, "sent_at": "2026-10-30T11:10:00Z", "parts": []}
    )

    assert (chunk.parts, chunk.held, defects) == ((), (), ())


def test_unknown_fields_are_ignored() -> None:
    extended = a_chunk_message(colour="red", parts=[a_part_message(mood=[1, 2])])

    assert parse_chunk(extended) == parse_chunk(a_chunk_message(parts=[a_part_message()]))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("60", id="text for a number"),
        pytest.param(nan, id="not a number"),
        pytest.param(inf, id="infinite"),
        pytest.param(-inf, id="minus infinite"),
        pytest.param(True, id="true"),
        pytest.param(False, id="false"),
        pytest.param(10**400, id="beyond a float"),
        pytest.param([], id="a list"),
        pytest.param({}, id="an object"),
        pytest.param("", id="empty text"),
    ],
)
def test_a_row_with_a_wrong_value_is_set_aside_and_its_neighbor_kept(value: object) -> None:
    chunk, defects = parse_chunk(with_part(values={"load_power": [value, 61.0]}))

    [defect] = defects
    assert defect.numbers == Ranges.of((7, 7))
    assert defect.reason.startswith("load_power: expected a finite number, got ")
    [part] = chunk.parts
    assert part.number == [8]
    assert part.measured_at == [EVENING_MS + 300_000]
    assert part.values == {"load_power": [61.0]}
    assert part.quality == {"load_power": [(0, 3)]}


@pytest.mark.parametrize(
    "time",
    [
        pytest.param("2026-10-30T11:00:00Z", id="text"),
        pytest.param(None, id="null"),
        pytest.param(float(EVENING_MS), id="a fraction"),
        pytest.param(True, id="true"),
        pytest.param(-1, id="before 1970"),
        pytest.param(2**52, id="beyond the column"),
        pytest.param(10**400, id="beyond everything"),
    ],
)
def test_a_row_with_a_wrong_time_is_set_aside(time: object) -> None:
    chunk, defects = parse_chunk(with_part(measured_at=[EVENING_MS, time]))

    [defect] = defects
    assert defect.numbers == Ranges.of((8, 8))
    assert defect.reason.startswith("measured_at: expected whole milliseconds since 1970")
    assert chunk.numbers == Ranges.of((7, 7))


def test_a_row_that_says_nothing_is_set_aside() -> None:
    silent = {"load_power": [None, 61.0], "lamp_on": [None, 1]}

    chunk, defects = parse_chunk(with_part(values=silent, quality={}))

    assert [(one.numbers, one.reason) for one in defects] == [
        (Ranges.of((7, 7)), "a record that says nothing")
    ]
    assert chunk.numbers == Ranges.of((8, 8))


@pytest.mark.parametrize("values", [{}, {"load_power": [None, None]}], ids=["no columns", "nulls"])
def test_a_part_that_says_nothing_is_set_aside_whole(values: object) -> None:
    chunk, defects = parse_chunk(with_part(values=values, quality={}))

    assert chunk.parts == ()
    assert [one.numbers for one in defects] == [Ranges.of((7, 8))]


def test_a_missing_reading_that_is_flagged_says_something() -> None:
    chunk, defects = parse_chunk(
        with_part(values={"load_power": [None, None]}, quality={"load_power": [[0, 9]]})
    )

    assert chunk.numbers == Ranges.of((7, 7))
    assert [one.numbers for one in defects] == [Ranges.of((8, 8))]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"device": "Lamp 1"}, id="device's name"),
        pytest.param({"device": "lamp/1"}, id="slash"),
        pytest.param({"device": "lamp-1\n"}, id="line end"),
        pytest.param({"device": 1}, id="device a number"),
        pytest.param({"quality": []}, id="quality a list"),
        pytest.param({"quality": {"load_power": [[0, 5]]}}, id="unknown flag"),
        pytest.param({"quality": {"load_power": [[2, 3]]}}, id="no such row"),
        pytest.param({"quality": {"load_power": [[-1, 3]]}}, id="negative row"),
        pytest.param({"quality": {"load_power": [[0]]}}, id="half a pair"),
        pytest.param({"quality": {"load_power": [[0, 3, 1]]}}, id="more than a pair"),
        pytest.param({"quality": {"load_power": [[0, True]]}}, id="true for a flag"),
        pytest.param({"quality": {"load_power": 3}}, id="flag without a row"),
    ],
)
def test_a_part_that_cannot_be_told_whose_or_how_good_is_set_aside_whole(
    changed: dict[str, object],
) -> None:
    sound = a_part_message(
        number=[9], measured_at=[EVENING_MS], values={"lamp_on": [1]}, quality={}
    )

    chunk, defects = parse_chunk(a_chunk_message(parts=[a_part_message(**changed), sound]))

    assert [one.numbers for one in defects] == [Ranges.of((7, 8))]
    assert defects[0].reason.startswith("parts[0].")
    assert chunk.numbers == Ranges.of((9, 9))


@pytest.mark.parametrize(
    ("message", "field"),
    [
        pytest.param(None, "chunk", id="null"),
        pytest.param([], "chunk", id="a list"),
        pytest.param({}, "parts", id="empty"),
        pytest.param(a_chunk_message(boot=None), "boot", id="no boot"),
        pytest.param(a_chunk_message(boot="../etc"), "boot", id="boot no name"),
        pytest.param(a_chunk_message(head="9"), "head", id="head a text"),
        pytest.param(a_chunk_message(head=True), "head", id="head true"),
        pytest.param(a_chunk_message(head=9.0), "head", id="head a fraction"),
        pytest.param(a_chunk_message(head=2**53 + 1), "head", id="head beyond"),
        pytest.param(a_chunk_message(low=0), "low", id="low 0"),
        pytest.param(a_chunk_message(low=11), "low", id="low above head + 1"),
        pytest.param(a_chunk_message(thinned=[[3, 2]]), "thinned[0]", id="span backwards"),
        pytest.param(a_chunk_message(thinned=[[0, 2]]), "thinned[0]", id="span from 0"),
        pytest.param(a_chunk_message(thinned=[[1, 2], [3]]), "thinned[1]", id="half a span"),
        pytest.param(a_chunk_message(days={"30.10.2026": [1, 9]}), "days.30.10.2026", id="day"),
        pytest.param(a_chunk_message(days={"20261030": [1, 9]}), "days.20261030", id="basic day"),
        pytest.param(a_chunk_message(days=[]), "days", id="days a list"),
        pytest.param(a_chunk_message(days={"2026-10-30": [1, 8]}), "days", id="day not told"),
        pytest.param(a_chunk_message(held="b1"), "held", id="held a text"),
        pytest.param(a_chunk_message(sent_at=5), "sent_at", id="time a number"),
        pytest.param(a_chunk_message(sent_at="2026-10-30 11:10"), "sent_at", id="no offset"),
        pytest.param(
            a_chunk_message(sent_at="9999-12-31T23:59:59-14:00"), "sent_at", id="calendar's end"
        ),
        pytest.param(
            a_chunk_message(sent_at="0001-01-01T00:00:00+14:00"), "sent_at", id="its beginning"
        ),
        pytest.param(a_chunk_message(parts={}), "parts", id="parts an object"),
        pytest.param(a_chunk_message(parts=[7]), "parts[0]", id="part a number"),
        pytest.param(with_part(number=[]), "parts[0].number", id="no rows"),
        pytest.param(with_part(number=[7, "8"]), "parts[0].number", id="number a text"),
        pytest.param(with_part(number=[7, True]), "parts[0].number", id="number true"),
        pytest.param(with_part(number=[7, 7]), "parts[0].number", id="number twice"),
        pytest.param(with_part(number=[0, 7]), "parts[0].number", id="number 0"),
        pytest.param(with_part(number=None), "parts[0].number", id="no numbers"),
        pytest.param(with_part(measured_at=[EVENING_MS]), "parts[0].measured_at", id="short time"),
        pytest.param(with_part(values=None), "parts[0].values", id="no values"),
        pytest.param(
            with_part(values={"load_power": 60}), "parts[0].values.load_power", id="no column"
        ),
        pytest.param(
            with_part(values={"load_power": [60.0]}), "parts[0].load_power", id="short column"
        ),
        pytest.param(with_part(number=[9, 10]), "number", id="number above head"),
        pytest.param(
            a_chunk_message(parts=[a_part_message(), a_part_message(device="lamp-2")]),
            "number",
            id="number in two parts",
        ),
        pytest.param(
            a_chunk_message(parts=[a_part_message(device="?"), a_part_message(device="!")]),
            "number",
            id="number in two unsound parts",
        ),
    ],
)
def test_an_account_that_does_not_hold_together_is_refused(message: object, field: str) -> None:
    before = deepcopy(message)

    with pytest.raises(MalformedError) as refusal:
        parse_chunk(message)

    assert refusal.value.field == field
    assert str(refusal.value).startswith(f"{field}: expected ")
    assert message == before


def test_more_rows_than_allowed_are_refused() -> None:
    rows = list(range(1, 20_001))
    times, ones = [EVENING_MS] * 20_000, [1] * 20_000
    part = a_part_message(number=rows, measured_at=times, values={"lamp_on": ones}, quality={})
    message = a_chunk_message(head=20_001, low=1, days={"2026-10-30": [1, 20_001]}, parts=[part])

    assert parse_chunk(message)[0].numbers.count == LIMITS.rows == 20_000
    message["parts"] = [part, a_part_message(number=[20_001])]
    with pytest.raises(TooLargeError, match="more than 20000 rows"):
        parse_chunk(message)


def test_more_columns_than_allowed_are_refused() -> None:
    with pytest.raises(TooLargeError, match="more than 2 columns"):
        parse_chunk(a_chunk_message(), limits=Limits(columns=2))

    assert len(parse_chunk(a_chunk_message(), limits=Limits(columns=3))[0].parts) == 2


def test_a_reason_stays_short_however_long_a_metric_is_called() -> None:
    _, defects = parse_chunk(with_part(values={"x" * 100_000: ["y" * 100_000, 1]}))

    assert len(defects[0].reason) < 200


def test_rows_with_the_same_reason_are_one_defect() -> None:
    _, defects = parse_chunk(with_part(values={"load_power": ["x", "x"]}))

    assert [one.numbers for one in defects] == [Ranges.of((7, 8))]


def test_taking_rows_away_moves_flags_along() -> None:
    part = Part(
        device=DeviceId("lamp-1"),
        number=[4, 5, 6],
        measured_at=[1, 2, 3],
        values={"lamp_on": [0, 1, None]},
        quality={"lamp_on": [(0, 3), (2, 9)]},
    )

    left = without_rows(part, {0})

    assert left is not None
    assert (left.number, left.values) == ([5, 6], {"lamp_on": [1, None]})
    assert left.quality == {"lamp_on": [(1, 9)]}
    assert without_rows(part, {0, 1, 2}) is None
    assert without_rows(part, set()) is part
