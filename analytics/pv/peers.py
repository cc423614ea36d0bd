"""Performance to peers: a set's yield against its neighbors' on the same day, and its own normal.

After Leloux et al. (arXiv 1410.6946), SolarClique (five neighbors and more) and EPJ-PV 2024 (15
neighbors): the weighted median of at least five peers within 25 km, nearer ones counting more; the
ratio is held against its own median of 60 days, so that tilt and shade drop out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.thresholds import threshold
from analytics.windows import NORMAL

Floats = npt.NDArray[np.float64]

WITHIN_KM: Final = 25.0
FEWEST: Final = 5
_MOST: Final = 30  # nearest peers looked at
_EARTH_KM: Final = 6_371.0
_NORMAL_DAYS: Final = NORMAL // timedelta(days=1)
_FEWEST_DAYS: Final = 7  # of a normal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Sets by days. NaN where there is nothing to compare."""

    reference: Floats  # what a set's peers gave, kWh/kWp, shape (n, d)
    ratio: Floats  # of a set's own normal, shape (n, d)
    confident: npt.NDArray[np.bool_]  # whether a set has peers enough, shape (n,)


def compare(
    yields: Floats, latitude: Floats, longitude: Floats, *, clear_sky: Floats | None = None
) -> Compared:
    """Compare sets with their peers, day by day.

    Args:
        yields: Energy over rated power, NaN where not measured whole. [kWh/kWp] Shape (n, d).
        latitude: deg, shape (n,).
        longitude: deg, shape (n,).
        clear_sky: What sets without peers enough are held against, in low confidence. Shape (n, d).
    """
    peers, distance = _nearest(latitude, longitude)
    reference = _weighted_median(yields, peers, distance)
    confident = (distance <= WITHIN_KM).sum(axis=1) >= FEWEST
    if clear_sky is not None:
        reference = np.where(confident[:, None], reference, clear_sky)
    raw = np.full_like(yields, np.nan)
    np.divide(yields, reference, out=raw, where=reference > 0)
    return Compared(reference=reference, ratio=_of_own_normal(raw), confident=confident)


def _nearest(latitude: Floats, longitude: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return each set's nearest others, and how far they are; infinity for itself. [km]"""
    count = len(latitude)
    east, north = np.radians(longitude), np.radians(latitude)
    step = (north[:, None] - north) ** 2
    step += (np.cos(north)[:, None] * (east[:, None] - east)) ** 2
    distance = _EARTH_KM * np.sqrt(step)
    np.fill_diagonal(distance, np.inf)
    most = min(_MOST, count)
    near = np.argpartition(distance, most - 1, axis=1)[:, :most]
    return near, np.take_along_axis(distance, near, axis=1)


def _weighted_median(yields: Floats, peers: npt.NDArray[np.int64], distance: Floats) -> Floats:
    """Return the weighted median of the peers within reach; NaN on days with fewer than five."""
    result = np.full_like(yields, np.nan)
    weight = np.where(distance <= WITHIN_KM, 1 / (1 + distance / threshold("pv_half_weight")), 0.0)
    for day in range(yields.shape[1]):
        given = yields[peers, day]
        usable = np.where(np.isnan(given), 0.0, weight)
        order = np.argsort(np.where(usable > 0, given, np.inf), axis=1)
        sums = np.cumsum(np.take_along_axis(usable, order, axis=1), axis=1)
        enough = (usable > 0).sum(axis=1) >= FEWEST
        middle = (sums >= sums[:, -1:] / 2).argmax(axis=1)
        chosen = np.take_along_axis(order, middle[:, None], axis=1)
        value = np.take_along_axis(given, chosen, axis=1)[:, 0]
        result[enough, day] = value[enough]
    return result


def _of_own_normal(raw: Floats) -> Floats:
    """Divide each day's ratio by the median of the 60 days up to it."""
    result = np.full_like(raw, np.nan)
    for day in range(raw.shape[1]):
        window = raw[:, max(0, day - _NORMAL_DAYS + 1) : day + 1]
        rows = np.flatnonzero((~np.isnan(window)).sum(axis=1) >= _FEWEST_DAYS)
        if len(rows):
            normal = np.nanmedian(window[rows], axis=1)
            result[rows, day] = np.where(normal > 0, raw[rows, day] / normal, np.nan)
    return result


def low(ratio: Sequence[float] | Floats) -> bool:
    """Tell whether a set's last five ratios say that something is wrong.

    Below 0.85 on three of five days, and further below its normal than three robust standard
    deviations (Shewhart's chart) of the days before [assumed].
    """
    known = np.array(ratio, np.float64)
    last, before = known[-_LAST:], known[:-_LAST]
    before = before[~np.isnan(before)]
    below = np.count_nonzero(last < _LOW)
    if below < _LOW_DAYS or len(before) < _FEWEST_DAYS:
        return False
    middle = float(np.median(before))
    spread = _ROBUST * float(np.median(np.abs(before - middle)))
    return float(np.nanmedian(last)) < middle - _SIGMAS * spread


_LAST: Final = 5  # days
_LOW: Final = 0.85
_LOW_DAYS: Final = 3
_SIGMAS: Final = 3
_ROBUST: Final = 1.4826  # the standard deviation of normal noise over its median deviation
