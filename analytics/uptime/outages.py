"""Outages: how often devices fail, how long until it shows, and how long until they run again.

An outage is a run of days on which a device is known to be down for more than half of what was
asked of it [assumed]; days of which nothing is known neither begin nor end one.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from analytics.uptime.availability import Reliability, reliability
from analytics.uptime.grid import Grid

_MOSTLY: Final = 0.5
_SECONDS_AN_HOUR: Final = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Outages:
    """Outages of a fleet. Mean times in hours; None before a first one."""

    count: int
    over: int  # of them, after which the device ran again
    times: Reliability
    to_detect_h: Fraction | None  # until the first day of an outage had passed, and told of it


def outages(grid: Grid) -> Outages:
    """Return the outages of a grid's devices."""
    down = (grid.due > 0) & (grid.known_down > _MOSTLY * grid.due)
    known = down | (grid.up > 0)
    count = over = 0
    detected = Fraction(0)
    for device in range(len(down)):
        days = np.flatnonzero(known[device])
        states = down[device, days]
        begins = states & ~np.concatenate([[False], states[:-1]])
        ends = ~states & np.concatenate([[False], states[:-1]])
        count += int(begins.sum())
        over += int(ends.sum())
        first = days[begins]
        detected += Fraction(int(grid.known_down[device, first].sum()), _SECONDS_AN_HOUR)
    return Outages(
        count=count,
        over=over,
        times=reliability(
            operating=Fraction(int((grid.up + grid.proven).sum()), _SECONDS_AN_HOUR),
            repair=Fraction(int(grid.known_down[down].sum()), _SECONDS_AN_HOUR),
            failures=count,
        ),
        to_detect_h=detected / count if count else None,
    )
