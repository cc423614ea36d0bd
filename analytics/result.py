"""What a zone achieved in a span of time: figures, light, coverage, of one provenance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

from analytics.days import day_of, span_of
from analytics.deviceday import DeviceDay
from analytics.factors.grid import GridFactor
from analytics.figures import Coverage, Emissions, emissions, percent
from analytics.night import Pole, required
from analytics.periods import Days
from ingest.contract.identity import ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device, Provenance, Zone
from ingest.registry.registry import Registry
from ingest.registry.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A span, and the device days from first to last, both included, that count in it."""

    span: Period
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is looked at: a lamp's days run from noon to noon, every other device's by midnight."""

    by_night: Reach
    by_day: Reach

    def of(self, device_class: DeviceClass) -> Reach:
        """Return what counts for a device class."""
        return self.by_night if device_class is DeviceClass.STREETLIGHT else self.by_day

    def until(self, as_of: int) -> "Window":
        """Return the window as far as it has passed."""
        return Window(by_night=_cut(self.by_night, as_of), by_day=_cut(self.by_day, as_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class Light:
    """Lamps proven in light: lit seconds, capped a night, of those required."""

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
    provenance: Provenance
    window: Window
    passed: Window  # the window as far as it has passed
    devices: tuple[Device, ...]  # handed over, gateways not among them
    emissions: tuple[Emissions, ...]
    light: Light
    coverage: Coverage

    @property
    def kg(self) -> Decimal:
        """Emissions avoided by all device classes. [kg]"""
        return sum((figure.kg for figure in self.emissions), start=Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What results are computed from."""

    registry: Registry
    facts: Sequence[DeviceDay]
    factors: Sequence[GridFactor]
    as_of: int  # microseconds, UTC


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


def _cut(reach: Reach, as_of: int) -> Reach:
    end = max(reach.span.start, min(reach.span.end, as_of))
    return Reach(span=Period(reach.span.start, end), first=reach.first, last=reach.last)


def zone_result(basis: Basis, zone: Zone, window: Window) -> ZoneResult:
    """Return a zone's result in a window, as far as it has passed."""
    passed = window.until(basis.as_of)
    provenance, devices = _handed_over(basis.registry, zone, passed.by_day.span)
    facts = _counting(devices, basis.facts, passed)
    figures = emissions(
        zone=zone,
        devices=devices,
        facts=facts,
        factors=basis.factors,
        on=passed.by_day.last,
        expected_s={each: round(passed.of(each).span.seconds) for each in DeviceClass},
        as_it_was=partial(_as_it_was, basis.registry, ZoneInfo(zone.timezone)),
    )
    return ZoneResult(
        zone=zone,
        provenance=provenance,
        window=window,
        passed=passed,
        devices=devices,
        emissions=tuple(figures),
        light=_light(basis.registry, zone, devices, facts, passed.by_night),
        coverage=_coverage(devices, facts, passed),
    )


def _handed_over(
    registry: Registry, zone: Zone, span: Period
) -> tuple[Provenance, tuple[Device, ...]]:
    """Return the devices that count: of one provenance, real before simulated before recorded."""
    found: dict[Provenance, list[Device]] = {}
    last = day_of(max(span.start, span.end - 1), ZoneInfo(zone.timezone), DeviceClass.SCHOOL_PV)
    for device in registry.devices_of_zone(ZoneId(zone.id), max(span.start, span.end - 1)):
        if device.device_class is not DeviceClass.GATEWAY and _is_handed_over(device, last):
            found.setdefault(registry.provenance_of(device), []).append(device)
    for provenance in (Provenance.REAL, Provenance.SIMULATED, Provenance.RECORDED):
        if provenance in found:
            return provenance, tuple(found[provenance])
    return Provenance.REAL, ()


def _is_handed_over(device: Device, on: date) -> bool:
    """Tell whether a device counts on a day; one whose date is not known does."""
    return device.handed_over is None or device.handed_over <= on


def _as_it_was(registry: Registry, timezone: ZoneInfo, device: Device, day: date) -> Device:
    start = span_of(day, timezone, device.device_class).start
    return registry.device(device.id, start) or device


def _counting(
    devices: Iterable[Device], facts: Iterable[DeviceDay], window: Window
) -> list[DeviceDay]:
    names = {device.id for device in devices}
    return [
        fact
        for fact in facts
        if fact.device in names
        and window.of(fact.device_class).first <= fact.day <= window.of(fact.device_class).last
    ]


def _light(
    registry: Registry,
    zone: Zone,
    devices: Iterable[Device],
    facts: Iterable[DeviceDay],
    reach: Reach,
) -> Light:
    lamps = [device for device in devices if device.device_class is DeviceClass.STREETLIGHT]
    lit_s = {(fact.device, fact.day): fact.lit_s or 0 for fact in facts}
    proven = needed = 0
    for lamp in lamps:
        for night, due in _due(registry, zone, lamp, reach):
            needed += due
            proven += min(due, lit_s.get((lamp.id, night), 0))
    return Light(lamps=len(lamps), lit_s=proven, required_s=needed)


def _due(registry: Registry, zone: Zone, lamp: Device, reach: Reach) -> Sequence[tuple[date, int]]:
    """Return for how many seconds of each night light is required of a lamp."""
    pole = Pole.at(*registry.position_of(lamp), zone.timezone)
    return _due_at(pole, lamp.schedule, reach)


@lru_cache(maxsize=4_096)
def _due_at(pole: Pole, schedule: str, reach: Reach) -> Sequence[tuple[date, int]]:
    count = (reach.last - reach.first).days + 1
    nights = [reach.first + timedelta(days=number) for number in range(count)]
    wanted = required(Schedule.parse(schedule), pole, nights)
    return [(night, _overlap_s(span, reach.span)) for night, span in wanted.items()]


def _overlap_s(some: Period, other: Period) -> int:
    return round(max(0, min(some.end, other.end) - max(some.start, other.start)) / 1e6)


def _coverage(devices: Sequence[Device], facts: Iterable[DeviceDay], window: Window) -> Coverage:
    covered: dict[str, int] = {}
    for fact in facts:
        covered[fact.device] = covered.get(fact.device, 0) + fact.covered_s
    return Coverage(
        handed_over=len(devices),
        metered=len(covered),
        covered_s=sum(covered.values()),
        expected_s=sum(round(window.of(device.device_class).span.seconds) for device in devices),
    )
