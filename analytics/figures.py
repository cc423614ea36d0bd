"""Figures: numbers people quote, with unit, method, factor, coverage, and what they rest on.

Masses are exact: whole milliwatt-hours times a decimal factor, never rounded on the way. A figure
is rounded once, half to even, to the decimals of its unit, where it is written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from enum import StrEnum
from typing import Final

from analytics.deviceday import DeviceDay
from analytics.factors.grid import Gas, GridFactor, look_up
from analytics.methods.grid_pv import GRID_PV
from analytics.methods.method import Method, assumed_inputs, why_not_credited
from analytics.methods.street_lighting import METERED_SERVICE
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, Zone

METHODS: Final[Mapping[DeviceClass, Method]] = {
    device_class: method
    for method in (METERED_SERVICE, GRID_PV)
    for device_class in method.device_classes
}

_KWH: Final = Decimal(1_000_000)  # mWh
_ENOUGH: Final = Decimal("0.90")  # below this share of accepted data a result is for review
_EXACT: Final = Context(prec=60)


class Unit(StrEnum):
    """A figure's unit; each has its own decimals."""

    KG_CO2 = "kg CO2"
    T_CO2 = "t CO2"
    KG_CO2E = "kg CO2e"
    T_CO2E = "t CO2e"
    KWH = "kWh"
    MWH = "MWh"
    PERCENT = "%"


_DECIMALS: Final[Mapping[Unit, Decimal]] = {
    Unit.KG_CO2: Decimal("0.001"),
    Unit.KG_CO2E: Decimal("0.001"),
    Unit.T_CO2: Decimal("0.1"),
    Unit.T_CO2E: Decimal("0.1"),
    Unit.KWH: Decimal("0.001"),
    Unit.MWH: Decimal("0.001"),
    Unit.PERCENT: Decimal("0.1"),
}


def written(value: Decimal, unit: Unit) -> str:
    """Write a number as people read it: rounded once, half to even, to its unit's decimals."""
    rounded = value.quantize(_DECIMALS[unit], rounding=ROUND_HALF_EVEN, context=_EXACT)
    return str(abs(rounded) if rounded == 0 else rounded)


def _kwh(mwh: int) -> Decimal:
    return _EXACT.divide(Decimal(mwh), _KWH)


def percent(part: int, whole: int) -> Decimal | None:
    """Return a share in percent, or None where there is no whole."""
    return None if whole == 0 else _EXACT.divide(Decimal(part * 100), Decimal(whole))


