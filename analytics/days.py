"""Local days: which day of its device an hour belongs to.

A lamp's day is its night, noon to noon, named by the local date of sunset; every other device's
day is midnight to midnight. A zone's time is a whole number of hours from UTC, so no hour is cut.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant

_NOON: Final = timedelta(hours=12)


def starts_at(device_class: DeviceClass) -> timedelta:
    """Return how long after local midnight a device's day begins."""
    return _NOON if device_class is DeviceClass.STREETLIGHT else timedelta(0)


def day_of(hour: int, timezone: ZoneInfo, device_class: DeviceClass) -> date:
    """Return the device day that an hour (its start, microseconds) belongs to."""
    local = instant(hour).astimezone(timezone).replace(tzinfo=None)
    return (local - starts_at(device_class)).date()


def days_of(hours: Iterable[int], timezone: ZoneInfo, device_class: DeviceClass) -> dict[int, date]:
    """Return the device day of each of some hours."""
    return {hour: day_of(hour, timezone, device_class) for hour in hours}


def span_of(day: date, timezone: ZoneInfo, device_class: DeviceClass) -> Period:
    """Return the half-open span of a device day."""
    start, end = (
        datetime.combine(each, time(0)) + starts_at(device_class)
        for each in (day, day + timedelta(days=1))
    )
    return Period.between(
        start.replace(tzinfo=timezone).astimezone(UTC), end.replace(tzinfo=timezone).astimezone(UTC)
    )


def passed_days(
    days: Iterable[date], timezone: ZoneInfo, device_class: DeviceClass, *, until: int
) -> list[date]:
    """Return the days that are over by an instant: of a day that goes on, no daily figure is told.

    Instant in microseconds, UTC.
    """
    return [day for day in days if span_of(day, timezone, device_class).end <= until]
