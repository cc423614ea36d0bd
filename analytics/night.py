"""The night a lamp is required to be lit: from the sun at the pole, and its schedule.

A night belongs to the local date of its sunset.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from analytics.sun import sun_days
from ingest.contract.period import Period
from ingest.registry.schedule import Schedule

_GRAIN = Decimal("0.01")  # deg, about 1 km: neighbours share a sunset to within 3 s


@dataclass(frozen=True, slots=True, kw_only=True)
class Pole:
    """Where a lamp stands, to the grain at which neighbours share their sun."""

    latitude: Decimal  # deg, north positive
    longitude: Decimal  # deg, east positive
    timezone: str  # IANA name

    @classmethod
    def at(cls, latitude: Decimal, longitude: Decimal, timezone: str) -> "Pole":
        """Return the pole of a position."""
        return cls(
            latitude=latitude.quantize(_GRAIN),
            longitude=longitude.quantize(_GRAIN),
            timezone=timezone,
        )


def required(schedule: Schedule, pole: Pole, nights: Collection[date]) -> dict[date, Period]:
    """Return, for each night by its local date of sunset, when light is required."""
    first, last = min(nights), max(nights)
    dark = darkness(pole, first, last)
    return {
        night: _scheduled(schedule, dark[night], night, ZoneInfo(pole.timezone)) for night in nights
    }


@lru_cache(maxsize=4_096)
def darkness(pole: Pole, first: date, last: date) -> dict[date, Period]:
    """Return sunset to sunrise of every night from first to last, both included."""
    days = sun_days(
        float(pole.latitude),
        float(pole.longitude),
        first,
        last + timedelta(days=1),
        ZoneInfo(pole.timezone),
    )
    return {
        first + timedelta(days=number): _night(today.sunset, tomorrow.sunrise)
        for number, (today, tomorrow) in enumerate(pairwise(days))
    }


def _night(sunset: datetime | None, sunrise: datetime | None) -> Period:
    if sunset is None or sunrise is None:
        raise ValueError("the sun does not set or does not rise here: no night is known")
    return Period.between(_whole_second(sunset), _whole_second(sunrise))


def _whole_second(moment: datetime) -> datetime:
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def _scheduled(schedule: Schedule, dark: Period, night: date, timezone: ZoneInfo) -> Period:
    """Cut a night to its schedule: light is required by schedule and darkness together."""
    start, end = schedule.span(dark, night, timezone)
    low, high = max(start, dark.start), min(end, dark.end)
    return Period(low, max(low, high))
