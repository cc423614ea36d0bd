"""Counters, against vectors whose values were computed by hand."""

import numpy as np
import pytest

from analytics.counters import NegativeCounterError, advance


@pytest.mark.parametrize(
    ("values", "modulus", "increase", "resets", "dips"),
    [
        pytest.param([100, 105, 110, 2, 7], None, 17.0, 1, 0, id="after a reset it counts from 0"),
        pytest.param([500, 499.9, 501], None, 1.0, 0, 1, id="the way back from a dip adds nothing"),
        pytest.param([9998, 9999, 3, 8], 10_000, 10.0, 1, 0, id="rolls over at its modulus"),
        pytest.param([50, 46, 47, 52], None, 2.0, 0, 2, id="a dip of 8 percent is no reset"),
        pytest.param([100, 90, 101], None, 1.0, 0, 1, id="exactly 0.9 is a dip"),
        pytest.param([100, 89.9, 90.9], None, 90.9, 1, 0, id="just below 0.9 is a reset"),
        pytest.param([10, 0, 10, 0, 10], None, 20.0, 2, 0, id="two resets"),
        pytest.param([7], None, 0.0, 0, 0, id="the first reading ever adds nothing"),
        pytest.param([], None, 0.0, 0, 0, id="no readings"),
    ],
)
def test_a_counter_advances_by(
    values: list[float], modulus: float | None, increase: float, resets: int, dips: int
) -> None:
    told = advance(np.array(values, np.float64), running=None, modulus=modulus)

    assert told.increase.sum() == pytest.approx(increase, abs=1e-12)
    assert (told.resets.sum(), told.dips.sum()) == (resets, dips)


def test_goes_on_from_the_running_maximum_before() -> None:
    told = advance(np.array([499.9, 501.0]), running=500.0)

    assert told.increase.tolist() == [0.0, 1.0]
    assert told.running.tolist() == [500.0, 501.0]


def test_cut_anywhere_it_adds_up_to_the_same() -> None:
    values = np.array([100.0, 105, 104, 110, 2, 7, 6.5, 9, 1, 3])
    whole = advance(values, running=None)

    for cut in range(1, len(values)):
        first = advance(values[:cut], running=None)
        second = advance(values[cut:], running=float(first.running[-1]))
        assert [*first.increase, *second.increase] == whole.increase.tolist()


def test_less_than_nothing_is_an_error() -> None:
    with pytest.raises(NegativeCounterError):
        advance(np.array([5.0, -1.0, 6.0]), running=None)
