"""A station's index: the largest of its pollutants' indices, and which pollutant sets it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from analytics.air.editions import Edition, TableKey
from analytics.air.index import sub_index, truncated

Given = Mapping[TableKey, "Fraction | Sequence[Fraction | None] | None"]
"""By pollutant and averaging time a concentration in the table's unit, or a day's hours of it."""

_SO2_1H: Final = ("so2", "1h")
_SO2_24H: Final = ("so2", "24h")
_SO2_BY_DAY: Final = Fraction(305)  # ppb; EPA-454/B-24-002: from here on the 24 h mean decides
_SO2_FIXED: Final = 200  # index where the hour is above and the day is not
_PARTICLES: Final = frozenset({"pm25", "pm10"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StationIndex:
    """What a station's pollutants amount to; None where the scheme computes no index."""

    index: int | None
    sub_indices: Mapping[TableKey, int | None]
    leading: tuple[str, ...]  # pollutants that set it; in China only above 50


def station_index(edition: Edition, given: Given) -> StationIndex:
    """Return a station's index from its concentrations."""
    means = {key: _mean(edition, key, value) for key, value in given.items()}
    found = {key: sub_index(edition, *key, value) for key, value in means.items()}
    if edition.scheme == "us_epa" and _SO2_1H in given:
        found |= _so2(edition, given, means)
    known = {key: index for key, index in found.items() if index is not None}
    if not known or (edition.particles_needed and not _PARTICLES & {name for name, _ in known}):
        return StationIndex(index=None, sub_indices=found, leading=())
    largest = max(known.values())
    return StationIndex(index=largest, sub_indices=found, leading=_leading(edition, known, largest))


def _leading(edition: Edition, known: Mapping[TableKey, int], largest: int) -> tuple[str, ...]:
    if edition.primary_above is not None and largest <= edition.primary_above:
        return ()
    first = {name: None for (name, _), index in known.items() if index == largest}
    return tuple(first)


def _mean(
    edition: Edition, key: TableKey, value: Fraction | Sequence[Fraction | None] | None
) -> Fraction | None:
    """Return what a day's hours amount to: their mean over 24 h, else the highest of them."""
    if value is None or isinstance(value, Fraction):
        return value
    hours = [each for each in value if each is not None]
    return day_mean(edition, hours) if key[1] == "24h" else max(hours, default=None)


def day_mean(edition: Edition, hours: Sequence[Fraction]) -> Fraction | None:
    """Return a day's mean of its valid hours, or None where they are too few for the edition."""
    if len(hours) < edition.hours_a_day:
        return None
    return sum(hours, start=Fraction(0)) / len(hours)


def _so2(
    edition: Edition, given: Given, means: Mapping[TableKey, Fraction | None]
) -> dict[TableKey, int | None]:
    """Return SO2's index by the US rule: high hours are judged by the day they are part of."""
    hour = means[_SO2_1H]
    if hour is None or truncated(hour, 0) < _SO2_BY_DAY:
        return {_SO2_1H: sub_index(edition, *_SO2_1H, hour)}
    day = means[_SO2_24H] if _SO2_24H in given else _day_of(edition, given[_SO2_1H])
    if day is None:
        return {_SO2_1H: None}
    if truncated(day, 0) < _SO2_BY_DAY:
        return {_SO2_1H: _SO2_FIXED}
    return {_SO2_1H: None, _SO2_24H: sub_index(edition, *_SO2_24H, day)}


def _day_of(
    edition: Edition, hours: Fraction | Sequence[Fraction | None] | None
) -> Fraction | None:
    return None if isinstance(hours, Fraction) else _mean(edition, _SO2_24H, hours)
