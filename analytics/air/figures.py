"""Air figures of a station in a period: concentrations against limits first, then the index.

The station's own unit and reference temperature go with each figure; limits in other units are
converted and say so. What is measured with a van or a portable set is of the place it stood at,
and goes into no figure of a fixed station.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from analytics.air.days import FIXED, HOURS, POLLUTANTS, AirDay
from analytics.air.editions import Edition, NoEditionError, TableKey, edition_on
from analytics.air.limits import BESIDE, Limit, in_force
from analytics.air.means import ENOUGH_OF_A_DAY, Hours, highest, highest_8h, mean
from analytics.air.station import StationIndex, station_index
from analytics.air.units import Concentration, UnitError, in_unit
from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId

INDEX_SCHEME: Final = "us_epa"  # beside the limits: neither KH nor LA has an index of its own
REFERENCE_C: Final = Fraction(25)  # of stations' gases by mass [assumed]: HJ 212 since 2018
_GASES: Final = frozenset({"o3", "no2", "so2", "co"})
_DAILY: Final = "24h"


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """How often a daily mean was above a limit."""

    limit: Limit
    days_above: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AirFigure:
    """One pollutant's daily means at one station in a period."""

    station: DeviceId
    pollutant: str
    days: int  # of the period
    valid_days: int
    mean: Fraction | None  # of the valid days' means, in unit
    highest: Fraction | None  # day
    highest_on: date | None
    unit: str
    reference_c: Fraction | None
    national: tuple[Against, ...]
    beside: tuple[Against, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDay:
    """A station's index on one day; None where it is not computable."""

    station: DeviceId
    day: date
    scheme: str
    version: str
    index: StationIndex


def air_figures(
    station: DeviceId, days: Sequence[date], facts: Iterable[AirDay], country: str
) -> list[AirFigure]:
    """Return a station's figures, one a pollutant that was measured at all."""
    by_pollutant: dict[str, dict[date, Hours]] = {}
    for fact in facts:
        if fact.device == station:
            by_pollutant.setdefault(fact.pollutant, {})[fact.day] = fact.values
    return [
        _figure(station, pollutant, days, by_pollutant[pollutant], country)
        for pollutant in POLLUTANTS
        if pollutant in by_pollutant
    ]


def _figure(
    station: DeviceId,
    pollutant: str,
    days: Sequence[date],
    hours: dict[date, Hours],
    country: str,
) -> AirFigure:
    told = ((day, mean(hours.get(day, ()), enough=ENOUGH_OF_A_DAY)) for day in days)
    means = {day: value for day, value in told if value is not None}
    top = max(means, key=lambda day: means[day], default=None)
    return AirFigure(
        station=station,
        pollutant=pollutant,
        days=len(days),
        valid_days=len(means),
        mean=sum(means.values(), start=Fraction(0)) / len(means) if means else None,
        highest=None if top is None else means[top],
        highest_on=top,
        unit=unit_of(pollutant),
        reference_c=reference_of(pollutant),
        national=tuple(_against(pollutant, means, days, country)),
        beside=tuple(
            each
            for other in BESIDE
            if other != country
            for each in _against(pollutant, means, days, other)
        ),
    )


def _against(
    pollutant: str, means: dict[date, Fraction], days: Sequence[date], jurisdiction: str
) -> Iterator[Against]:
    for limit in in_force(jurisdiction, pollutant, _DAILY, days[-1]):
        bound = in_station_unit(limit)
        if bound is not None:
            above = sum(value > bound for value in means.values())
            yield Against(limit=limit, days_above=above)


def in_station_unit(limit: Limit) -> Fraction | None:
    """Return a limit in the unit of a station's readings, or None where it cannot be had in it."""
    given = Concentration(
        value=Fraction(limit.value), unit=limit.unit, reference_c=reference_of(limit.pollutant)
    )
    try:
        return in_unit(limit.pollutant, given, unit_of(limit.pollutant)).value
    except UnitError:
        return None


def index_days(
    station: DeviceId,
    days: Sequence[date],
    facts: Iterable[AirDay],
    scheme: str = INDEX_SCHEME,
) -> list[IndexDay]:
    """Return a station's index of each day; a day without an edition of the scheme has none."""
    hours: dict[tuple[str, date], Hours] = {
        (fact.pollutant, fact.day): fact.values for fact in facts if fact.device == station
    }
    found = []
    for day in days:
        try:
            asked = edition_on(scheme, day)
        except NoEditionError:
            continue
        given = dict(_given(asked, hours, day))
        found.append(
            IndexDay(
                station=station,
                day=day,
                scheme=scheme,
                version=asked.version,
                index=station_index(asked, given),
            )
        )
    return found


def _given(
    edition: Edition, hours: dict[tuple[str, date], Hours], day: date
) -> Iterator[tuple[TableKey, Fraction | None]]:
    """Yield what of a day goes into each table of an edition, in the table's unit."""
    next_day = day + timedelta(days=1)
    for (pollutant, averaging), table in edition.tables.items():
        own = hours.get((pollutant, day))
        if own is None or (averaging == "1h" and pollutant in ("pm25", "pm10")):
            continue
        match averaging:
            case "24h":
                value = mean(own, enough=edition.hours_a_day)
            case "8h":
                value = highest_8h(own, hours.get((pollutant, next_day), [None] * HOURS))
            case _:
                value = highest(own)
        if value is not None:
            told = Concentration(
                value=value, unit=unit_of(pollutant), reference_c=reference_of(pollutant)
            )
            value = in_unit(pollutant, told, table.unit).value
        yield (pollutant, averaging), value


def unit_of(pollutant: str) -> str:
    """Return the unit of a station's readings of a pollutant."""
    return metrics_of(FIXED)[pollutant].unit


def reference_of(pollutant: str) -> Fraction | None:
    """Return the temperature that a gas's volume is told at; None for particles."""
    return REFERENCE_C if pollutant in _GASES else None
