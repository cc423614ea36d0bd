"""Checks of a series, with the flags of the IOOS QARTOD manuals.

Each takes values in time order, NaN where one is missing, and returns a flag each; edges are those
of ioos_qc 3.0.0 (Apache-2.0), which oceanographers use. Thresholds are exceeded, not reached.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.contract.quality import SEVERITY, Quality

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.int8]
Span = tuple[float, float]
"""Lowest and highest value, both included."""

_FEWEST: Final = 3  # values that can be a flat line


class SpikeMethod(StrEnum):
    """What a value is compared with to be a spike."""

    AVERAGE = "average"  # the middle between its neighbors
    DIFFERENTIAL = "differential"  # the smaller of two steps in opposite directions


def worst(flags: Sequence[Flags]) -> Flags:
    """Combine the flags of several checks: bad wins, missing only where all are missing."""
    rank = np.zeros(10, np.int8)
    rank[list(SEVERITY)] = np.arange(len(SEVERITY))
    highest = rank[np.stack(flags)].max(axis=0)
    combined: Flags = np.array(SEVERITY, np.int8)[highest]
    return combined


def gross_range(values: Floats, *, fail: Span, suspect: Span | None = None) -> Flags:
    """Flag what lies outside the span that is possible, or outside the one that is usual."""
    low, high = sorted(fail)
    flags = _good(values)
    if suspect is not None:
        usual_low, usual_high = sorted(suspect)
        if usual_low < low or usual_high > high:
            raise ValueError(f"the suspect span {suspect} must lie inside the fail span {fail}")
        flags[(values < usual_low) | (values > usual_high)] = Quality.SUSPECT
    flags[(values < low) | (values > high)] = Quality.BAD
    return _with_missing(flags, values)


def spike(
    values: Floats,
    *,
    suspect: float | None = None,
    fail: float | None = None,
    method: SpikeMethod = SpikeMethod.AVERAGE,
) -> Flags:
    """Flag values that stand out from both neighbors; what has not two is not checked."""
    height = np.full(len(values), np.nan)
    if len(values) > 2:  # noqa: PLR2004 - a value and its two neighbors
        height[1:-1] = _heights(values, method)
    flags = _above(height, suspect, fail)
    flags[np.isnan(height)] = Quality.UNCHECKED
    return _with_missing(flags, values)


def rate_of_change(
    values: Floats, seconds: Floats, *, suspect: float, fail: float | None = None
) -> Flags:
    """Flag values that the one before cannot have turned into so fast.

    Args:
        values: The series.
        seconds: Their instants, ascending. [s]
        suspect: Change above which a value is suspect. [unit/s]
        fail: Change above which it is bad. [unit/s]
    """
    rate = np.zeros(len(values))
    rate[1:] = np.abs(np.diff(values)) / np.diff(seconds)
    return _with_missing(_above(rate, suspect, fail), values)


def flat_line(
    values: Floats, seconds: Floats, *, suspect_s: float, fail_s: float, tolerance: float = 0.0
) -> Flags:
    """Flag values that close a stretch in which nothing moved by as much as the tolerance.

    Args:
        values: The series; missing ones do not break a stretch.
        seconds: Their instants, ascending; their median step is the interval. [s]
        suspect_s: Length of a stretch that makes a value suspect. [s]
        fail_s: Length that makes it bad. [s]
        tolerance: Range below which a stretch is flat.
    """
    flags = _good(values)
    if len(values) < _FEWEST:
        return flags
    interval = float(np.median(np.diff(seconds)))
    for length, flag in ((suspect_s, Quality.SUSPECT), (fail_s, Quality.BAD)):
        flags[_flat(values, int(length / interval), tolerance)] = flag
    return _with_missing(flags, values)


def attenuated_signal(
    values: Floats, *, suspect: float, fail: float, by_range: bool = False
) -> Flags:
    """Flag a whole series that moves too little: by its standard deviation, or by its range."""
    known = values[~np.isnan(values)]
    if not len(known):
        return np.full(len(values), Quality.MISSING, np.int8)
    moved = float(np.ptp(known) if by_range else np.std(known))
    flag = Quality.SUSPECT if moved < suspect else Quality.GOOD
    flag = Quality.BAD if moved < fail else flag
    return _with_missing(np.full(len(values), flag, np.int8), values)


def percentile_range(
    values: Floats, *, low: float = 5, high: float = 95, pad: float = 0.0
) -> Flags:
    """Flag what lies outside two percentiles of the series itself, and a margin."""
    flags = _good(values)
    known = values[~np.isnan(values)]
    if len(known):
        bottom, top = np.percentile(known, [low, high])
        flags[(values < bottom - pad) | (values > top + pad)] = Quality.SUSPECT
    return _with_missing(flags, values)


def location(latitudes: Floats, longitudes: Floats) -> Flags:
    """Flag positions that are nowhere, and those of which one half is missing."""
    flags = _good(latitudes)
    no_latitude, no_longitude = np.isnan(latitudes), np.isnan(longitudes)
    flags[(np.abs(latitudes) > 90) | (np.abs(longitudes) > 180)] = Quality.BAD  # noqa: PLR2004 - deg
    flags[no_latitude != no_longitude] = Quality.BAD
    flags[no_latitude & no_longitude] = Quality.MISSING
    return flags


def time_gap(seconds: Floats, *, fail_s: float) -> Flags:
    """Flag instants that come too long after the one before; the first has the second's flag."""
    flags = _good(seconds)
    if len(seconds) > 1:
        flags[1:][np.diff(seconds) > fail_s] = Quality.BAD
        flags[1:][np.isnan(np.diff(seconds))] = Quality.UNCHECKED
        flags[0] = Quality.UNCHECKED if np.isnan(seconds[1]) else flags[1]
    return _with_missing(flags, seconds)


