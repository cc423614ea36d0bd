"""The sun at a place: rise, set, transit and civil twilight of local days.

By NREL's solar position algorithm as pvlib implements it (Reda and Andreas, 2004,
doi:10.1016/j.solener.2003.12.003). Rise and set are at -0.8333° with refraction; civil twilight
begins and ends where the true elevation is -6°.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.spa import Floats, elevation, transit_rise_set
from analytics.thresholds import threshold

Flags = npt.NDArray[np.bool_]

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_CIVIL: Final = -6.0  # deg
_STEP: Final = timedelta(minutes=2)
_GRID: Final = timedelta(minutes=5)
_A_DAY: Final = timedelta(days=1) // _GRID
_REACH: Final = timedelta(hours=3)  # twilight lasts no longer wherever lamps stand


@dataclass(frozen=True, slots=True, kw_only=True)
class SunDay:
    """The sun's instants on one local day, with its time zone; None where it does not rise."""

    sunrise: datetime | None
    transit: datetime | None
    sunset: datetime | None


def sun_days(
    latitude: float, longitude: float, first: date, last: date, zone: tzinfo
) -> list[SunDay]:
    """Return the sun of each local day from first to last, both included.

    Args:
        latitude: deg, north positive.
        longitude: deg, east positive.
        first: The first local day.
        last: The last one.
        zone: Whose days they are.
    """
    days = range((last - first).days + 1)
    midnights = [datetime.combine(first + timedelta(days=n), time(0), UTC) for n in days]
    seconds = np.array([each.timestamp() for each in midnights])
    transit, rise, down = (
        [_instant(each, zone) for each in found.tolist()]
        for found in transit_rise_set(seconds, latitude, longitude)
    )
    return [
        SunDay(sunrise=up, transit=noon, sunset=sunset)
        for up, noon, sunset in zip(rise, transit, down, strict=True)
    ]


def civil_dawn(latitude: float, longitude: float, sunrise: datetime) -> datetime | None:
    """Return when civil twilight before a sunrise begins."""
    return _crossing(latitude, longitude, sunrise - _REACH, sunrise, rising=True)


def civil_dusk(latitude: float, longitude: float, sunset: datetime) -> datetime | None:
    """Return when civil twilight after a sunset ends."""
    return _crossing(latitude, longitude, sunset, sunset + _REACH, rising=False)


def high_sun(
    latitude: float, longitude: float, first: date, last: date, zone: tzinfo
) -> list[tuple[datetime, datetime]]:
    """Return when the sun stands higher than 10° on each local day, as long as it rises so high.

    Where it does not, start and end are both its transit. It is looked up to five minutes, but only
    in the hours in which it passes 10°.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    midnights = [datetime.combine(day, time(0), zone).timestamp() for day in days]
    within = np.arange(_A_DAY, dtype=np.float64) * _GRID.total_seconds()
    grid: Floats = np.array(midnights, np.float64)[:, None] + within
    sun = np.full(grid.shape, np.nan)
    hourly = np.zeros(grid.shape, np.bool_)
    hourly[:, :: timedelta(hours=1) // _GRID] = hourly[:, -1] = True
    sun[hourly] = elevation(grid[hourly], latitude, longitude)
    closer = _where_it_passes(sun, hourly)
    sun[closer] = elevation(grid[closer], latitude, longitude)
    return [_above(*day, zone) for day in zip(grid, sun, strict=True)]


def _where_it_passes(sun: Floats, known: Flags) -> Flags:
    """Tell where the sun is not known and may pass 10°: in all of a day that seems without."""
    high = sun > threshold("pv_high_sun")
    places = known[0].nonzero()[0]
    passes = np.zeros(sun.shape, np.bool_)
    for before, after in pairwise(places.tolist()):
        passes[:, before:after] = (high[:, before] != high[:, after])[:, None]
    passes[~high.any(axis=1)] = True
    found: Flags = passes & ~known
    return found


def _above(grid: Floats, elevations: Floats, zone: tzinfo) -> tuple[datetime, datetime]:
    high = (elevations > threshold("pv_high_sun")).nonzero()[0]
    if not len(high):
        high = np.array([np.nanargmax(elevations)])
    start, end = (datetime.fromtimestamp(float(grid[high[each]]), zone) for each in (0, -1))
    return start, end


def _crossing(
    latitude: float, longitude: float, start: datetime, end: datetime, *, rising: bool
) -> datetime | None:
    """Return where the true elevation passes -6°, between two positions of a 2 min grid."""
    steps = (end - start) // _STEP
    grid: Floats = (
        start.timestamp() + np.arange(steps + 1, dtype=np.float64) * _STEP.total_seconds()
    )
    above = elevation(grid, latitude, longitude) - _CIVIL
    passed = (above[:-1] < 0) & (above[1:] >= 0) if rising else (above[:-1] >= 0) & (above[1:] < 0)
    if not passed.any():
        return None
    place = int(passed.argmax())
    share = float(above[place] / (above[place] - above[place + 1]))
    return start + (place + share) * _STEP


def _instant(seconds: float, zone: tzinfo) -> datetime | None:
    """Return an instant to the whole microsecond below, or None where there is none."""
    if np.isnan(seconds):
        return None
    nanoseconds = int(seconds * 1e9)
    return (_EPOCH + timedelta(microseconds=nanoseconds // 1_000)).astimezone(zone)
