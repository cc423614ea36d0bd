"""The night a lamp is required to be lit: from the sun at the pole, and its schedule.

A night belongs to the local date of its sunset. Sun times by NREL's solar position algorithm as
pvlib implements it (Reda and Andreas, 2004, doi:10.1016/j.solener.2003.12.003).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

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
    import pandas as pd  # noqa: PLC0415 - with pvlib below: a second of start-up that only nights need
    from pvlib.solarposition import sun_rise_set_transit_spa  # noqa: PLC0415

    days = pd.date_range(first, last + timedelta(days=1), freq="D", tz=pole.timezone)
    sun = sun_rise_set_transit_spa(days, float(pole.latitude), float(pole.longitude))
    sunset = sun["sunset"].dt.round("s").to_list()
    sunrise = sun["sunrise"].dt.round("s").to_list()
    return {
        day.date(): Period.between(
            sunset[number].to_pydatetime(), sunrise[number + 1].to_pydatetime()
        )
        for number, day in enumerate(days[:-1])
    }


def _scheduled(schedule: Schedule, dark: Period, night: date, timezone: ZoneInfo) -> Period:
    """Cut a night to its schedule: light is required by schedule and darkness together."""
    start, end = schedule.span(dark, night, timezone)
    low, high = max(start, dark.start), min(end, dark.end)
    return Period(low, max(low, high))
