"""Proof by counter, second by second: a day's silence before and behind its last reading."""

import numpy as np
import pytest

from analytics.uptime.proof import proven


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param([60, 0], [60, 0], id="only what lies before the reading"),
        pytest.param([0, 40], [40, 0], id="only what lies behind it, by the next"),
        pytest.param([60, 40], [100, 0], id="both"),
        pytest.param([30, 0], [30, 0], id="half of what lies before"),
        pytest.param([0, 0], [0, 0], id="the counter stood still"),
    ],
)
def test_a_reading_proves_the_silence_up_to_it(told: list[float], expected: list[int]) -> None:
    """100 s unknown on the first day, 40 of them behind its last reading; 1 mWh a second."""
    found = proven(
        unknown=np.array([[100, 0]]),
        tail=np.array([[40, 0]]),
        told=np.array([told], np.float64),
        heard=np.zeros((1, 2)),
        normal=np.ones(1),
    )

    assert found.tolist() == [expected]
