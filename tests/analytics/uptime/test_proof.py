"""Proof by counter, second by second: a day's silence before and behind its last reading."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


_DAY = st.tuples(st.integers(0, 40), st.integers(0, 40), st.none() | st.integers(0, 90))


@given(st.lists(_DAY, min_size=1, max_size=8), st.sampled_from([0.5, 1.0, 1.7, np.nan]))
def test_days_are_proven_together_as_they_are_one_by_one(
    days: list[tuple[int, int, int | None]], normal: float
) -> None:
    unknown, tails, told = zip(*days, strict=True)
    tail = [min(pair) for pair in zip(unknown, tails, strict=True)]

    found = proven(
        unknown=np.array([unknown]),
        tail=np.array([tail]),
        told=np.array([told], np.float64),
        heard=np.zeros((1, len(days))),
        normal=np.array([normal]),
    )

    assert found.tolist() == [_one_by_one(unknown, tail, told, normal)]


def _one_by_one(
    unknown: Sequence[int], tail: Sequence[int], told: Sequence[int | None], normal: float
) -> list[int]:
    """Gather silence until a reading, and prove it by what that tells."""
    proof, waiting = [0] * len(unknown), dict[int, int]()
    for day, energy in enumerate(told):
        waiting[day] = unknown[day] - (0 if energy is None else tail[day])
        if energy is None:
            continue
        silent = sum(waiting.values())
        ratio = energy / (normal * silent) if silent and normal > 0 else 0.0
        share = 1.0 if ratio >= 0.9 else ratio if ratio > 0.02 else 0.0
        for earlier, seconds in waiting.items():
            proof[earlier] += int(seconds * share)
        waiting = {day: tail[day]}
    return proof
