"""Hourly indices of a long series: NowCast and its index for every hour, fast and exact.

NowCast is estimated in floats; an index that is the same a millionth of a unit below and above the
estimate is the index, because an index never falls as a concentration rises. The few hours near an
edge are computed exactly.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.air.editions import Edition, Table, edition
from analytics.air.index import sub_index
from analytics.air.nowcast import RULES, nowcast
from analytics.air.units import Concentration, in_unit

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

_MILLIONTHS: Final = 1_000_000
_NEWEST: Final = 3
_NEWEST_VALID: Final = 2
_LOWEST: Final = -(10**13)  # millionths: beyond whatever an instrument says
NO_INDEX: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One pollutant's hours at one station, without a gap in time; None where one is missing."""

    pollutant: str
    unit: str
    reference_c: Fraction | None
    hours: Sequence[int | None]  # millionths of the unit


def hourly_index(asked: Edition, averaging: str, series: Series) -> Whole:
    """Return the index of every hour by NowCast; NO_INDEX where there is none. Shape (n,).

    Args:
        asked: Whose table is looked up.
        averaging: The table that a NowCast goes into: 24h for particles, 8h for ozone.
        series: A pollutant there is a NowCast for.
    """
    values = np.array(
        [np.nan if each is None else float(each) for each in series.hours], np.float64
    )
    estimate = _estimate(values, series.pollutant)
    known = np.flatnonzero(~np.isnan(estimate))
    look_up = _LookUp(asked, averaging, series)
    below = look_up.of(np.floor(estimate[known] - 0.5).astype(np.int64))
    above = look_up.of(np.ceil(estimate[known] + 0.5).astype(np.int64))
    result = np.full(len(values), NO_INDEX, np.int64)
    result[known] = below
    for place in known[below != above].tolist():
        result[place] = look_up.exact(_exact(series, place))
    return result


class _LookUp:
    """Looks indices up by the concentrations at which an index begins, found once a table."""

    def __init__(self, asked: Edition, averaging: str, series: Series) -> None:
        key = (asked.scheme, asked.version, series.pollutant, averaging)
        self._key = (*key, series.unit, series.reference_c)
        starts, indices = _steps(*self._key)
        self._starts = np.array(starts, np.int64)
        self._indices = np.array(indices, np.int64)

    def of(self, millionths: Whole) -> Whole:
        places = np.searchsorted(self._starts, millionths, side="right") - 1
        found: Whole = self._indices[places]
        for place in np.flatnonzero(millionths >= self._starts[-1]).tolist():
            found[place] = self.exact(Fraction(int(millionths[place]), _MILLIONTHS))
        return found

    def exact(self, value: Fraction | None) -> int:
        return NO_INDEX if value is None else _index(*self._key, value)


@lru_cache(maxsize=64)
def _steps(
    scheme: str,
    version: str,
    pollutant: str,
    averaging: str,
    unit: str,
    reference_c: Fraction | None,
) -> tuple[list[int], list[int]]:
    """Return at which concentrations an index begins, in millionths, and which.

    Inside a table an index never falls as the concentration rises, so between two concentrations
    of one index there is no other. Below it there is none; above its last start, ask exactly.
    """
    table = edition(scheme, version).tables.get((pollutant, averaging))
    if table is None:
        return [_LOWEST], [NO_INDEX]

    def at(millionths: int) -> int:
        value = Fraction(millionths, _MILLIONTHS)
        return _index(scheme, version, pollutant, averaging, unit, reference_c, value)

    if table.truncate_decimals is not None:
        places = _levels(table, table.truncate_decimals)
    else:
        places = [table.segments[0].conc_low, table.segments[-1].conc_high]
    edges = [ceil(_in_series(pollutant, e, table.unit, unit, reference_c)) for e in places]
    if table.truncate_decimals is None:
        edges = [edges[0], *_changes(cache(at), edges[0], edges[1]), edges[1] + 1]
    starts = [_LOWEST, *edges]
    return starts, [at(start) for start in starts]


def _levels(table: Table, decimals: int) -> list[Fraction]:
    """Return every concentration that a table is looked up by once it is cut, and one beyond.

    What is cut towards zero belongs to the lowest level from just above one level below it.
    """
    scale = 10**decimals
    first, last = (
        int(edge * scale) for edge in (table.segments[0].conc_low, table.segments[-1].conc_high)
    )
    below = Fraction(first - 1, scale) + Fraction(1, scale * _MILLIONTHS)
    return [below, *(Fraction(level, scale) for level in range(first, last + 2))]


def _changes(at: Callable[[int], int], low: int, high: int) -> list[int]:
    """Return where a function that never falls takes another value, between two places."""
    if high <= low or at(low) == at(high):
        return []
    if high == low + 1:
        return [high]
    middle = (low + high) // 2
    return [*_changes(at, low, middle), *_changes(at, middle, high)]


def _index(
    scheme: str,
    version: str,
    pollutant: str,
    averaging: str,
    unit: str,
    reference_c: Fraction | None,
    value: Fraction,
) -> int:
    asked = edition(scheme, version)
    table = asked.tables.get((pollutant, averaging))
    if table is None:
        return NO_INDEX
    given = Concentration(value=value, unit=unit, reference_c=reference_c)
    told = in_unit(pollutant, given, table.unit).value
    index = sub_index(asked, pollutant, averaging, told)
    return NO_INDEX if index is None else index


def _in_series(
    pollutant: str, value: Fraction, have: str, want: str, reference_c: Fraction | None
) -> Fraction:
    """Return a table's concentration in a series' unit. [millionths]"""
    given = Concentration(value=value, unit=have, reference_c=reference_c)
    return in_unit(pollutant, given, want, reference_c=reference_c).value * _MILLIONTHS


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
