"""Steps of the clock are noticed, and nothing that is none."""

from datetime import timedelta

import pytest

from gateway.steps import ClockWatch
from ingest.contract.clock import ManualClock
from tests.gateway.builders import NOON


@pytest.mark.parametrize(
    ("wall_s", "forward_s", "by_s"),
    [
        pytest.param(300.0, 300.0, None, id="none"),
        pytest.param(300.15, 300.0, None, id="500 ppm, the most that the network's time corrects"),
        pytest.param(3_900.0, 300.0, 3_600.0, id="an hour on"),
        pytest.param(-3_300.0, 300.0, -3_600.0, id="an hour back"),
        pytest.param(1.8e9, 5.0, 1_799_999_995.0, id="from 1970 to today"),
    ],
)
def test_a_step_is_what_the_clock_went_beyond_the_time_that_passed(
    wall_s: float, forward_s: float, by_s: float | None
) -> None:
    clock, forward = ManualClock(NOON), [1_000.0]
    watch = ClockWatch(clock, forward=lambda: forward[0])
    clock.set(NOON + timedelta(seconds=wall_s))
    forward[0] += forward_s

    assert watch.look() is (by_s is not None)
    assert [step.by_s for step in watch.steps] == ([] if by_s is None else [by_s])
    assert not watch.look()


def test_the_newest_ten_steps_are_told() -> None:
    clock = ManualClock(NOON)
    watch = ClockWatch(clock, forward=lambda: 0.0)
    for hours in range(1, 13):
        clock.set(NOON + timedelta(hours=hours * hours))
        watch.look()

    assert [step.at - NOON for step in watch.steps] == [
        timedelta(hours=hours * hours) for hours in range(3, 13)
    ]
