"""The whole arithmetic of one device's day: readings, hours, whole numbers, factors, kilograms.

Everything is computed by the functions behind the figures, and shown step by step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias, cast
from zoneinfo import ZoneInfo

from analytics.avoided import Emissions, Line
from analytics.counter_changes import CounterChange, with_room
from analytics.crediting import Case, Expected, emissions
from analytics.days import span_of
from analytics.daytable import DayTable
from analytics.deviceday import ENERGY, DeviceDay, device_days
from analytics.factors.grid import GridFactor
from analytics.hours import lead_in, roll
from analytics.periods import Days
from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import Kind
from ingest.contract.period import DAY_US, HOUR_US, Period
from ingest.registry.model import Device, Zone
from ingest.storage.block import Block

_Rows: TypeAlias = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HourStep:
    """What the readings of one hour amount to."""

    hour: int  # its start, microseconds, UTC
    readings: int
    seconds: float  # held by good readings
    amount: float  # unit times seconds of a power; what a counter advanced by


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricStep:
    """The hours of one metric, and their sum."""

    metric: str
    unit: str
    counts: bool  # whether it is a counter
    hours: tuple[HourStep, ...]

    @property
    def total(self) -> float:
        """The sum, in the order of the hours."""
        return sum(step.amount for step in self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arithmetic:
    """One device's day from readings to kilograms."""

    metrics: tuple[MetricStep, ...]
    again: DeviceDay | None  # computed now, from the readings
    kept: DeviceDay | None  # as the figures took it
    figures: tuple[Emissions, ...]

    @property
    def lines(self) -> tuple[Line, ...]:
        """The products that are added up."""
        return tuple(line for figure in self.figures for line in figure.lines)


def reach_of(device: Device, day: date, timezone: ZoneInfo) -> Period:
    """Return which readings a day is computed from: its own, and where its counters stood."""
    span = span_of(day, timezone, device.device_class)
    return Period(span.start - 2 * DAY_US - lead_in(device.interval_s), span.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a device and those wired to it."""

    zone: Zone
    devices: Mapping[DeviceId, Device]  # it, and those wired to it, as they were on the day
    facts: DayTable  # of all of them, from the year's start to the day
    kept: DeviceDay | None
    factors: Sequence[GridFactor]
    changes: Sequence[CounterChange] = ()  # of its counters


def arithmetic(device: Device, day: date, block: Block, known: Known) -> Arithmetic:
    """Return the arithmetic of a day.

    Args:
        device: As it was on the day.
        day: Its device day.
        block: Its readings in reach_of the day.
        known: What else goes into a figure.
    """
    timezone = ZoneInfo(known.zone.timezone)
    span = span_of(day, timezone, device.device_class)
    start = reach_of(device, day, timezone).start + lead_in(device.interval_s)
    first = start - start % HOUR_US
    reach, changes = Period(first, span.end), known.changes
    hours = roll(
        with_room(block, changes, reach),
        reach,
        intervals_s={device.id: device.interval_s},
        running={},
        changes=changes,
    )
    hours = hours[hours["hour"] >= span.start].assign(day=day)
    again = device_days(hours, device_class=device.device_class)
    return Arithmetic(
        metrics=tuple(_steps(device, cast("_Rows", hours.to_dict("records")))),
        again=again[0] if again else None,
        kept=known.kept,
        figures=tuple(_figures(device, day, known)),
    )


def _steps(device: Device, hours: _Rows) -> list[MetricStep]:
    source = ENERGY.get(device.device_class)
    if source is None:
        return []
    names = [source.power, source.counter, source.imported, source.distance]
    metrics = metrics_of(device.device_class)
    steps = [
        MetricStep(
            metric=name,
            unit=metrics[name].unit,
            counts=metrics[name].kind is Kind.COUNTER,
            hours=tuple(
                _step(row, counts=metrics[name].kind is Kind.COUNTER)
                for row in hours
                if row["metric"] == name
            ),
        )
        for name in names
        if name is not None
    ]
    return [step for step in steps if step.hours]


def _step(row: Mapping[str, object], *, counts: bool) -> HourStep:
    return HourStep(
        hour=int(str(row["hour"])),
        readings=int(str(row["readings"])),
        seconds=float(str(row["seconds"])),
        amount=float(str(row["increase" if counts else "integral"])),
    )


def _figures(device: Device, day: date, known: Known) -> list[Emissions]:
    days = Days(label="", first=day, last=day)
    case = Case(
        zone=known.zone,
        devices=list(known.devices.values()),
        facts=known.facts,
        factors=known.factors,
        on=days.last,
        expected={each.device_class: Expected(86_400) for each in known.devices.values()},
        first={each.device_class: days.first for each in known.devices.values()},
    )
    found = (each for each in emissions(case) if each.device_class is device.device_class)
    return [each for each in found if each.measured]


def wired_to(device: Device, devices: Sequence[Device]) -> dict[DeviceId, Device]:
    """Return a device and, link by link, those whose energy goes into it."""
    found = {device.id: device}
    while more := {
        each.id: each for each in devices if each.feeds in found and each.id not in found
    }:
        found |= more
    return found
