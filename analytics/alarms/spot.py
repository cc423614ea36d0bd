"""How to find what an alarm is about: the number painted on it, the road, the position."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.alarms.alarm import Alarm
from ingest.registry.model import Device, Lot
from ingest.registry.registry import Registry

Position = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """What people call the subject of an alarm, where it stands, and whose delivery it is of."""

    number: str  # painted on it, else what it is called
    site: str  # by name; the zone's where there are several
    position: Position  # latitude, longitude [deg]
    lots: tuple[Lot, ...]


def spot_of(alarm: Alarm, registry: Registry) -> Spot:
    """Return how to find what an alarm is about."""
    devices = devices_of(alarm, registry)
    return Spot(
        number=_number(alarm, devices),
        site=_site(alarm, devices, registry),
        position=_position(alarm, devices, registry),
        lots=_lots(devices, registry),
    )


def devices_of(alarm: Alarm, registry: Registry) -> list[Device]:
    """Return the devices that an alarm reaches, as far as they are known."""
    return [found for each in alarm.devices if (found := registry.device(each)) is not None]


def _number(alarm: Alarm, devices: Sequence[Device]) -> str:
    own = next((each for each in devices if each.id == alarm.cause.subject), None)
    return alarm.cause.subject if own is None else own.painted_number or own.id


def _site(alarm: Alarm, devices: Sequence[Device], registry: Registry) -> str:
    gateway = registry.gateway(alarm.cause.subject)
    if gateway is not None:
        return registry.site_of(gateway).name
    names = {registry.site_of(device).name for device in devices}
    zone = registry.zone(alarm.zone)
    return names.pop() if len(names) == 1 else alarm.zone if zone is None else zone.name


def _position(alarm: Alarm, devices: Sequence[Device], registry: Registry) -> Position:
    gateway = registry.gateway(alarm.cause.subject)
    if gateway is not None and len(devices) != 1:
        site = registry.site_of(gateway)
        if site.latitude is not None and site.longitude is not None:
            return site.latitude, site.longitude
    if devices:
        return registry.position_of(devices[0])
    zone = registry.zone(alarm.zone)
    return (Decimal(0), Decimal(0)) if zone is None else (zone.latitude, zone.longitude)


def _lots(devices: Sequence[Device], registry: Registry) -> tuple[Lot, ...]:
    names = sorted({device.lot for device in devices if device.lot is not None})
    return tuple(lot for each in names if (lot := registry.lot(each)) is not None)
