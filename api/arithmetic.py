"""The arithmetic of one device's day, from the store and the catalog."""

from datetime import date
from zoneinfo import ZoneInfo

from analytics.arithmetic import Arithmetic, Known, arithmetic, reach_of, wired_to
from analytics.counter_changes import CounterChange
from analytics.days import span_of
from analytics.deviceday import ENERGY
from analytics.service.decisions import standing
from analytics.service.facts import device_days, device_table
from analytics.service.ownfactors import all_factors
from api.sources import Sources
from ingest.catalog import snapshot
from ingest.registry.model import Device


def day_arithmetic(sources: Sources, device: Device, day: date) -> Arithmetic:
    """Return how a device's day becomes kilograms."""
    registry = sources.registry()
    zone = registry.zone_of(device)
    timezone = ZoneInfo(zone.timezone)
    at = span_of(day, timezone, device.device_class).start
    then = registry.device(device.id, at) or device
    wired = wired_to(then, registry.devices_of_zone(zone.id, at))
    with snapshot(sources.catalog) as connection:
        facts = device_table(
            connection, first=date(day.year, 1, 1), last=day, devices=sorted(wired)
        )
        kept = device_days(connection, first=day, last=day, device=device.id)
        factors = all_factors(connection)
        changes = standing(connection, CounterChange)
    block = sources.store.read(
        device.device_class, [device.id], reach_of(device, day, timezone), _metrics(device)
    )
    known = Known(
        zone=zone,
        devices=wired,
        facts=facts,
        kept=kept[0] if kept else None,
        factors=factors,
        changes=[each for each in changes if each.device == device.id],
    )
    return arithmetic(then, day, block, known)


def _metrics(device: Device) -> list[str]:
    source = ENERGY.get(device.device_class)
    if source is None:
        return []
    names = (source.power, source.counter, source.imported, source.distance)
    return [name for name in names if name is not None]
