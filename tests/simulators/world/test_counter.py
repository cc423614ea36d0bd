"""Counters, computed by hand."""

import numpy as np

from simulators.world.counter import accumulate
from simulators.world.resolution import hold_counter


def test_a_counter_holds_what_passed_before_an_instant() -> None:
    counters, after = accumulate(
        np.array([500.0]), np.array([[60.0, 60.0, 0.0]]), np.zeros((1, 3), np.bool_), step_s=1_800.0
    )

    assert counters.tolist() == [[500.0, 530.0, 560.0]]
    assert after.tolist() == [560.0]


def test_a_counter_that_restarts_begins_at_zero_and_takes_that_over_midnight() -> None:
    restarts = np.array([[False, False, True, False], [False, False, False, False]])
    power = np.array([[100.0, 100.0, 100.0, 100.0], [10.0, 10.0, 10.0, 10.0]])

    counters, after = accumulate(np.array([7.0, 7.0]), power, restarts, step_s=3_600.0)

    assert counters.tolist() == [[7.0, 107.0, 0.0, 100.0], [7.0, 17.0, 27.0, 37.0]]
    assert after.tolist() == [200.0, 47.0]


def test_a_register_holds_complete_watt_hours_only() -> None:
    # A fifth of an hour at 1 W five times is a whole watt-hour, whatever binary fractions say.
    fifths = np.cumsum(np.full(5, 0.2))

    assert hold_counter(1_234.0 + fifths).tolist() == [1.234, 1.234, 1.234, 1.234, 1.235]
