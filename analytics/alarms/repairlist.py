"""The repair list: duty first, then what an hour of work is worth, grouped by way."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from analytics.air.days import STATIONS
from analytics.alarms.alarm import Alarm
from analytics.alarms.lifecycle import is_told
from analytics.alarms.mending import Repair
from analytics.alarms.spot import Position, devices_of, spot_of
from analytics.alarms.work import Work, work_of
from analytics.repairvalue import RepairValue
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, Lot, Obligation
from ingest.registry.registry import Registry

_FEWEST_DARK: Final = 3  # lamps near each other make a cluster [assumed]
_CLUSTER: Final = Decimal("0.002")  # deg, about 200 m [assumed]
_WAY: Final = Decimal("0.01")  # deg, about 1 km: near enough for one way [assumed]

ValueKey = tuple[str, DeviceClass]  # zone and class


class Duty(StrEnum):
    """Why something is mended before all else, in this order."""

    SAFETY_SPOT = "safety_spot"
    LEGAL_MONITORING = "legal_monitoring"
    DARK_CLUSTER = "dark_cluster"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to mend."""

    repair: Repair
    alarm: Alarm
    number: str  # painted on it, else what it is called
    site: str  # by name
    position: Position  # latitude, longitude [deg]
    lots: tuple[Lot, ...]  # whose warranty; several where it reaches several
    duty: Duty | None
    hours: Decimal  # of work
    people: int | None  # who go without; None where nobody knows
    kg_a_day: Decimal | None  # of emissions avoided that are lost
    light_hours_a_night: Decimal | None

    def warranty(self, today: date) -> Lot | None:
        """Return the lot whose warranty still covers all of it."""
        lot = self.lots[0] if len(self.lots) == 1 else None
        until = None if lot is None else lot.warranty_until
        return lot if until is not None and today <= until else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Jobs near each other, in the order they are worth doing."""

    site: str
    jobs: tuple[Job, ...]


def repair_list(
    open_repairs: Iterable[tuple[Repair, Alarm]],
    registry: Registry,
    values: Mapping[ValueKey, RepairValue],
    now: int,
) -> list[Way]:
    """Return what is to be mended, by way, the most urgent way first.

    Args:
        open_repairs: Tickets with their alarms; what is put aside is left out.
        registry: Where devices stand, whom they serve, and whose they are.
        values: What one healthy device of a zone and class is worth a day.
        now: By our clock, in microseconds.
    """
    wanted = [(repair, alarm) for repair, alarm in open_repairs if is_told(alarm, now)]
    dark = _dark_places((alarm for _, alarm in wanted), registry)
    jobs = [_job(repair, alarm, registry, values, dark) for repair, alarm in wanted]
    ways: dict[tuple[str, Position], list[Job]] = defaultdict(list)
    for job in sorted(jobs, key=_urgency):
        ways[job.site, _cell(job.position, _WAY)].append(job)
    return [Way(site=site, jobs=tuple(own)) for (site, _), own in ways.items()]


def _urgency(job: Job) -> tuple[int, Decimal, Decimal, Decimal, int]:
    duty = len(Duty) if job.duty is None else list(Duty).index(job.duty)
    worth = (job.people, job.kg_a_day, job.light_hours_a_night)
    people, kg, light = (-(Decimal(each or 0) / job.hours) for each in worth)
    return duty, people, kg, light, job.repair.id


def _job(
    repair: Repair,
    alarm: Alarm,
    registry: Registry,
    values: Mapping[ValueKey, RepairValue],
    dark: Mapping[Position, int],
) -> Job:
    devices, place = devices_of(alarm, registry), spot_of(alarm, registry)
    work = work_of(alarm.cause.rule)
    return Job(
        repair=repair,
        alarm=alarm,
        number=place.number,
        site=place.site,
        position=place.position,
        lots=place.lots,
        duty=_duty(alarm, devices, dark.get(_cell(place.position, _CLUSTER), 0)),
        hours=work.hours,
        people=_people(devices),
        kg_a_day=_kg(alarm, devices, values, work),
        light_hours_a_night=_light(alarm, devices, values, work),
    )


def _dark_places(alarms: Iterable[Alarm], registry: Registry) -> Mapping[Position, int]:
    """Return how many lamps give no light, by cell of the map."""
    dark = {
        device
        for alarm in alarms
        if work_of(alarm.cause.rule).light == 1
        for device in alarm.devices
    }
    known = (found for each in dark if (found := registry.device(each)) is not None)
    lamps = (each for each in known if each.device_class is DeviceClass.STREETLIGHT)
    return Counter(_cell(registry.position_of(each), _CLUSTER) for each in lamps)


def _cell(position: Position, size: Decimal) -> Position:
    latitude, longitude = (each // size * size for each in position)
    return latitude, longitude


def _duty(alarm: Alarm, devices: Sequence[Device], dark_near: int) -> Duty | None:
    obligations = {device.obligation for device in devices}
    work = work_of(alarm.cause.rule)
    if Obligation.SAFETY_SPOT in obligations and work.light > 0:
        return Duty.SAFETY_SPOT
    stations = any(device.device_class in STATIONS for device in devices)
    if Obligation.LEGAL_MONITORING in obligations or stations:
        return Duty.LEGAL_MONITORING
    return Duty.DARK_CLUSTER if work.light == 1 and dark_near >= _FEWEST_DARK else None


def _people(devices: Sequence[Device]) -> int | None:
    known = [each.people_served for each in devices if each.people_served is not None]
    return sum(known) if known else None


def _kg(
    alarm: Alarm, devices: Sequence[Device], values: Mapping[ValueKey, RepairValue], work: Work
) -> Decimal | None:
    known = [values.get((alarm.zone, device.device_class)) for device in devices]
    kg = [each.kg_a_day for each in known if each is not None and each.kg_a_day is not None]
    return work.credit * sum(kg, Decimal(0)) if kg and work.credit else None


def _light(
    alarm: Alarm, devices: Sequence[Device], values: Mapping[ValueKey, RepairValue], work: Work
) -> Decimal | None:
    known = [values.get((alarm.zone, device.device_class)) for device in devices]
    hours = [
        each.light_hours_a_day
        for each in known
        if each is not None and each.light_hours_a_day is not None
    ]
    return work.light * sum(hours, Decimal(0)) if hours and work.light else None
