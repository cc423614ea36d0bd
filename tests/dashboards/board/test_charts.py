"""Geometry by hand: the time axis runs from 46 to 420, the value axis from 190 up to 12."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from dashboards.board.charts import Amount, Series, bar_plot, line_plot
from ingest.contract.period import HOUR_US, Period

DAY = Period(0, 24 * HOUR_US)
UTC = ZoneInfo("UTC")


def drawn(series: Series) -> str:
    plot = line_plot([series], unit="W", span=DAY, timezone=UTC, longest_gap_s=2 * 3_600)
    return plot.lines[0].path


def test_readings_in_a_row_are_joined() -> None:
    path = drawn(Series(metric="m", instants=[0, HOUR_US], values=[0.0, 100.0]))

    assert path == "M46.0 190.0h0L61.6 12.0"


def test_a_gap_in_the_readings_is_a_gap_in_the_line() -> None:
    path = drawn(Series(metric="m", instants=[0, 3 * HOUR_US], values=[0.0, 100.0]))

    assert path == "M46.0 190.0h0M92.8 12.0h0"


def test_a_missing_value_breaks_the_line() -> None:
    path = drawn(Series(metric="m", instants=[0, HOUR_US, 2 * HOUR_US], values=[0.0, None, 100.0]))

    assert path.count("M") == 2
    assert "L" not in path


def test_a_doubted_reading_is_a_mark_and_not_part_of_the_line() -> None:
    plot = line_plot(
        [Series(metric="m", instants=[0], values=[50.0], doubted=[(12 * HOUR_US, 100.0)])],
        unit="W",
        span=DAY,
        timezone=UTC,
        longest_gap_s=600,
    )

    assert plot.lines[0].path == "M46.0 101.0h0"
    assert plot.lines[0].marks == ((233.0, 12.0),)


def test_a_night_is_shaded_as_far_as_it_lies_in_the_day() -> None:
    plot = line_plot(
        [Series(metric="m", instants=[0], values=[1.0])],
        unit="W",
        span=DAY,
        timezone=UTC,
        longest_gap_s=600,
        nights=[Period(18 * HOUR_US, 30 * HOUR_US)],
    )

    assert (plot.nights[0].x, plot.nights[0].width) == pytest.approx((326.5, 93.5))


def test_a_curve_that_hardly_moves_is_shown_without_its_zero() -> None:
    plot = line_plot(
        [Series(metric="m", instants=[0, HOUR_US], values=[49.9, 50.1])],
        unit="Hz",
        span=DAY,
        timezone=UTC,
        longest_gap_s=3_600,
    )

    assert plot.y_ticks[0].text == "49.90"


def test_bars_stand_on_zero_and_keep_their_quoted_digits() -> None:
    plot = bar_plot(
        [
            Amount(day=date(2026, 10, 1), value=100.0, text="100.000"),
            Amount(day=date(2026, 10, 2), value=50.0, text="50.000"),
        ],
        unit="kWh",
    )

    assert [(bar.y, bar.height) for bar in plot.bars] == [(12.0, 178.0), (101.0, 89.0)]
    assert [bar.text for bar in plot.bars] == ["100.000", "50.000"]


def test_an_amount_below_zero_hangs_from_zero() -> None:
    plot = bar_plot([Amount(day=date(2026, 10, 1), value=-40.0, text="-40.000")], unit="kg CO2")

    assert (plot.bars[0].y, plot.bars[0].height) == (plot.zero, 178.0)
    assert plot.zero == 12.0


def test_a_day_without_data_has_no_height_and_no_text() -> None:
    plot = bar_plot([Amount(day=date(2026, 10, 1), value=None, text=None)], unit="kWh")

    assert (plot.bars[0].height, plot.bars[0].text) == (0.0, None)


def test_of_many_days_some_are_named() -> None:
    days = [Amount(day=date(2026, 10, day), value=1.0, text="1") for day in range(1, 15)]

    labels = [bar.label for bar in bar_plot(days, unit="kWh").bars if bar.label]

    assert labels == ["10-01", "10-03", "10-05", "10-07", "10-09", "10-11", "10-13"]


def test_no_days_make_an_empty_chart() -> None:
    assert bar_plot([], unit="kWh").bars == ()
