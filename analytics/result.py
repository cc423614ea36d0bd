"""What a zone achieved in a span of time: figures, light, coverage, of one provenance."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np

from analytics.air.days import AirDay
from analytics.air.sound import NoiseDay
from analytics.avoided import Emissions
from analytics.crediting import Case, Expected, emissions
from analytics.days import day_of, span_of
from analytics.daytable import DayTable
from analytics.factors.grid import GridFactor
from analytics.figures import Coverage, percent
from analytics.handover import HandedOver, handed_over
from analytics.lighting.battery import battery_table
from analytics.lighting.health import beyond_design, cloudy_days
from analytics.methods.method import Choices
from analytics.periods import Days
from analytics.pv.days import pv_table
from analytics.samples import Sampled
from analytics.sampling import with_samples
from analytics.uptime.base import Reach, Window
from analytics.uptime.days import uptime_table
from analytics.uptime.fleet import Fleet, fleets
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device, Provenance, Zone
from ingest.registry.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Lamps proven in light: lit seconds, capped a night, of those required.

    Lit is what was heard, and what a counter proved of the nights in silence.
    """

    lamps: int
    lit_s: int
    required_s: int

    @property
    def proven_percent(self) -> Decimal | None:
        """The share proven, or None where no light was required."""
        return percent(self.lit_s, self.required_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneResult:
    """One zone's result. Times in microseconds, UTC."""

    zone: Zone
    window: Window
    passed: Window  # the window as far as it has passed
    equipment: HandedOver
    emissions: tuple[Emissions, ...]
    fleets: Mapping[DeviceClass, Fleet]
    air: tuple[AirDay, ...]  # also of the days around the window
    batteries: DayTable  # battery days, also of the days around the window
    coverage: Coverage

    @property
    def light(self) -> Light:
        """How much of the light required of its lamps is proven."""
        lamps = self.fleets.get(DeviceClass.STREETLIGHT)
        if lamps is None:
            return Light(lamps=0, lit_s=0, required_s=0)
        spent = lamps.spent()
        return Light(lamps=spent.pieces, lit_s=spent.up_s + spent.proven_s, required_s=spent.due_s)

    @property
    def provenance(self) -> Provenance:
        """Where its readings come from."""
        return self.equipment.provenance

    @property
    def devices(self) -> tuple[Device, ...]:
        """The devices handed over, as far as they are registered."""
        return self.equipment.devices

    @property
    def kg(self) -> Decimal:
        """Emissions avoided by all device classes. [kg]"""
        return sum((figure.kg for figure in self.emissions), start=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoided:
    """The part of a zone's result that emissions are: what a lineage walks."""

    zone: Zone
    passed: Window
    equipment: HandedOver
    facts: DayTable  # of the equipment
    emissions: tuple[Emissions, ...]

    @property
    def provenance(self) -> Provenance:
        """Where its readings come from."""
        return self.equipment.provenance

    @property
    def devices(self) -> tuple[Device, ...]:
        """The devices handed over, as far as they are registered."""
        return self.equipment.devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What results are computed from."""

    registry: Registry
    facts: DayTable  # device-days
    factors: Sequence[GridFactor]
    as_of: int  # microseconds, UTC
    uptime: DayTable = field(default_factory=uptime_table)
    batteries: DayTable = field(default_factory=battery_table)
    pv: DayTable = field(default_factory=pv_table)
    air: Sequence[AirDay] = ()
    choices: Choices = field(default_factory=Choices)
    samples: Sequence[Sampled] = ()
    noise: Sequence[NoiseDay] = ()


def period_window(zone: Zone, days: Days) -> Window:
    """Return the window of a period: its local days, and the nights that begin on them."""
    reaches = (
        Reach(
            span=Period(
                span_of(days.first, ZoneInfo(zone.timezone), device_class).start,
                span_of(days.last, ZoneInfo(zone.timezone), device_class).end,
            ),
            first=days.first,
            last=days.last,
        )
        for device_class in (DeviceClass.STREETLIGHT, DeviceClass.SCHOOL_PV)
    )
    return Window(by_night=next(reaches), by_day=next(reaches))


def open_window(zone: Zone, span: Period) -> Window:
    """Return the window of any span, with the days and nights that it begins or ends inside."""
    reaches = (
        Reach(
            span=span,
            first=day_of(span.start, ZoneInfo(zone.timezone), device_class),
            last=day_of(max(span.start, span.end - 1), ZoneInfo(zone.timezone), device_class),
        )
        for device_class in (DeviceClass.STREETLIGHT, DeviceClass.SCHOOL_PV)
    )
    return Window(by_night=next(reaches), by_day=next(reaches))


def avoided(basis: Basis, zone: Zone, window: Window) -> Avoided:
    """Return the emissions that a zone avoided in a window, as far as it has passed."""
    passed = window.until(basis.as_of)
    end = max(passed.by_day.span.start, passed.by_day.span.end - 1)
    equipment = handed_over(basis.registry, zone, on=_last_day(zone, end), at=end)
    of_zone = basis.facts.of_devices({device.id for device in equipment.devices})
    figures = with_samples(
        emissions(_case(basis, zone, equipment, of_zone, passed)),
        basis.samples,
        zone=zone.id,
        first=passed.by_day.first,
        last=passed.by_day.last,
        choices=basis.choices,
    )
    return Avoided(
        zone=zone, passed=passed, equipment=equipment, facts=of_zone, emissions=tuple(figures)
    )


def zone_result(basis: Basis, zone: Zone, window: Window) -> ZoneResult:
    """Return a zone's result in a window, as far as it has passed."""
    found = avoided(basis, zone, window)
    equipment, passed, figures = found.equipment, found.passed, found.emissions
    coverage = _coverage(equipment, _counting(found.facts, equipment, passed), passed)
    del found  # of a large zone its facts take as much memory as the fleets will
    names = {device.id for device in equipment.devices}
    batteries = basis.batteries.of_devices(names)
    return ZoneResult(
        zone=zone,
        window=window,
        passed=passed,
        equipment=equipment,
        emissions=figures,
        fleets=fleets(
            basis.registry,
            zone,
            equipment,
            basis.uptime,
            passed,
            excused=_excused(batteries),
        ),
        air=tuple(fact for fact in basis.air if fact.device in names),
        batteries=batteries,
        coverage=coverage,
    )


def _excused(batteries: DayTable) -> set[date]:
    """Return the nights after more cloudy days in a row than a zone's lamps are designed for."""
    nights = [date.fromordinal(day) for day in np.unique(batteries.day).tolist()]
    return beyond_design(cloudy_days(batteries), nights)


def _last_day(zone: Zone, at: int) -> date:
    return day_of(at, ZoneInfo(zone.timezone), DeviceClass.SCHOOL_PV)


def _case(basis: Basis, zone: Zone, equipment: HandedOver, facts: DayTable, passed: Window) -> Case:
    classes = {device.id: device.device_class for device in equipment.devices}
    last = [passed.of(classes[name]).last if name in classes else date.min for name in facts.names]
    until = np.array([day.toordinal() for day in last], np.int64)
    return Case(
        zone=zone,
        devices=equipment.devices,
        facts=facts.where(facts.day <= until[facts.device]),
        factors=basis.factors,
        on=passed.by_day.last,
        expected={
            each: Expected(round(passed.of(each).span.seconds), equipment.unregistered.get(each, 0))
            for each in DeviceClass
        },
        first={each: passed.of(each).first for each in DeviceClass},
        versions=partial(_versions, basis.registry, ZoneInfo(zone.timezone)),
        choices=basis.choices,
    )


def _versions(
    registry: Registry, timezone: ZoneInfo, device: Device
) -> Sequence[tuple[int, Device]]:
    """Return what a device was, each from the first day that begins with it."""
    found = registry.versions_of(device)
    if len(found) == 1:
        return [(0, found[0][1])]
    first, *later = found
    return [(0, first[1]), *((_first_day(at, timezone, each), each) for at, each in later)]


def _first_day(at: int, timezone: ZoneInfo, device: Device) -> int:
    day = day_of(at, timezone, device.device_class)
    starts = span_of(day, timezone, device.device_class).start
    return day.toordinal() + (starts < at)


def _counting(facts: DayTable, equipment: HandedOver, window: Window) -> DayTable:
    """Return the rows of the days that count for each device's class."""
    classes = {device.id: window.of(device.device_class) for device in equipment.devices}
    reaches = [classes.get(name) for name in facts.names]
    low, high = (
        np.array([getattr(reach, edge).toordinal() if reach else 0 for reach in reaches], np.int64)
        for edge in ("first", "last")
    )
    inside = (facts.day >= low[facts.device]) & (facts.day <= high[facts.device])
    return facts.where(inside)


def _coverage(equipment: HandedOver, facts: DayTable, window: Window) -> Coverage:
    pieces = Counter(each.device_class for each in equipment.devices)
    pieces.update(equipment.unregistered)
    return Coverage(
        handed_over=equipment.count,
        metered=len(np.unique(facts.device)),
        covered_s=int(facts.filled("covered_s").sum()),
        expected_s=sum(
            count * round(window.of(device_class).span.seconds)
            for device_class, count in pieces.items()
        ),
    )
