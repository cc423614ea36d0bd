"""Hourly indices of a long series: NowCast and its index for every hour, fast and exact.

NowCast is estimated in floats; an index that is the same a millionth of a unit below and above the
estimate is the index, because an index never falls as a concentration rises. The few hours near an
edge are computed exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.air.editions import Edition
from analytics.air.index import sub_index
from analytics.air.nowcast import RULES, nowcast
from analytics.air.units import Concentration, in_unit

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_MILLIONTHS: Final = 1_000_000
_NEWEST: Final = 3
_NEWEST_VALID: Final = 2
NO_INDEX: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One pollutant's hours at one station, without a gap in time; None where one is missing."""

    pollutant: str
    unit: str
    reference_c: Fraction | None
    hours: Sequence[int | None]  # millionths of the unit


def hourly_index(edition: Edition, averaging: str, series: Series) -> Whole:
    """Return the index of every hour by NowCast; NO_INDEX where there is none. Shape (n,).

    Args:
        edition: Whose table is looked up.
        averaging: The table that a NowCast goes into: 24h for particles, 8h for ozone.
        series: A pollutant there is a NowCast for.
    """
    values = np.array(
        [np.nan if each is None else float(each) for each in series.hours], np.float64
    )
    estimate = _estimate(values, series.pollutant)
    known = np.flatnonzero(~np.isnan(estimate))
    look_up = _LookUp(edition, averaging, series)
    below = look_up.of(np.floor(estimate[known] - 0.5).astype(np.int64))
    above = look_up.of(np.ceil(estimate[known] + 0.5).astype(np.int64))
    result = np.full(len(values), NO_INDEX, np.int64)
    result[known] = below
    for place in known[below != above].tolist():
        result[place] = look_up.exact(_exact(series, place))
    return result


class _LookUp:
    """Looks indices up, each concentration once."""

    def __init__(self, edition: Edition, averaging: str, series: Series) -> None:
        self._edition, self._averaging, self._series = edition, averaging, series
        table = edition.tables.get((series.pollutant, averaging))
        self._unit = None if table is None else table.unit

    def of(self, millionths: Whole) -> Whole:
        distinct, places = np.unique(millionths, return_inverse=True)
        found = [self.exact(Fraction(each, _MILLIONTHS)) for each in distinct.tolist()]
        return np.array(found, np.int64)[places]

    def exact(self, value: Fraction | None) -> int:
        if value is None or self._unit is None:
            return NO_INDEX
        own = self._series
        given = Concentration(value=value, unit=own.unit, reference_c=own.reference_c)
        told = in_unit(own.pollutant, given, self._unit).value
        index = sub_index(self._edition, own.pollutant, self._averaging, told)
        return NO_INDEX if index is None else index


def _exact(series: Series, place: int) -> Fraction | None:
    hours = RULES[series.pollutant].hours
    newest_first = series.hours[max(0, place - hours + 1) : place + 1][::-1]
    given = [None if each is None else Fraction(each, _MILLIONTHS) for each in newest_first]
    return nowcast(series.pollutant, given).value


def _estimate(values: Floats, pollutant: str) -> Floats:
    """Return the NowCast of every hour in floats; NaN where there is none."""
    rule = RULES[pollutant]
    padded = np.concatenate([np.full(rule.hours - 1, np.nan), values])
    window = np.lib.stride_tricks.sliding_window_view(padded, rule.hours)[:, ::-1]
    there = ~np.isnan(window)
    enough = there[:, :_NEWEST].sum(axis=1) >= _NEWEST_VALID
    result = np.full(len(values), np.nan)
    window, there = window[enough], there[enough]
    largest = np.where(there, window, -np.inf).max(axis=1)
    smallest = np.where(there, window, np.inf).min(axis=1)
    weight = np.ones(len(window))
    np.divide(smallest, largest, out=weight, where=largest > 0)
    weight = np.clip(weight, float(rule.floor), 1.0)
    powers = np.where(there, weight[:, None] ** np.arange(rule.hours), 0.0)
    total = powers.sum(axis=1)
    weighted = (np.where(there, window, 0.0) * powers).sum(axis=1)
    cast = np.full(len(window), np.nan)
    np.divide(weighted, total, out=cast, where=total > 0)
    result[enough] = cast
    return result
