"""What neighbors do at the same time, and what a device did before: medians in columns."""

import numpy as np
import numpy.typing as npt

from analytics.faults.machine import Flags, Floats, Indices


def median_of_group(group: Indices, values: Floats) -> tuple[Floats, Indices]:
    """Return each row's group's median, and how many values that is of.

    Args:
        group: What group each row is of.
        values: NaN where a row has none.
    """
    names, number = np.unique(group, return_inverse=True)
    there = ~np.isnan(values)
    count = np.bincount(number[there], minlength=len(names))
    order = np.lexsort((values[there], number[there]))
    ordered = values[there][order]
    begins = np.concatenate(([0], np.cumsum(count)[:-1]))
    median = np.full(len(names), np.nan)
    some = count > 0
    low = ordered[(begins + (count - 1) // 2)[some]]
    high = ordered[(begins + count // 2)[some]]
    median[some] = (low + high) / 2
    return median[number], count[number]


def share_of_group(group: Indices, said: Flags, known: Flags) -> tuple[Floats, Indices]:
    """Return of each row's group the share of known rows that say it, and how many are known."""
    names, number = np.unique(group, return_inverse=True)
    count = np.bincount(number[known], minlength=len(names))
    yes = np.bincount(number[known & said], minlength=len(names))
    share = np.divide(yes, count, out=np.zeros(len(names)), where=count > 0)
    return share[number], count[number]


def own_normal(raw: Floats, usual: Flags, *, fewest: int) -> Floats:
    """Return each device's normal: the median of its usual days, NaN of too few.

    Args:
        raw: By device and day, NaN where not known. Shape (n, d).
        usual: Days on which nothing was known to be wrong with it, shape (n, d).
        fewest: Days that make a normal.
    """
    days: npt.NDArray[np.float64] = np.where(usual, raw, np.nan)
    result = np.full(len(raw), np.nan)
    rows = np.flatnonzero((~np.isnan(days)).sum(axis=1) >= fewest)
    if len(rows):
        result[rows] = np.nanmedian(days[rows], axis=1)
    return result
