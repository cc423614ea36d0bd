"""Electric vehicles: the fuel that the distance would have taken, less what charging emits.

After AMS-III.C version 16.0 [recalled: verify before publishing]. Distance by odometer; charging by
the charger that is wired to the vehicle, also on days when nothing else tells of it, else by the
vehicle's own counter, else estimated from the distance. The result may be negative, and is shown.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np

from analytics.daytable import MISSING, DayTable, Integers, Mask
from analytics.factors.fuels import fuel_value
from analytics.factors.grid import Gas, Role
from analytics.methods.charger_days import with_charger_days
from analytics.methods.method import Choices, Method, Parameter, Quantity, Rows, Setting, of_grid
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection

_ROLE: Final = Role.CM_CONSUMPTION
_M_A_KM: Final = 1_000
_DAYS_A_YEAR: Final = 365
_DAY_BITS: Final = 24  # ordinals of days fit
_VEHICLES: Final = frozenset(
    {DeviceClass.E_MOTORBIKE, DeviceClass.BUS, DeviceClass.TRUCK, DeviceClass.CAR}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charging:
    """What each row was charged with, and whether somebody measured it. [mWh]"""

    mwh: Integers
    estimated: Mask
    from_grid: Mask


@cache
def vehicle_table() -> Mapping[str, Any]:
    """Return the parameters of vehicles, with their sources."""
    text = files("analytics.methods").joinpath("vehicles.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def parameter(device_class: DeviceClass, name: str, choices: Choices) -> Decimal:
    """Return a parameter of a class, as chosen, else as in the table."""
    chosen = choices.parameters.get(f"{device_class}.{name}")
    return Decimal(vehicle_table()[device_class][name] if chosen is None else chosen)


def losses(choices: Choices) -> Decimal:
    """Return the share lost between the plant and the charger."""
    chosen = choices.parameters.get("tdl_percent", vehicle_table()["charging"]["tdl_percent"])
    return Decimal(chosen) / 100


def year_of_use(day: int, since: int) -> int:
    """Return the year of use that a day lies in, from 0; both are ordinals, since 0 is unknown."""
    return max(day - since, 0) // _DAYS_A_YEAR if since > 0 else 0


def assumed_use(device_class: DeviceClass, choices: Choices) -> str:
    """Say what the vehicle that was replaced is assumed to have used."""
    used = parameter(device_class, "l_per_100km", choices)
    return f"{device_class}: {used:f} l/100 km of the vehicle it took the place of (assumed)"


def charging(rows: Rows, setting: Setting) -> Charging:
    """Return what was charged: by wired chargers, by the vehicle's counter, or by distance."""
    table = rows.table
    wired, off_grid = _by_chargers(rows, setting)
    own = table["energy_mwh"]
    measured = np.where(wired != MISSING, wired, own)
    uses = [_mwh_a_m(device.device_class, setting.choices) for device in rows.versions]
    by_distance = -(-np.array(uses, np.int64)[rows.version] * table.filled("distance_m"))
    estimated = measured == MISSING
    return Charging(
        mwh=np.where(estimated, by_distance, measured),
        estimated=estimated,
        from_grid=~off_grid,
    )


def _by_chargers(rows: Rows, setting: Setting) -> tuple[Integers, Mask]:
    """Return what chargers wired to each row's vehicle gave on its day, and which are off grid."""
    numbers = {name: number for number, name in enumerate(rows.table.names)}
    wired = [
        (charger, numbers[fed])
        for charger in setting.devices.values()
        if charger.device_class is DeviceClass.CHARGER
        and (fed := charger.feeds) is not None
        and fed in numbers
    ]
    solar = {each.feeds for each in setting.devices.values() if _off_grid_source(each)}
    off_grid = np.array([name in solar for name in rows.table.names], np.bool_)
    for charger, vehicle in wired:
        off_grid[vehicle] |= charger.id in solar
    given = _given([(charger.id, vehicle) for charger, vehicle in wired], rows, setting)
    return given, off_grid[rows.table.device]


def _off_grid_source(device: Device) -> bool:
    source = device.device_class is not DeviceClass.CHARGER
    return source and device.grid_connection is GridConnection.OFF


