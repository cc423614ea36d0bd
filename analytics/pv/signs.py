"""What a low ratio to peers looks like: a string that fell out at once, or dirt that came slowly.

And clipping: power that stays at its highest for hours, because the inverter gives no more.
"""

from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.pv.peers import low
from analytics.thresholds import threshold

Floats = npt.NDArray[np.float64]

_AROUND: Final = 7  # days on each side of a step
_LEAST_DECLINE: Final = 0.05
_FEWEST: Final = 14  # days that show dirt
_FLAT: Final = 0.99  # of the hour's highest, as its lowest
_AT_THE_TOP: Final = 0.98  # of the highest ever
_CLIPPED_HOURS: Final = 2
_CLIPPED_DAYS: Final = 3


class Sign(StrEnum):
    """What is seen of a set."""

    STRING_LOW = "string_low"
    SOILING = "soiling"


def sign(ratio: Floats) -> Sign | None:
    """Return what a set's ratios to peers look like, or None where nothing is seen.

    Args:
        ratio: Of its own normal by day, NaN where not known. Shape (d,).
    """
    known = ratio[~np.isnan(ratio)]
    if len(known) < _FEWEST:
        return None
    start, end = float(np.median(known[:_AROUND])), float(np.median(known[-_AROUND:]))
    decline = start - end
    sudden = _largest_step(known) >= threshold("pv_sudden_share") * decline
    if low(ratio) and decline > _LEAST_DECLINE and sudden:
        return Sign.STRING_LOW
    return Sign.SOILING if decline > _LEAST_DECLINE and not sudden else None


def _largest_step(known: Floats) -> float:
    """Return the largest fall of the median of three days from one day to the next."""
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(known, 3), axis=1)
    return float(np.max(smooth[:-3] - smooth[3:], initial=0.0))


def is_flat(lowest_w: float, highest_w: float) -> bool:
    """Tell whether an hour's power stayed where it was."""
    return highest_w > 0 and lowest_w >= _FLAT * highest_w


def clips(highest_w: Floats, flat_hours: Floats) -> bool:
    """Tell whether a set's inverter cuts its power off.

    Args:
        highest_w: The highest power of each day.
        flat_hours: How many hours of each day the power stayed where it was, by day.
    """
    if not np.any(~np.isnan(highest_w)):
        return False
    top = float(np.nanmax(highest_w))
    days = (highest_w >= _AT_THE_TOP * top) & (flat_hours >= _CLIPPED_HOURS)
    return int(np.count_nonzero(days)) >= _CLIPPED_DAYS
