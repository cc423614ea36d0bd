"""A grid-tied three-phase inverter, as a SunSpec model 103 tells it; sizes are assumed."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from simulators.world.arrays import Floats
from simulators.world.resolution import hold

_EFFICIENCY: Final = 0.96  # PVWatts version 5, nominal
_STARTS_AT: Final = 0.005  # of rated power
_SLEEPING: Final = 2  # SunSpec operating states
_MPPT: Final = 4
_REACTIVE: Final = 0.03  # of active power


def inverter_values(
    available_w: Floats,
    *,
    rated_w: Floats,
    air_temperature: Floats,
    grid_voltage: Floats,
    grid_frequency: Floats,
) -> Mapping[str, Floats]:
    """Return what inverters say, by metric of the catalog, the energy counter excepted.

    Args:
        available_w: What the panels could deliver, shape (devices, steps). [W]
        rated_w: Of the inverters, shape (devices, 1). [W]
        air_temperature: Where they hang. [Cel]
        grid_voltage: Of each phase against neutral, in front, shape (3, devices, steps). [V]
        grid_frequency: The same shape as available_w. [Hz]
    """
    runs = available_w >= _STARTS_AT * rated_w
    direct = np.where(runs, np.minimum(available_w, rated_w / _EFFICIENCY), 0.0)
    active = hold("active_power", direct * _EFFICIENCY)
    reactive = hold("reactive_power", -_REACTIVE * active)
    apparent = hold("apparent_power", np.hypot(active, reactive))
    phases = [hold("voltage_l1", phase) for phase in grid_voltage]
    dc_voltage = hold("dc_voltage", np.where(runs, 380.0 - 1.2 * (air_temperature - 25.0), 0.0))
    factor = np.divide(active, apparent, out=np.zeros_like(active), where=apparent > 0.0)
    dc_current = np.divide(direct, dc_voltage, out=np.zeros_like(direct), where=dc_voltage > 0.0)
    return {
        "active_power": active,
        "apparent_power": apparent,
        "reactive_power": reactive,
        "power_factor": hold("power_factor", factor),
        "frequency": hold("frequency", grid_frequency),
        "current": hold("current", apparent / np.mean(phases, axis=0)),
        "voltage_l1": phases[0],
        "voltage_l2": phases[1],
        "voltage_l3": phases[2],
        "dc_power": hold("dc_power", direct),
        "dc_voltage": dc_voltage,
        "dc_current": hold("dc_current", dc_current),
        "cabinet_temperature": hold(
            "cabinet_temperature", air_temperature + 4.0 + 22.0 * active / rated_w
        ),
        "operating_state": np.where(runs, float(_MPPT), float(_SLEEPING)),
        "fault_word": np.zeros_like(active),
    }
