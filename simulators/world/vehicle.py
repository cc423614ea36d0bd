"""Vehicles and their chargers: out by day, at the charger in the evening.

A vehicle's modem tells hundreds of meters and whole watt-hours; a charger's meter stands in front
of the charger, and measures what is lost on the way to the battery, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from ingest.contract.identity import DeviceId
from simulators.world.arrays import Floats
from simulators.world.noise import generator
from simulators.world.resolution import hold_counter, hold_single
from simulators.world.traffic import traffic

OUT_FROM_H: Final = 6.0
OUT_UNTIL_H: Final = 20.0
_SPEED_KM_H: Final = 17.0  # stops included, on empty roads [assumed]
_WH_A_M: Final = 1.0  # [assumed] kWh/km of a city bus
_CHARGES_FROM_H: Final = 20.5
_CHARGER_W: Final = 90_000.0
_BATTERY_WH: Final = 300_000.0
_EFFICIENCY: Final = 0.94  # of a charger [assumed]


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleDay:
    """What a vehicle did at each step of a local day, and what is told before each of them."""

    speed_km_h: Floats
    meters: Floats  # driven since the day began
    used_wh: Floats  # since then
    charging_w: Floats  # into the battery, until the next step
    charged_wh: Floats  # since the day began


def vehicle_day(seed: int, vehicle: DeviceId, day: date, hours: Floats) -> VehicleDay:
    """Return a vehicle's day; it charges what it used, before midnight."""
    step_h = 24.0 / hours.size
    chance = generator(seed, vehicle, "trip", day)
    pace = chance.uniform(0.9, 1.1, hours.size)
    out = (hours >= OUT_FROM_H) & (hours < OUT_UNTIL_H)
    speed = np.where(out, _SPEED_KM_H * (1.0 - 0.4 * traffic(day, hours)) * pace, 0.0)
    meters = np.rint(speed * 1_000.0 * step_h)
    used = meters * _WH_A_M * chance.uniform(0.9, 1.1, hours.size)
    needed = float(used.sum())
    at_charger = np.maximum(hours + step_h - _CHARGES_FROM_H, 0.0)
    after = np.minimum(at_charger * _CHARGER_W, needed)
    flowing = np.diff(after, prepend=0.0)
    return VehicleDay(
        speed_km_h=np.rint(speed),
        meters=_before(meters),
        used_wh=_before(used),
        charging_w=flowing / step_h,
        charged_wh=_before(flowing),
    )


def vehicle_values(
    day: VehicleDay, *, odometer_m: float, charged_wh: float
) -> Mapping[str, Floats]:
    """Return what a vehicle's modem says, from where its counters stood when the day began."""
    missing = day.used_wh - day.charged_wh
    return {
        "odometer": np.floor((odometer_m + day.meters) / 100.0) / 10.0,
        "speed": day.speed_km_h,
        "battery_soc": np.rint(100.0 * (1.0 - missing / _BATTERY_WH)),
        "energy_charged": hold_counter(charged_wh + day.charged_wh),
        "charging": (day.charging_w > 0).astype(np.float64),
    }


def charger_values(day: VehicleDay, *, delivered_wh: float) -> Mapping[str, Floats]:
    """Return what the meter in front of a vehicle's charger says."""
    return {
        "active_power": hold_single(day.charging_w / _EFFICIENCY, decimals=0),
        "energy_delivered": hold_single(
            (delivered_wh + day.charged_wh / _EFFICIENCY) / 1_000.0, decimals=2
        ),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Traveled:
    """What a vehicle's day adds to its counters."""

    meters: float
    charged_wh: float
    delivered_wh: float


def traveled(day: VehicleDay, step_h: float) -> Traveled:
    """Return what the whole of a day adds."""
    charged = float(day.charged_wh[-1] + day.charging_w[-1] * step_h)
    meters = float(day.meters[-1])  # nobody drives at midnight
    return Traveled(meters=meters, charged_wh=charged, delivered_wh=charged / _EFFICIENCY)


def _before(amounts: Floats) -> Floats:
    """Return what had come together before each step."""
    return np.concatenate(([0.0], np.cumsum(amounts)[:-1]))
