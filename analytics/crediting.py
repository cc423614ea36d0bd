"""What each method makes of the device-days of a zone.

Everything is whole numbers until the lines are multiplied by their factors, so it makes no
difference in what order rows come or how a period is split. What is missing is credited as zero.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.avoided import Emissions, Line, Verdict
from analytics.daytable import DayTable, Integers, Mask
from analytics.factors.grid import GridFactor, Role, look_up
from analytics.figures import Coverage
from analytics.judging import Judgment, judge
from analytics.methods.catalog import METHODS, methods_of
from analytics.methods.method import Choices, Method, Quantity, Rows, Setting, assumed_inputs
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, Zone

_DAY_BITS: Final = 24  # ordinals of days fit
_PPM: Final = 1_000_000
_ACCURACY_SCALE: Final = 10_000  # percent to millionths
_CALIBRATION: Final = "calibration expired: credited less its accuracy"


@dataclass(frozen=True, slots=True)
class Expected:
    """What coverage counts against besides the devices of a class."""

    seconds: int  # of the period that have passed, for each piece
    unregistered: int = 0  # pieces handed over that are no devices


def _as_it_is(device: Device) -> Sequence[tuple[int, Device]]:
    return [(0, device)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What emissions are computed from, for one zone."""

    zone: Zone
    devices: Sequence[Device]  # handed over there, of one provenance
    facts: DayTable  # of the period; for yearly methods from the year's start on
    factors: Sequence[GridFactor]
    on: date  # the day whose factors are in force: the period's last
    expected: Mapping[DeviceClass, Expected]
    first: Mapping[DeviceClass, date] = field(default_factory=dict[DeviceClass, date])
    """The period's first day, where facts reach before it."""
    versions: Callable[[Device], Sequence[tuple[int, Device]]] = _as_it_is
    """What a device was, each from an ordinal day on, the first from ever on."""
    choices: Choices = field(default_factory=Choices)


def emissions(case: Case) -> list[Emissions]:
    """Return the emissions avoided by each device class of a zone that a method credits.

    Raises FactorNotFoundError, and UnknownMethodError where that is chosen.
    """
    there = {device.device_class for device in case.devices}
    there |= {name for name, each in case.expected.items() if each.unregistered}
    return [
        figure
        for device_class in sorted(there & METHODS.keys())
        for figure in _of_class(case, device_class)
    ]


def _of_class(case: Case, device_class: DeviceClass) -> Iterator[Emissions]:
    devices = [device for device in case.devices if device.device_class is device_class]
    table = case.facts.of_devices({device.id for device in devices})
    methods = methods_of(device_class, case.choices)
    everybody: dict[str, Device] = {device.id: device for device in case.devices}
    for method in methods:
        table = method.completes(device_class, table, case.facts, everybody)
    versions, version = _versions(case, devices, table)
    chosen = np.array([_choice(methods, device) for device in versions], np.int64)
    for number, method in enumerate(methods):
        rows = chosen[version] == number
        own = [device for device in devices if _choice(methods, device) == number]
        expected = case.expected[device_class]
        expected = expected if number == 0 else replace(expected, unregistered=0)
        if own or expected.unregistered or rows.any():
            part = Rows(
                table=table.where(rows),
                version=version[rows],
                versions=versions,
                credited=np.zeros(int(rows.sum()), np.bool_),
            )
            yield _Claim(case, method, device_class, own, expected).of(part)


def _choice(methods: Sequence[Method], device: Device) -> int:
    return next((n for n, method in enumerate(methods) if method.applies(device)), 0)


def _versions(
    case: Case, devices: Sequence[Device], table: DayTable
) -> tuple[list[Device], Integers]:
    """Return every device as it was, and which of them each row is of."""
    numbers = {name: number for number, name in enumerate(table.names)}
    versions: list[Device] = []
    starts: list[int] = []
    for device in sorted(devices, key=lambda each: each.id):
        if device.id in numbers:
            for first, as_it_was in case.versions(device):
                versions.append(as_it_was)
                starts.append(numbers[device.id] << _DAY_BITS | first)
    place = np.searchsorted(
        np.array(starts, np.int64), table.device << _DAY_BITS | table.day, "right"
    )
    return versions, place.astype(np.int64) - 1


