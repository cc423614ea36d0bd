"""Air days: the hourly means of one pollutant at one station on one of its local days.

Here a mean gets its digits: whole millionths of the metric's unit, rounded once. What follows
(daily and 8 h means, NowCast, indices) is exact. An hour counts with three quarters of it heard.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, micros

HOURS: Final = 24
ENOUGH_S: Final = 2_700  # 45 min: 75 %, Directive (EU) 2024/2881 and HJ 663 [recalled]
POLLUTANTS: Final = ("pm25", "pm10", "o3", "no2", "so2", "co")
FIXED: Final = DeviceClass.AIR_STATION
STATIONS: Final = frozenset({FIXED, DeviceClass.MOBILE_AIR_STATION})
_MILLIONTHS: Final = 1_000_000

Hourly = tuple[int | None, ...]
"""The hours of a local day, from its first on; millionths of the unit, None where too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AirDay:
    """One pollutant at one station on one local day."""

    device: DeviceId
    day: date
    pollutant: str
    hours: Hourly

    @property
    def values(self) -> list[Fraction | None]:
        """The hourly means, exact, in the metric's unit."""
        return [None if each is None else Fraction(each, _MILLIONTHS) for each in self.hours]


def air_days(hours: pd.DataFrame, timezone: ZoneInfo) -> list[AirDay]:
    """Return the air days that a station class's hours make.

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the local day each row belongs to.
        timezone: The zone's, a whole number of hours from UTC.
    """
    heard = hours[hours["metric"].isin(POLLUTANTS) & (hours["seconds"] >= ENOUGH_S)]
    found: dict[tuple[DeviceId, date, str], list[int | None]] = {}
    rows = zip(
        heard["device"],
        heard["day"],
        heard["metric"],
        heard["hour"].tolist(),
        (heard["integral"] / heard["seconds"]).tolist(),
        strict=True,
    )
    for device, day, pollutant, hour, mean in rows:
        own = found.setdefault((DeviceId(device), day, pollutant), [None] * HOURS)
        own[(hour - _midnight(day, timezone)) // HOUR_US] = round(mean * _MILLIONTHS)
    return [
        AirDay(device=device, day=day, pollutant=pollutant, hours=tuple(own))
        for (device, day, pollutant), own in sorted(found.items())
    ]


def in_a_row(days: Iterable[AirDay], first: date, last: date) -> list[Fraction | None]:
    """Return one pollutant's hours at one station, of all days from first to last."""
    by_day = {each.day: each.values for each in days}
    return [
        hour
        for number in range((last - first).days + 1)
        for hour in by_day.get(first + timedelta(days=number), _nothing())
    ]


def _nothing() -> Sequence[Fraction | None]:
    return [None] * HOURS


def _midnight(day: date, timezone: ZoneInfo) -> int:
    return micros(datetime.combine(day, time(0), tzinfo=timezone))
