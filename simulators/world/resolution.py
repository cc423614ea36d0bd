"""What a register can hold of each quantity.

The world speaks in values that registers hold exactly, so that the truth log and what a gateway
reads agree to the digit. SRNE_MODBUS V3.9 registers hold watts, watt-hours, percent and degrees in
whole numbers, volts in tenths, amperes in hundredths. A SunSpec inverter has scale factors; ours
are 0 for power and energy, -1 for volts and its cabinet's temperature, -2 for the rest. An air
station answers in 32-bit floating point.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from simulators.world.arrays import Floats

# Decimals in the catalog's unit; what is not named is whole. Counters are whole Wh, held as kWh.
DECIMALS: Final[Mapping[str, int]] = {
    "pv_voltage": 1,
    "battery_voltage": 1,
    "load_voltage": 1,
    "voltage_l1": 1,
    "voltage_l2": 1,
    "voltage_l3": 1,
    "dc_voltage": 1,
    "cabinet_temperature": 1,
    "pv_current": 2,
    "battery_current": 2,
    "load_current": 2,
    "current": 2,
    "dc_current": 2,
    "frequency": 2,
    "power_factor": 3,
    "energy_generated": 3,
    "energy_used": 3,
}


def hold(metric: str, values: Floats) -> Floats:
    """Return values as the register of a streetlight or an inverter holds them."""
    tenfold = 10.0 ** DECIMALS.get(metric, 0)
    return np.rint(values * tenfold) / tenfold + 0.0


def hold_counter(watt_hours: Floats) -> Floats:
    """Return counters as registers hold them: watt-hours that are complete, in kWh."""
    # A step's energy is no binary fraction; a hair below a whole number is that number.
    return np.floor(watt_hours + 1e-6) / 1_000.0


def hold_single(values: Floats, *, decimals: int) -> Floats:
    """Return values as an instrument shows and single precision carries them."""
    return np.round(values, decimals).astype(np.float32).astype(np.float64)