def impossible_date(seconds: Floats, *, now: float, fail: Span | None = None) -> Flags:
    """Flag instants that have not come yet, and those outside a span. [s]"""
    flags = _good(seconds)
    flags[seconds > now] = Quality.BAD
    if fail is not None:
        flags[(seconds < fail[0]) | (seconds > fail[1])] = Quality.BAD
    return _with_missing(flags, seconds)


def data_reception(seconds: Floats, *, now: float, fail_s: float) -> Flags:
    """Flag instants that lie too far back. [s]"""
    flags = _good(seconds)
    flags[now - seconds > fail_s] = Quality.BAD
    return _with_missing(flags, seconds)


def _good(values: Floats) -> Flags:
    return np.full(len(values), Quality.GOOD, np.int8)


def _with_missing(flags: Flags, values: Floats) -> Flags:
    flags[np.isnan(values)] = Quality.MISSING
    return flags


def _above(measure: Floats, suspect: float | None, fail: float | None) -> Flags:
    """Flag by two thresholds; one that is None or 0 is not looked at."""
    flags = _good(measure)
    for threshold, flag in ((suspect, Quality.SUSPECT), (fail, Quality.BAD)):
        if threshold:
            flags[measure > threshold] = flag
    return flags


def _heights(values: Floats, method: SpikeMethod) -> Floats:
    if method is SpikeMethod.AVERAGE:
        return np.abs(values[1:-1] - (values[:-2] + values[2:]) / 2)
    steps = np.diff(values)
    smaller = np.minimum(np.abs(steps[:-1]), np.abs(steps[1:]))
    return np.where(steps[:-1] * steps[1:] >= 0, 0.0, smaller)


def _flat(values: Floats, count: int, tolerance: float) -> npt.NDArray[np.bool_]:
    """Tell of which values the last count + 1 lie closer together than the tolerance."""
    flat = np.zeros(len(values), np.bool_)
    if count < len(values):
        windows = np.lib.stride_tricks.sliding_window_view(values, count + 1)
        there = ~np.isnan(windows).all(axis=1)
        moved = np.fmax.reduce(windows, axis=1) - np.fmin.reduce(windows, axis=1)
        flat[count:] = there & (moved < tolerance)
    return flat