def _given(wired: Sequence[tuple[str, int]], rows: Rows, setting: Setting) -> Integers:
    """Add up chargers' energy by the vehicle and day that they gave it to."""
    keys, energies = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for charger, vehicle in wired:
        theirs = setting.everything.of_devices({charger})
        theirs = theirs.where(theirs.known("energy_mwh"))
        keys.append(_key(np.full(len(theirs), vehicle), theirs.day))
        energies.append(theirs["energy_mwh"])
    known, place = np.unique(np.concatenate(keys), return_inverse=True)
    sums = np.zeros(len(known) + 1, np.int64)
    np.add.at(sums, place, np.concatenate(energies))
    wanted = _key(rows.table.device, rows.table.day)
    at = np.searchsorted(known, wanted)
    found = np.append(known, -1)[at] == wanted
    return np.where(found, sums[at], MISSING)


def _key(device: Integers, day: Integers) -> Integers:
    return device << _DAY_BITS | day


def _mwh_a_m(device_class: DeviceClass, choices: Choices) -> int:
    """Return the use of a vehicle; kWh/km are Wh/m."""
    return int((parameter(device_class, "kwh_per_km", choices) * 1_000).to_integral_value())


def _quantities(rows: Rows, setting: Setting) -> Sequence[Quantity]:
    charged = charging(rows, setting)
    factor = setting.factor(_ROLE)
    debited = np.where(charged.from_grid, charged.mwh, 0)
    lost = losses(setting.choices)
    found = _fuel(rows, setting.choices)
    metered = np.where(charged.estimated, 0, debited)
    found.append(of_grid("charged", metered, factor, adds=False, losses=lost))
    if (estimated := np.where(charged.estimated, debited, 0)).any():
        error = Decimal(vehicle_table()["charging"]["estimate_u95_percent"])
        name = "charged_estimated"
        found.append(of_grid(name, estimated, factor, adds=False, losses=lost, u95_percent=error))
    return found


def _estimates(rows: Rows, setting: Setting) -> Integers:
    charged = charging(rows, setting)
    return np.where(charged.estimated, charged.mwh, rows.table.filled("estimated_mwh"))


def _measures(table: DayTable) -> Mask:
    """Charging counts although nobody knows the distance."""
    return table.known("distance_m") | table.known("energy_mwh")


def _fuel(rows: Rows, choices: Choices) -> list[Quantity]:
    """Return the distance by years since handing over, as the baseline improves year by year."""
    distance = rows.table.filled("distance_m")
    since = np.array([_ordinal(device.handed_over) for device in rows.versions], np.int64)
    start = since[rows.version] if len(since) else np.zeros(0, np.int64)
    years = np.where(start > 0, np.maximum(rows.table.day - start, 0) // _DAYS_A_YEAR, 0)
    found: list[Quantity] = []
    for year in np.unique(years).tolist():
        values = np.where(years == year, distance, 0)
        found.append(fuel_line(rows.versions[0].device_class, values, year, choices))
    return found


def fuel_line(device_class: DeviceClass, values: Integers, year: int, choices: Choices) -> Quantity:
    """Return what the distance would have taken in a year of use, counted from 0. Values in m."""
    fuel = vehicle_table()[device_class]["fuel"]
    per_liter = fuel_value(fuel, "per_litre")
    improvement = Decimal(vehicle_table()["improvement"]["factor_a_year"]) ** year
    used = parameter(device_class, "l_per_100km", choices)
    factor = Parameter(
        name=f"{fuel}, lower bound; {used:f} l/100 km; year {year + 1}",
        value=per_liter.lower or per_liter.value,
        unit="kg/l",
        gas=Gas.CO2,
        source=per_liter.source,
        version="IPCC 2006",
        evidence=per_liter.evidence,
    )
    return Quantity(
        name="fuel",
        values=values,
        unit="m",
        factor=factor,
        scale=used / 100 / _M_A_KM * improvement,
    )


def _ordinal(day: date | None) -> int:
    return 0 if day is None else day.toordinal()


ELECTRIC_VEHICLES: Final = Method(
    id="AMS-III.C",
    version="16.0",
    source="CDM AMS-III.C version 16.0",
    evidence="recalled: verify before publishing",
    role=_ROLE,
    device_classes=_VEHICLES,
    applies=lambda _device: True,
    excludes=lambda _device, _day: None,
    quantities=_quantities,
    measures=_measures,
    displaces=False,
    estimates=_estimates,
    completes=with_charger_days,
    assumes=lambda device, choices: assumed_use(device.device_class, choices),
)
