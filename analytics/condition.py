"""The condition of a zone's equipment over its last days: what people who mend things look at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from analytics.air.days import FIXED, POLLUTANTS, in_a_row
from analytics.air.exceeding import Exceedance, exceedances
from analytics.air.figures import IndexDay, index_days, unit_of
from analytics.air.limits import Limit, limits
from analytics.air.sound import NoiseDay
from analytics.clockhealth import ClockSuspect, suspected
from analytics.days import passed_days
from analytics.lighting.health import LampHealth, lamp_health
from analytics.pv.clearsky import clear_sky_yields
from analytics.pv.health import PvHealth, pv_health
from analytics.repairs import Repair, repairs
from analytics.result import Basis, ZoneResult, open_window, zone_result
from analytics.uptime.base import PV
from analytics.uptime.days import of_class
from analytics.uptime.grid import Spent
from analytics.uptime.outages import Outages, outages
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry

DAYS: Final = 30
_DAY_US: Final = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Devices of one class that belong together, and how they spent the days."""

    kind: str  # site, lot or aid_batch
    id: str
    device_class: DeviceClass
    spent: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a zone's equipment fares."""

    result: ZoneResult  # of the last days
    groups: tuple[Group, ...]
    outages: Mapping[DeviceClass, Outages]
    lamps: tuple[LampHealth, ...]
    pv: tuple[PvHealth, ...]
    index: tuple[IndexDay, ...]
    exceedances: tuple[Exceedance, ...]
    clocks: tuple[ClockSuspect, ...] = ()
    repairs: tuple[Repair, ...] = ()
    noise: tuple[NoiseDay, ...] = ()  # of days that are over


def condition(basis: Basis, zone: Zone, since: int | None) -> Condition:
    """Return the condition of a zone's equipment over the last thirty days.

    Args:
        basis: What results are computed from.
        zone: Whose equipment.
        since: The first hour with data, in microseconds; None before any.
    """
    start = max(basis.as_of - DAYS * _DAY_US, basis.as_of if since is None else since)
    result = zone_result(
        basis, zone, open_window(zone, Period(min(start, basis.as_of), basis.as_of))
    )
    names = [each.id for each in result.devices if each.device_class is DeviceClass.STREETLIGHT]
    lamps, pv = lamp_health(names, result.batteries), list(_pv(basis, result))
    ailing = [each.device for each in lamps if each.panel_low or each.cutoffs]
    ailing += [each.device for each in pv if each.low]
    return Condition(
        result=result,
        groups=tuple(_groups(basis.registry, result)),
        outages={each: outages(fleet.grid) for each, fleet in result.fleets.items()},
        lamps=tuple(lamps),
        pv=tuple(pv),
        index=tuple(_index(result)),
        exceedances=tuple(_exceedances(result)),
        clocks=tuple(_clocks(basis, result)),
        repairs=tuple(repairs(result, ailing)),
        noise=tuple(_noise(basis, result)),
    )


def _groups(registry: Registry, result: ZoneResult) -> Iterable[Group]:
    batch = {lot.id: lot.aid_batch for lot in registry.lots()}
    for device_class, fleet in result.fleets.items():
        members: dict[tuple[str, str], set[str]] = {}
        for device in fleet.grid.devices:
            for key in _belongs(registry, device, batch):
                members.setdefault(key, set()).add(device.id)
        for (kind, name), devices in sorted(members.items()):
            spent = fleet.grid.spent(devices)
            yield Group(kind=kind, id=name, device_class=device_class, spent=spent)


def _belongs(
    registry: Registry, device: Device, batch: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    yield "site", registry.site_of(device).id
    if device.lot is not None:
        yield "lot", device.lot
        if device.lot in batch:
            yield "aid_batch", batch[device.lot]


def _pv(basis: Basis, result: ZoneResult) -> Iterable[PvHealth]:
    registry, timezone = basis.registry, ZoneInfo(result.zone.timezone)
    devices = [each for each in result.devices if each.device_class in PV]
    own = basis.uptime.where(of_class(basis.uptime, *PV))
    if not devices or not len(own):
        return []
    first, last = (date.fromordinal(int(day)) for day in (own.day.min(), own.day.max()))
    places = [registry.position_of(device) for device in devices]
    return pv_health(
        devices,
        [(float(latitude), float(longitude)) for latitude, longitude in places],
        [first + timedelta(days=number) for number in range((last - first).days + 1)],
        uptime=own,
        facts=basis.pv,
        clear_sky=np.array([clear_sky_yields(*place, first, last, timezone) for place in places]),
    )


def _clocks(basis: Basis, result: ZoneResult) -> Iterable[ClockSuspect]:
    night, day = result.passed.by_night, result.passed.by_day
    return suspected(
        basis.registry,
        result.zone,
        result.devices,
        pv=basis.pv.between(day.first, day.last),
        lamps=result.batteries.between(night.first, night.last),
    )


def _noise(basis: Basis, result: ZoneResult) -> Iterable[NoiseDay]:
    reach, timezone = result.passed.by_day, ZoneInfo(result.zone.timezone)
    names = {each.id for each in result.devices}
    days = passed_days(reach.days, timezone, DeviceClass.NOISE_METER, until=reach.span.end)
    return (each for each in basis.noise if each.device in names and each.day in days)


def _index(result: ZoneResult) -> Iterable[IndexDay]:
    reach, timezone = result.passed.by_day, ZoneInfo(result.zone.timezone)
    whole = passed_days(reach.days, timezone, FIXED, until=reach.span.end)
    for station in _stations(result):
        yield from index_days(station.id, whole, result.air)


def _exceedances(result: ZoneResult) -> Iterable[Exceedance]:
    days = result.passed.by_day.days
    begins = datetime.combine(days[0], time(0), ZoneInfo(result.zone.timezone)).astimezone(UTC)
    passed = (result.passed.by_day.span.end - micros(begins)) // 3_600_000_000
    for station in _stations(result):
        for pollutant in POLLUTANTS:
            own = [f for f in result.air if (f.device, f.pollutant) == (station.id, pollutant)]
            national = national_limits(result.zone.country, pollutant, days[-1])
            if own and national:
                hours = in_a_row(own, days[0], days[-1])[: max(passed, 0)]
                yield from exceedances(station.id, hours, begins, national)


def national_limits(country: str, pollutant: str, day: date) -> list[Limit]:
    """Return a country's limits in the unit of stations' readings."""
    return [
        each
        for each in limits()
        if (each.jurisdiction, each.pollutant, each.unit)
        == (country, pollutant, unit_of(pollutant))
        and each.in_force(day)
    ]


def _stations(result: ZoneResult) -> list[Device]:
    return [device for device in result.devices if device.device_class is FIXED]