@dataclass(frozen=True, slots=True)
class _Claim:
    """One method's part of a class."""

    case: Case
    method: Method
    device_class: DeviceClass
    devices: Sequence[Device]
    expected: Expected

    def of(self, rows: Rows) -> Emissions:
        """Return what the method makes of its rows."""
        case, method = self.case, self.method
        measured = method.measures(rows.table)
        rows = replace(rows, table=rows.table.where(measured), version=rows.version[measured])
        judged = judge(method, rows)
        rows = replace(rows, credited=judged.credited)
        first = case.first.get(self.device_class, date.min).toordinal()
        inside = rows.table.day >= first
        energy, setting = rows.table.filled("energy_mwh"), self._setting()
        lines = self._lines(rows, judged, inside, setting)
        assumed = {text for each in self.devices if (text := assumed_inputs(each))}
        decisive = {text for each in self.devices if (text := method.assumes(each, case.choices))}
        return Emissions(
            device_class=self.device_class,
            method=method,
            lines=lines,
            measured_mwh=int(energy[inside].sum()),
            estimated_mwh=int(method.estimates(rows, setting)[inside].sum()),
            credited_mwh=int(energy[inside & rows.credited].sum()) if method.displaces else 0,
            distance_m=int(rows.table.filled("distance_m")[inside].sum()),
            coverage=self._coverage(rows.table.where(inside), first),
            assumed_inputs=tuple(sorted(assumed | decisive)),
            decisive_inputs=tuple(sorted(decisive)),
            reasons=_reasons(rows, judged, inside),
            verdict=Verdict(
                table=rows.table.where(inside), reason=judged.reason[inside], reasons=judged.reasons
            ),
        )

    def _setting(self) -> Setting:
        choices = self.case.choices

        def factor(role: Role) -> GridFactor:
            found = look_up(
                self.case.factors,
                country=self.case.zone.grid,
                role=choices.roles.get(self.device_class, role),
                on=self.case.on,
                source=choices.source,
            )
            chosen = choices.parameters.get(f"{self.device_class}.factor")
            return found if chosen is None else replace(found, value=Decimal(chosen))

        return Setting(
            factor=factor,
            choices=choices,
            devices={device.id: device for device in self.case.devices},
            everything=self.case.facts,
        )

    def _lines(
        self, rows: Rows, judged: Judgment, inside: Mask, setting: Setting
    ) -> tuple[Line, ...]:
        accuracy = {
            device.id: int(device.accuracy_percent * _ACCURACY_SCALE) for device in rows.versions
        }
        table = rows.table.where(inside)
        found: list[Line] = []
        for quantity in self.method.quantities(rows, setting):
            counts = rows.credited if quantity.counts is None else quantity.counts & judged.believed
            values = _cautious(quantity, np.where(counts, quantity.values, 0), rows, judged)
            by_device = table.by_device(values[inside])
            squares = (
                (total * accuracy.get(device, 0)) ** 2 for device, total in by_device.items()
            )
            found.append(
                Line(
                    name=quantity.name,
                    quantity=sum(by_device.values()),
                    unit=quantity.unit,
                    factor=quantity.factor,
                    scale=quantity.scale,
                    adds=quantity.adds,
                    squares=sum(squares),
                    u95_percent=quantity.u95_percent,
                )
            )
        return tuple(found)

    def _coverage(self, table: DayTable, first: int) -> Coverage:
        """Count against all pieces handed over; what is not measured still holds its time."""
        pieces = len(self.devices) + self.expected.unregistered
        everything = self.case.facts.of_devices({device.id for device in self.devices})
        own = everything.where(everything.day >= first)
        return Coverage(
            handed_over=pieces,
            metered=len(np.unique(table.device)),
            covered_s=int(own.filled("covered_s").sum()),
            expected_s=self.expected.seconds * pieces,
        )


def _cautious(quantity: Quantity, values: Integers, rows: Rows, judged: Judgment) -> Integers:
    """Take a meter's accuracy off what adds, and onto what takes away, where its certificate ended.

    Rounded against the figure.
    """
    if not judged.uncertified.any():
        return values
    ppm = [int(device.accuracy_percent * _ACCURACY_SCALE) for device in rows.versions]
    error = -(-values * np.array(ppm, np.int64)[rows.version] // _PPM)
    changed = values - error if quantity.adds else values + error
    return np.where(judged.uncertified, changed, values)


def _reasons(rows: Rows, judged: Judgment, inside: Mask) -> tuple[str, ...]:
    found: list[str] = []
    for number, why in enumerate(judged.reasons):
        devices = rows.table.device[inside & (judged.reason == number)]
        if number and len(devices):
            found.append(f"{why} (devices: {len(np.unique(devices))})")
    uncertified = rows.table.device[inside & judged.uncertified & rows.credited]
    if len(uncertified):
        found.append(f"{_CALIBRATION} (devices: {len(np.unique(uncertified))})")
    return tuple(sorted(found))