class Status(StrEnum):
    """What may be done with a figure."""

    PUBLISHABLE = "publishable"
    FOR_REVIEW = "for_review"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what was handed over could be heard."""

    handed_over: int
    metered: int
    covered_s: int
    expected_s: int

    @property
    def share_percent(self) -> Decimal | None:
        """Time held by good readings, of the time of all devices handed over."""
        return percent(self.covered_s, self.expected_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Emissions:
    """Emissions avoided by one device class of a zone in a period, unrounded."""

    device_class: DeviceClass
    method: Method
    factor: GridFactor
    measured_mwh: int
    credited_mwh: int
    interval_kwh: Decimal  # half width of the 95 % interval of the credited energy
    coverage: Coverage
    assumed_inputs: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    device_days: tuple[tuple[DeviceId, date], ...] = field(default=(), repr=False)

    @property
    def kg(self) -> Decimal:
        """The emissions avoided. [kg of the factor's gas]"""
        return _EXACT.multiply(_kwh(self.credited_mwh), self.factor.value)

    @property
    def kg_interval(self) -> Decimal:
        """Half width of the interval, metering only. [kg]"""
        return _EXACT.multiply(self.interval_kwh, self.factor.value)

    @property
    def gas(self) -> Gas:
        """The gas the figure is in."""
        return self.factor.gas

    @property
    def status(self) -> Status:
        """Whether the figure can be published, as far as its data go."""
        if not self.device_days:
            return Status.NO_DATA
        share = percent(self.coverage.covered_s, self.coverage.expected_s)
        return Status.PUBLISHABLE if share and share >= _ENOUGH * 100 else Status.FOR_REVIEW


@dataclass(frozen=True, slots=True)
class Expected:
    """What coverage counts against besides the devices of a class."""

    seconds: int  # of the period that have passed, for each piece
    unregistered: int = 0  # pieces handed over that are no devices


def emissions(
    *,
    zone: Zone,
    devices: Sequence[Device],
    facts: Iterable[DeviceDay],
    factors: Iterable[GridFactor],
    on: date,
    expected: Mapping[DeviceClass, Expected],
    as_it_was: Callable[[Device, date], Device] = lambda device, _: device,
) -> list[Emissions]:
    """Return the emissions avoided by each device class of a zone that a method credits.

    Args:
        zone: Where; its grid decides the factor.
        devices: What was handed over there, of one provenance.
        facts: The device-days of the period.
        factors: To look the methods' factors up in.
        on: The day whose factors are in force: the period's last.
        expected: What coverage counts against, for every device class.
        as_it_was: A device as the registry has it for a day: what is dated counts on its days.
    """
    by_device: dict[DeviceId, list[DeviceDay]] = {}
    for fact in facts:
        by_device.setdefault(fact.device, []).append(fact)
    there = {device.device_class for device in devices}
    there |= {device_class for device_class, each in expected.items() if each.unregistered}
    return [
        _of_class(
            device_class,
            [device for device in devices if device.device_class is device_class],
            by_device,
            look_up(factors, country=zone.grid, role=METHODS[device_class].role, on=on),
            expected[device_class],
            as_it_was,
        )
        for device_class in sorted(there & METHODS.keys())
    ]


def _of_class(
    device_class: DeviceClass,
    devices: Sequence[Device],
    by_device: Mapping[DeviceId, Sequence[DeviceDay]],
    factor: GridFactor,
    expected: Expected,
    as_it_was: Callable[[Device, date], Device],
) -> Emissions:
    method = METHODS[device_class]
    credited: dict[DeviceId, int] = {}
    measured = 0
    reasons: dict[str, set[DeviceId]] = {}
    used: list[tuple[DeviceId, date]] = []
    for device in devices:
        for day in by_device.get(device.id, ()):
            energy = day.energy_mwh
            if energy is None:
                continue
            measured += energy
            used.append((device.id, day.day))
            if why := why_not_credited(method, as_it_was(device, day.day), day):
                reasons.setdefault(why, set()).add(device.id)
            else:
                credited[device.id] = credited.get(device.id, 0) + energy
    return Emissions(
        device_class=device_class,
        method=method,
        factor=factor,
        measured_mwh=measured,
        credited_mwh=sum(credited.values()),
        interval_kwh=_interval(devices, credited),
        coverage=_coverage(devices, by_device, expected),
        assumed_inputs=tuple(sorted({text for d in devices if (text := assumed_inputs(d))})),
        reasons=tuple(f"{why} (devices: {len(who)})" for why, who in sorted(reasons.items())),
        device_days=tuple(used),
    )


def _coverage(
    devices: Sequence[Device],
    by_device: Mapping[DeviceId, Sequence[DeviceDay]],
    expected: Expected,
) -> Coverage:
    days = {device.id: by_device.get(device.id, ()) for device in devices}
    pieces = len(devices) + expected.unregistered
    return Coverage(
        handed_over=pieces,
        metered=sum(any(day.energy_mwh is not None for day in own) for own in days.values()),
        covered_s=sum(day.covered_s for own in days.values() for day in own),
        expected_s=expected.seconds * pieces,
    )


def _interval(devices: Sequence[Device], credited: Mapping[DeviceId, int]) -> Decimal:
    """Add up meters' accuracies in quadrature (IPCC 2006 V1 Ch3, approach 1). [kWh]"""
    with localcontext(_EXACT):
        squares = (
            (device.accuracy_percent / 100 * _kwh(credited.get(device.id, 0))) ** 2
            for device in devices
        )
        return sum(squares, start=Decimal(0)).sqrt()
