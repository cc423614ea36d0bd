"""Checks of a power series that a logger may have filled in: stale, interpolated, outlying values.

After pvanalytics' stale_values_diff and interpolation_diff (Perry, Muller et al.), leaving out what
is next to nothing: at night a PV set is flat and straight, and rightly so.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.quality.qartod import Floats, SpikeMethod, gross_range, spike
from ingest.contract.quality import Quality

Found = npt.NDArray[np.bool_]

_STEPS: Final = 6  # values in a row that are alike, or on a line
_ALIKE: Final = 1e-6  # of the rated power
_NOTHING: Final = 0.001  # of the rated power; night
_POSSIBLE: Final = (-0.1, 1.3)  # of the rated power [assumed]: cloud edges reach 1.2
_SPIKE: Final = 0.39  # of the rated power, up and down again within two steps [assumed]


def stale(values: Floats) -> Found:
    """Find stretches of six values and more that are the same. Values are shares of rated power."""
    alike = np.less_equal(np.abs(np.diff(values)), _ALIKE)
    found: Found = np.logical_and(_runs(alike, _STEPS - 1), values > _NOTHING)
    return found


def interpolated(values: Floats) -> Found:
    """Find stretches of six values and more on one straight line, level ones too."""
    straight = np.less_equal(np.abs(np.diff(values, n=2)), _ALIKE)
    found: Found = np.logical_and(_runs(straight, _STEPS - 2, reach=2), values > _NOTHING)
    return found


def outlying(values: Floats) -> Found:
    """Find values that are not possible, and those that stand out from both neighbors."""
    flags = gross_range(values, fail=_POSSIBLE)
    spikes = spike(values, suspect=_SPIKE, method=SpikeMethod.DIFFERENTIAL)
    found: Found = np.logical_or(flags == Quality.BAD, spikes == Quality.SUSPECT)
    return found


def _runs(alike: Found, shortest: int, *, reach: int = 1) -> Found:
    """Mark the values of every run of at least so many steps; a step spans `reach` + 1 values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], alike, [False]])))
    found = np.zeros(len(alike) + reach, np.bool_)
    for start, end in edges.reshape(-1, 2).tolist():
        if end - start >= shortest:
            found[start : end + reach] = True
    return found
