"""Calibrations that a station does not tell: a surge at the same time of three days in a row.

An analyzer that is given span gas every night shows the gas, not the air. A surge is known as one
by the two days before it, so the first two of a habit are not found.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.quality.qartod import Floats

AROUND_S: Final = 3_600  # a surge stands above the median so long before and after it
SAME_TIME_S: Final = 600  # within which a surge is at the same time of day
DAY_S: Final = 86_400
REACH_DAYS: Final = 2


def calibrations(values: Floats, seconds: Floats, *, surge: float) -> npt.NDArray[np.bool_]:
    """Tell which values are part of a surge that was there at the same time on both days before.

    Args:
        values: The series, without gaps.
        seconds: Their instants, ascending. [s]
        surge: How far a value has to stand above the median around it, in its unit.
    """
    index = pd.to_datetime(seconds, unit="s")
    around = pd.Series(values, index=index).rolling(f"{2 * AROUND_S}s", center=True).median()
    high = np.greater(values - around.to_numpy(), surge)
    found: npt.NDArray[np.bool_] = high.copy()
    at = seconds[high]
    for day in range(1, REACH_DAYS + 1):
        wanted = seconds - day * DAY_S
        first = np.searchsorted(at, wanted - SAME_TIME_S, side="left")
        last = np.searchsorted(at, wanted + SAME_TIME_S, side="right")
        found &= last > first
    return found
