"""Means over more than an hour, with as many hours as a mean needs: a day's, and running 8 hours.

A mean is of unrounded hourly means and is cut once, where an index is looked up.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

Hours = Sequence[Fraction | None]

EIGHT: Final = 8
ENOUGH_OF_EIGHT: Final = 6  # US EPA, Directive (EU) 2024/2881, HJ 663 [recalled]
ENOUGH_OF_A_DAY: Final = 18  # 75 % of 24 h; US EPA, Directive (EU) 2024/2881
ENOUGH_WINDOWS: Final = 13  # of the 17 of a day: AirNow, O3
_FIRST_START: Final = 7  # AirNow: windows start from 07:00 to 23:00 local standard time
_LAST_START: Final = 23


def mean(hours: Hours, *, enough: int) -> Fraction | None:
    """Return the mean of the valid hours, or None where they are too few."""
    valid = [hour for hour in hours if hour is not None]
    return sum(valid, start=Fraction(0)) / len(valid) if len(valid) >= enough else None


def highest(hours: Hours) -> Fraction | None:
    """Return the highest of the valid hours."""
    return max((hour for hour in hours if hour is not None), default=None)


def highest_8h(day: Hours, next_day: Hours) -> Fraction | None:
    """Return the highest 8 h mean of a day, as AirNow takes it, or None where it has too few.

    Windows start from 07:00 to 23:00; the late ones reach into the next day.
    """
    both = [*day, *next_day]
    windows = [
        mean(both[start : start + EIGHT], enough=ENOUGH_OF_EIGHT)
        for start in range(_FIRST_START, _LAST_START + 1)
    ]
    valid = [window for window in windows if window is not None]
    return max(valid) if len(valid) >= ENOUGH_WINDOWS else None


def running(hours: Hours, length: int, *, enough: int) -> list[Fraction | None]:
    """Return, for each hour, the mean of the hours up to and with it."""
    return [
        mean(hours[max(0, end - length) : end], enough=enough) for end in range(1, len(hours) + 1)
    ]
