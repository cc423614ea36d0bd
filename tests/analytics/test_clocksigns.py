"""Noons and dusks out of hours, against instants worked out on paper."""

from datetime import date

import pandas as pd
import pytest

from analytics.clocksigns import dusks, middles
from analytics.hours import COLUMNS
from ingest.contract.period import HOUR_US

DAY = date(2026, 10, 1)


def hours_of(metric: str, rows: list[tuple[int, float, float, float]]) -> pd.DataFrame:
    """Return hours with their number, seconds, positive seconds and watt-hours."""
    table = pd.DataFrame(
        [
            {"device": "a", "hour": n * HOUR_US, "metric": metric}
            | {"seconds": held, "positive_s": lit, "integral": wh * 3_600}
            for n, held, lit, wh in rows
        ]
    )
    return table.reindex(columns=list(COLUMNS)).assign(day=DAY)


def test_half_of_a_days_energy_is_made_within_an_hour() -> None:
    """40 + 60 + 100 of 320 Wh: 160 are there after 60 of the 100, at 36 minutes past 8."""
    day = [(5, 40.0), (6, 60.0), (8 - 1, 100.0), (8, 80.0), (9, 40.0)]
    rows = [(n, 3_600.0, 3_600.0, wh) for n, wh in day]

    (middle,) = middles(hours_of("active_power", rows))

    assert middle == 7 * HOUR_US + 0.6 * HOUR_US


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([(5, 3_600, 0, 50), (7, 3_600, 0, 50)], id="a gap"),
        pytest.param([(5, 3_600, 0, 50), (6, 1_200, 0, 50)], id="an hour half heard"),
        pytest.param([], id="nothing"),
    ],
)
def test_a_day_with_a_gap_has_no_middle(rows: list[tuple[int, float, float, float]]) -> None:
    assert middles(hours_of("active_power", rows)).empty


@pytest.mark.parametrize(
    ("rows", "on"),
    [
        pytest.param(
            [(17, 3_600, 0, 0), (18, 3_600, 1_500, 25), (19, 3_600, 3_600, 60)],
            [19 * HOUR_US - 1_500_000_000],
            id="25 minutes before seven",
        ),
        pytest.param([(18, 3_600, 1_500, 25), (19, 3_600, 3_600, 60)], [], id="not heard before"),
        pytest.param(
            [(17, 3_600, 0, 0), (18, 3_600, 300, 5), (19, 3_600, 0, 0)], [], id="a flicker"
        ),
        pytest.param([(17, 3_600, 0, 0), (18, 3_600, 0, 0)], [], id="never lit"),
    ],
)
def test_a_lamp_comes_on_once_where_it_was_seen_dark(
    rows: list[tuple[int, float, float, float]], on: list[float]
) -> None:
    assert dusks(hours_of("load_power", rows)).tolist() == on
