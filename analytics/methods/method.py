"""What every method is: id, version, the factors it takes, when it does not apply, and its lines.

A line is whole numbers times one factor: milliwatt-hours times a grid's factor, meters times a
fuel's. What a method credits is the sum of its lines; a line may take away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from analytics.daytable import DayTable, Integers, Mask
from analytics.factors.grid import Gas, GridFactor, Role
from analytics.plausible import PLAUSIBLE, most_kwh
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Basis, Device

_MWH_A_KWH: Final = 1_000_000
_HOURS_A_DAY: Final = Decimal(24)
_W_A_KW: Final = Decimal(1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A factor of a method that is no grid's: a fuel's, a tier's."""

    name: str
    value: Decimal
    unit: str
    gas: Gas
    source: str
    version: str
    evidence: str
    u95_percent: Decimal | None = None


Factor = GridFactor | Parameter
Completes = Callable[[DeviceClass, DayTable, DayTable, Mapping[str, Device]], DayTable]
"""From a device class, its own rows, all rows of the zone, and all devices by id."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantity:
    """What a line multiplies: a whole number in each row, and the factor it is multiplied by."""

    name: str
    values: Integers  # shape of the rows
    unit: str  # of the values: mWh, m
    factor: Factor
    scale: Decimal  # kg = value x factor x scale
    adds: bool = True  # whether it adds to what is avoided, or takes from it
    counts: Mask | None = None  # rows that count although nothing is credited in them
    u95_percent: Decimal = Decimal(0)  # an error that all of its rows share


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a computation assumes beyond the defaults; whatif sets it."""

    methods: Mapping[DeviceClass, str] = field(default_factory=dict[DeviceClass, str])
    roles: Mapping[DeviceClass, Role] = field(default_factory=dict[DeviceClass, Role])
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    source: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where and with what a method computes."""

    factor: Callable[[Role], GridFactor]  # raises FactorNotFoundError
    choices: Choices
    devices: Mapping[str, Device]  # all of the zone, by id
    everything: DayTable  # all of the zone's rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Device-days of one method, with the device as the registry has it for each of them."""

    table: DayTable
    version: Integers  # index into versions, shape of the table
    versions: Sequence[Device]
    credited: Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to credit what devices did."""

    id: str
    version: str
    source: str
    evidence: str  # code, source, or "recalled: verify before publishing"
    role: Role | None  # of the grid emission factor it takes by default; None: it takes none
    device_classes: frozenset[DeviceClass]
    applies: Callable[[Device], bool]
    """Whether a device is this method's to judge; the first method of its class that says so."""
    excludes: Callable[[Device, date], str | None]
    """Why a device earns nothing on a day under this method, or None where it does."""
    quantities: Callable[[Rows, Setting], Sequence[Quantity]]
    measures: Callable[[DayTable], Mask] = lambda table: table.known("energy_mwh")
    """In which rows there is something to credit."""
    estimates: Callable[[Rows, Setting], Integers] = lambda rows, _setting: rows.table.filled(
        "estimated_mwh"
    )
    """How much energy of each row is estimated, in its amount or its time. [mWh]"""
    assumes: Callable[[Device, Choices], str | None] = lambda _device, _choices: None
    """An assumed input that goes into the figure, or None."""
    completes: Completes = lambda _class, own, _everything, _devices: own
    """The rows it judges: those of its devices, and what others tell of them."""
    yearly: bool = False  # whether what came before in the year decides
    displaces: bool = True  # whether credited energy takes the place of a grid's or of a lamp's


def of_grid(
    name: str,
    values: Integers,
    factor: GridFactor,
    *,
    adds: bool = True,
    losses: Decimal = Decimal(0),
    counts: Mask | None = None,
    u95_percent: Decimal = Decimal(0),
) -> Quantity:
    """Return an energy in mWh times a grid's factor; what is lost on the way counts with it."""
    return Quantity(
        name=name,
        values=values,
        unit="mWh",
        factor=factor,
        scale=1 / (_MWH_A_KWH * (1 - losses)),
        adds=adds,
        counts=counts,
        u95_percent=u95_percent,
    )


def most_mwh(device: Device) -> int | None:
    """Return the most energy that is plausible on a day, or None where nobody knows its power."""
    if device.rated_power_w is None:
        return None
    most = most_kwh(p0_kw=device.rated_power_w / _W_A_KW, hours=_HOURS_A_DAY, factor=PLAUSIBLE)
    return int(most * _MWH_A_KWH)


def assumed_inputs(device: Device) -> str | None:
    """Name the rated power of a device that is assumed and not published, where there is one."""
    if device.rated_power_w is None or device.rated_power_basis is not Basis.ASSUMED:
        return None
    what = "lamp load" if device.device_class is DeviceClass.STREETLIGHT else "PV peak power"
    return f"{what} {device.rated_power_w:f} W (assumed; plausibility cap only)"
