"""Hours, against sums done by hand."""

import pandas as pd
import pytest

from analytics.counter_changes import CounterChange, with_room
from analytics.hours import RECORD, roll
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period, micros
from ingest.storage.block import Block
from tests.analytics.blocks import a_block
from tests.builders import EVENING

_LAMP = DeviceId("kh-lamp-1")


def _roll(
    block: Block, hours: int = 1, running: dict[tuple[DeviceId, str], float] | None = None
) -> pd.DataFrame:
    span = Period(micros(EVENING), micros(EVENING) + hours * HOUR_US)
    return roll(block, span, intervals_s={_LAMP: 300}, running=running or {})


def _column(table: pd.DataFrame, column: str, metric: str = "load_power") -> list[float]:
    return table[table["metric"] == metric][column].tolist()


@pytest.mark.parametrize(
    ("rows", "seconds", "integral", "positive_s"),
    [
        pytest.param([(0, 60), (5, 60), (10, 0)], 1200, 36_000, 600, id="holds until the next"),
        pytest.param([(0, 60)], 600, 36_000, 600, id="two intervals at most"),
        pytest.param([(0, 60), (30, 60)], 1200, 72_000, 1200, id="a gap is not held over"),
        pytest.param([(-5, 60), (5, 0)], 900, 18_000, 300, id="reaches in from the hour before"),
        pytest.param([(-15, 60)], None, None, None, id="from too long ago it does not"),
        pytest.param([(57.5, 60)], 150, 9_000, 150, id="ends with the hours asked for"),
    ],
)
def test_a_gauge(
    rows: list[tuple[float, float]],
    seconds: float | None,
    integral: float | None,
    positive_s: float | None,
) -> None:
    table = _roll(a_block(rows))

    assert _column(table, "seconds") == ([] if seconds is None else [seconds])
    assert _column(table, "integral") == ([] if integral is None else [integral])
    assert _column(table, "positive_s") == ([] if positive_s is None else [positive_s])


def test_what_is_held_across_an_hours_edge_belongs_to_both() -> None:
    table = _roll(a_block([(57, 60), (62, 30), (63, 0)]), hours=2)

    assert _column(table, "integral") == [180 * 60, 120 * 60 + 60 * 30]
    assert _column(table, "readings") == [1, 2]


def test_a_long_interval_is_cut_at_every_edge() -> None:
    span = Period(micros(EVENING), micros(EVENING) + 3 * HOUR_US)

    table = roll(a_block([(30, 10)]), span, intervals_s={_LAMP: 3600}, running={})

    assert _column(table, "seconds") == [1800, 3600, 1800]


def test_bad_and_missing_readings_are_not_counted() -> None:
    table = _roll(a_block([(0, 60), (5, 900), (10, float("nan")), (15, 0)], flags=[1, 4, 9, 1]))

    assert _column(table, "integral") == [600 * 60]
    assert _column(table, "readings") == [2]
    assert _column(table, "maximum") == [60]
    assert _column(table, "readings", RECORD) == [4]


def test_a_counter_advances_in_the_hour_of_the_reading_that_tells() -> None:
    rows = [(50.0, 10.0), (55.0, 11.0), (130.0, 14.0)]

    table = _roll(a_block(rows, metric="energy_used"), hours=3, running={(_LAMP, "energy_used"): 9})

    assert _column(table, "increase", "energy_used") == [2.0, 3.0]
    assert _column(table, "running", "energy_used") == [11.0, 14.0]
    assert table[table["metric"] == "energy_used"]["hour"].tolist() == [
        micros(EVENING),
        micros(EVENING) + 2 * HOUR_US,
    ]


def test_readings_of_the_lead_in_are_counted_in_their_own_hour_only() -> None:
    table = _roll(a_block([(-5, 60), (0, 0)]))

    assert _column(table, "readings") == [1]
    assert _column(table, "readings", RECORD) == [1]


def test_no_readings_make_no_hours() -> None:
    assert _roll(a_block([])).empty


def test_a_state_is_held_like_a_gauge() -> None:
    rows = [(0.0, 0.0), (5.0, 1.0), (10.0, 0.0), (15.0, 0.0)]

    table = _roll(a_block(rows, metric="lamp_on", device_class=DeviceClass.STREETLIGHT))

    assert _column(table, "positive_s", "lamp_on") == [300]


def a_change(minutes: float, old_end: float, new_start: float) -> CounterChange:
    return CounterChange(
        device=_LAMP,
        metric="energy_used",
        at=micros(EVENING) + round(minutes * 60_000_000),
        old_end=old_end,
        new_start=new_start,
        text="struck by lightning",
    )


@pytest.mark.parametrize(
    ("rows", "change", "increases", "running"),
    [
        pytest.param(
            [(10.0, 100.0), (20.0, 101.0), (40.0, 3.5), (50.0, 4.0)],
            a_change(30, 102.0, 3.0),
            [1 + 1 + 0.5 + 0.5],
            [4.0],
            id="old end, new start",
        ),
        pytest.param(
            [(10.0, 100.0), (40.0, 5_000.5)],
            a_change(30, 100.0, 5_000.0),
            [0.5],
            [5_000.5],
            id="a used meter that had counted more",
        ),
        pytest.param(
            [(10.0, 100.0), (40.0, 99.0)],
            a_change(30, 100.0, 98.0),
            [1.0],
            [99.0],
            id="what would be taken for a dip",
        ),
        pytest.param(
            [(10.0, 100.0), (130.0, 2.0)],
            a_change(70, 104.0, 0.5),
            [0.0, 4.0, 1.5],
            [100.0, 0.5, 2.0],
            id="in an hour without readings",
        ),
        pytest.param(
            [(30.0, 7.0)], a_change(30, 104.0, 6.0), [4.0 + 1.0], [7.0], id="read as it was changed"
        ),
    ],
)
def test_a_counter_that_was_replaced_counts_from_its_own_start(
    rows: list[tuple[float, float]],
    change: CounterChange,
    increases: list[float],
    running: list[float],
) -> None:
    span = Period(micros(EVENING), micros(EVENING) + 3 * HOUR_US)
    block = with_room(a_block(rows, metric="energy_used"), [change], span)

    table = roll(
        block,
        span,
        intervals_s={_LAMP: 300},
        running={(_LAMP, "energy_used"): 100.0},
        changes=[change],
    )

    assert _column(table, "increase", "energy_used") == increases
    assert _column(table, "running", "energy_used") == running
    read = sum(_column(table, "readings", "energy_used"))
    assert read == len(rows)


def test_a_counter_is_replaced_although_nothing_was_ever_heard_of_it() -> None:
    span = Period(micros(EVENING), micros(EVENING) + HOUR_US)
    block = with_room(a_block([]), [a_change(30, 102.0, 3.0)], span)

    table = roll(
        block, span, intervals_s={_LAMP: 300}, running={}, changes=[a_change(30, 102.0, 3.0)]
    )

    assert _column(table, "increase", "energy_used") == [0.0]
    assert _column(table, "running", "energy_used") == [3.0]
