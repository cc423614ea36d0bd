"""What a decision touches: which device hours are computed again because of it."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from analytics.counter_changes import CounterChange
from analytics.days import day_of
from analytics.quality.overrides import Override
from analytics.uptime.base import asked_of
from analytics.uptime.exclusions import Exclusion
from ingest.columns import Touched
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, hour_of, utc_day
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry


def touched_by_exclusion(registry: Registry, exclusion: Exclusion) -> Iterator[Touched]:
    """Yield an hour of each device-day that an exclusion lies in: its hours stay as they are."""
    for zone in registry.zones():
        for device in registry.devices_of_zone(zone.id):
            if exclusion.concerns(registry, device):
                days = _days(exclusion.period, zone, device.device_class)
                for span in asked_of(registry, zone, device, days):
                    yield _touched(device, (span.start + span.end) // 2)


def touched_by_override(registry: Registry, override: Override) -> Iterator[Touched]:
    """Yield every hour that an override speaks of."""
    device = registry.device(override.device)
    if device is not None:
        for hour in override.period.hours():
            yield _touched(device, hour)


def touched_by_change(registry: Registry, change: CounterChange) -> Iterator[Touched]:
    """Yield the hour of a counter's change: what comes behind it follows by the running maximum."""
    device = registry.device(change.device)
    if device is not None:
        yield _touched(device, change.at)


def _touched(device: Device, at: int) -> Touched:
    return Touched(
        device_class=device.device_class,
        device=device.id,
        hour=hour_of(at),
        gateway=device.gateway,
        day=utc_day(at),
        numbered=True,
        records=0,
        readings=0,
    )


def _days(period: Period, zone: Zone, device_class: DeviceClass) -> list[date]:
    timezone = ZoneInfo(zone.timezone)
    first = day_of(period.start, timezone, device_class)
    last = day_of(max(period.start, period.end - 1), timezone, device_class)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
