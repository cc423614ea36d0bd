"""Edges of the checks, worked out from ioos_qc 3.0.0's code; its own values are the vectors."""

import numpy as np
import pytest

from analytics.quality import qartod
from analytics.quality.qartod import Floats, SpikeMethod

NAN = float("nan")


def series(*values: float) -> Floats:
    return np.array(values, np.float64)


def seconds(count: int, step: float = 60) -> Floats:
    return np.linspace(0, step * (count - 1), count, dtype=np.float64)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param((1, 5, 1, 1), [2, 4, 1, 2], id="a step up and one down"),
        pytest.param((1, 5, 9, 9), [2, 1, 1, 2], id="a slope is no spike"),
        pytest.param((1, 5, 5, 1), [2, 1, 1, 2], id="a plateau is no spike"),
        pytest.param((1, 3, 0, 0), [2, 1, 1, 2], id="reached, not exceeded"),
    ],
)
def test_a_spike_by_steps_needs_both_directions(
    values: tuple[float, ...], expected: list[int]
) -> None:
    told = qartod.spike(series(*values), suspect=2, fail=3, method=SpikeMethod.DIFFERENTIAL)

    assert told.tolist() == expected


@pytest.mark.parametrize("values", [(), (1,), (1, 2)], ids=["none", "one", "two"])
def test_a_spike_needs_two_neighbors(values: tuple[float, ...]) -> None:
    assert qartod.spike(series(*values), suspect=0.1).tolist() == [2] * len(values)


def test_what_follows_a_missing_value_did_not_change() -> None:
    told = qartod.rate_of_change(series(1, NAN, 90, 100), seconds(4), suspect=0.1, fail=0.16)

    assert told.tolist() == [1, 9, 1, 4]


def test_a_missing_value_does_not_break_a_flat_line() -> None:
    told = qartod.flat_line(
        series(7, 7, NAN, 7, 8), seconds(5), suspect_s=120, fail_s=180, tolerance=0.1
    )

    assert told.tolist() == [1, 1, 9, 4, 1]


def test_a_line_as_wide_as_the_tolerance_is_not_flat() -> None:
    values = series(7, 7.5, 7, 7.5)

    told = qartod.flat_line(values, seconds(4), suspect_s=60, fail_s=120, tolerance=0.5)

    assert told.tolist() == [1, 1, 1, 1]


def test_a_suspect_span_outside_the_fail_span_is_refused() -> None:
    with pytest.raises(ValueError, match="inside"):
        qartod.gross_range(series(1), fail=(0, 10), suspect=(-1, 5))


@pytest.mark.parametrize(
    ("by_range", "suspect", "fail", "flag"),
    [(False, 2.0, 1.0, 1), (False, 2.1, 1.0, 3), (True, 5.0, 4.1, 4), (True, 4.0, 3.0, 1)],
)
def test_a_signal_that_hardly_moves_is_flagged_whole(
    *, by_range: bool, suspect: float, fail: float, flag: int
) -> None:
    """Of 1, 5, 1, 5 the standard deviation is 2, the range 4."""
    told = qartod.attenuated_signal(
        series(1, 5, NAN, 1, 5), suspect=suspect, fail=fail, by_range=by_range
    )

    assert told.tolist() == [flag, flag, 9, flag, flag]


def test_percentiles_of_a_series_flag_its_ends() -> None:
    """The example of ioos_qc's documentation."""
    told = qartod.percentile_range(series(4.1, 4.0, 4.3, 4.5, 6.1, 6.2))

    assert told.tolist() == [1, 3, 1, 1, 1, 3]


def test_half_a_position_is_bad_and_none_is_missing() -> None:
    told = qartod.location(series(10, 91, NAN, 10, NAN), series(103, 0, 103, 181, NAN))

    assert told.tolist() == [1, 4, 4, 4, 9]


def test_instants_are_checked_for_gaps_for_the_future_and_for_age() -> None:
    at = series(0, 60, 400, NAN, 500, 700)

    assert qartod.time_gap(at, fail_s=300).tolist() == [1, 1, 4, 9, 2, 1]
    assert qartod.impossible_date(at, now=600, fail=(10, 9_999)).tolist() == [4, 1, 1, 9, 1, 4]
    assert qartod.data_reception(at, now=700, fail_s=300).tolist() == [4, 4, 1, 9, 1, 1]
