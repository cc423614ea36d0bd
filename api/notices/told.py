"""What there is to say of a notice: its facts from the registry, before they become words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from analytics.alarms.alarm import Alarm, CauseKind
from analytics.alarms.notice import Notice
from analytics.days import day_of
from analytics.faults.fault import Consequence
from analytics.night import Pole, required
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US
from ingest.registry.model import Contract, Device, Lot, Provenance, Site, Zone
from ingest.registry.registry import Registry
from ingest.registry.schedule import Schedule

_NAMED: Final = 5  # devices in a long form
_PV: Final = frozenset({DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV})
_DARK: Final = frozenset({"lamp_out", "early_shut_off", "presumed_down"})
_POWERLESS: Final = frozenset({"zero_output"})
Position = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What is lost while a fault is open; None where the rule says nothing of it."""

    light_hours_a_night: Decimal | None = None
    power_kw: Decimal | None = None  # rated, of what gives none


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The facts of one notice."""

    notice: Notice
    zone: Zone
    provenance: Provenance
    number: str | None  # painted on what is broken; None where it is no single thing
    road: str  # the site, or the zone where there are several
    position: Position | None
    count: int  # devices it reaches
    numbers: tuple[str, ...]  # of some of them
    cost: Cost
    lot: Lot | None  # None: of none, or of several
    contract: Contract | None

    @property
    def alarm(self) -> Alarm:
        """The alarm as it was when the notice was made."""
        return self.notice.alarm

    @property
    def of_the_air(self) -> bool:
        """Whether it is about a limit, and nothing is to be mended."""
        return self.alarm.consequence is Consequence.ENVIRONMENT


def told_of(notice: Notice, registry: Registry) -> Told | None:
    """Return the facts of a notice; None where its zone is not in the registry any more."""
    alarm, at = notice.alarm, notice.due_at
    zone = registry.zone(alarm.zone)
    if zone is None:
        return None
    devices = [found for name in alarm.devices if (found := registry.device(name)) is not None]
    sites = {site.id: site for site in _sites(alarm, devices, registry)}
    site = next(iter(sites.values())) if len(sites) == 1 and not _is_whole(alarm) else None
    lot = _lot(devices, registry)
    return Told(
        notice=notice,
        zone=zone,
        provenance=_provenance(alarm, devices, registry),
        number=_number(alarm, devices),
        road=zone.name if site is None else site.name,
        position=(
            (zone.latitude, zone.longitude)
            if _is_whole(alarm)
            else _position(devices, site, registry)
        ),
        count=len(alarm.devices),
        numbers=tuple(each.painted_number or each.id for each in devices[:_NAMED]),
        cost=_cost(alarm, devices, registry, at),
        lot=lot,
        contract=_contract(lot, site, registry),
    )


def _is_whole(alarm: Alarm) -> bool:
    """Tell whether a whole zone is the subject: a grid's outage, clouds, bad air."""
    return alarm.cause.subject == alarm.zone


def _sites(alarm: Alarm, devices: Sequence[Device], registry: Registry) -> list[Site]:
    gateway = registry.gateway(alarm.cause.subject)
    if alarm.cause.kind is CauseKind.GATEWAY and gateway is not None:
        return [registry.site_of(gateway)]
    return [registry.site_of(device) for device in devices]


def _provenance(alarm: Alarm, devices: Sequence[Device], registry: Registry) -> Provenance:
    """Return the least real of what it is about, so that no play is taken for earnest."""
    gateway = registry.gateway(alarm.cause.subject)
    found = {registry.provenance_of(device) for device in devices}
    found |= {gateway.provenance} if gateway is not None else set()
    order = (Provenance.SIMULATED, Provenance.RECORDED)
    return next((each for each in order if each in found), Provenance.REAL)


def _number(alarm: Alarm, devices: Sequence[Device]) -> str | None:
    if alarm.cause.kind is CauseKind.GATEWAY:
        return alarm.cause.subject
    if alarm.cause.kind in (CauseKind.DEVICE, CauseKind.STATION) and not _is_whole(alarm):
        own = next((each for each in devices if each.id == alarm.cause.subject), None)
        return alarm.cause.subject if own is None else own.painted_number or own.id
    return None


def _position(devices: Sequence[Device], site: Site | None, registry: Registry) -> Position | None:
    if len(devices) == 1:
        return registry.position_of(devices[0])
    if site is not None and site.latitude is not None and site.longitude is not None:
        return site.latitude, site.longitude
    return registry.position_of(devices[0]) if devices else None


def _cost(alarm: Alarm, devices: Sequence[Device], registry: Registry, at: int) -> Cost:
    if alarm.cause.rule in _DARK:
        return Cost(light_hours_a_night=_light_hours(devices, registry, at))
    if alarm.cause.rule in _POWERLESS:
        watts = [each.rated_power_w for each in devices if each.device_class in _PV]
        return Cost(power_kw=sum((each for each in watts if each), Decimal(0)) / 1_000 or None)
    return Cost()


def _light_hours(devices: Sequence[Device], registry: Registry, at: int) -> Decimal | None:
    """Return for how long light is required of the lamps this night, together. [h]"""
    total = Decimal(0)
    for device in devices:
        if device.device_class is DeviceClass.STREETLIGHT:
            timezone = registry.zone_of(device).timezone
            night = day_of(at, ZoneInfo(timezone), device.device_class)
            pole = Pole.at(*registry.position_of(device), timezone)
            span = required(Schedule.parse(device.schedule), pole, [night])[night]
            total += Decimal(span.end - span.start) / HOUR_US
    return total or None


def _lot(devices: Sequence[Device], registry: Registry) -> Lot | None:
    names = {device.lot for device in devices}
    only = next(iter(names)) if len(names) == 1 else None
    return None if only is None else registry.lot(only)


def _contract(lot: Lot | None, site: Site | None, registry: Registry) -> Contract | None:
    """Return who is to come: the lot's contract before the site's."""
    known = registry.contracts()
    by_lot = [each for each in known if lot is not None and each.lot == lot.id]
    by_site = [each for each in known if site is not None and each.site == site.id]
    return next(iter([*by_lot, *by_site]), None)
