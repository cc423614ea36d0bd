"""A solar streetlight: panel, battery, controller and lamp, as its controller's registers tell it.

Sizes are those of common practice [assumed]: five watts of panel and a day and a night of battery
to each watt of lamp. State and fault codes are those of SRNE_MODBUS V3.9.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from simulators.world.arrays import Flags, Floats
from simulators.world.battery import Flow, terminal_voltage
from simulators.world.panel import cell_temperature
from simulators.world.resolution import hold
from simulators.world.sun import HORIZON_DEG

PANEL_PER_LAMP_WATT: Final = 5.0
BATTERY_HOURS: Final = 24.0

_FULL: Final = 0.995  # state of charge at which the battery floats
_CHARGING_OFF: Final = 0
_CHARGING_MPPT: Final = 2
_CHARGING_FLOAT: Final = 5
_FAULT_OVER_DISCHARGE: Final = 1 << 0
_FAULT_OPEN_CIRCUIT: Final = 1 << 31


def light_wanted(schedule: str, elevation: Floats, hours: Floats) -> Flags:
    """Return when a schedule asks for light.

    Args:
        schedule: "sunset..sunrise", "sunset+5h" or "18:00..04:00" in local time.
        elevation: Of the sun at the lamp, one local day. [deg]
        hours: Local hour of each step.
    """
    night = elevation < HORIZON_DEG
    if schedule == "sunset..sunrise":
        return night
    if schedule.startswith("sunset+") and schedule.endswith("h"):
        return night & _since_sunset(night, hours, float(schedule[7:-1]))
    start, separator, end = schedule.partition("..")
    if not separator:
        raise ValueError(f"not a lamp's schedule: {schedule!r}")
    return _between(hours, _local_hour(start), _local_hour(end))


def _since_sunset(night: Flags, hours: Floats, duration: float) -> Flags:
    """Return the steps within a duration in hours after sunset, reaching over midnight."""
    sunset = hours[(np.flatnonzero(~night)[-1] + 1) % hours.size]
    return _between(hours, float(sunset), float((sunset + duration) % 24.0))


def _between(hours: Floats, start: float, end: float) -> Flags:
    """Return the hours of a half-open span that may reach over midnight."""
    after, before = hours >= start, hours < end
    return after & before if start <= end else after | before


def _local_hour(text: str) -> float:
    hour, _, minute = text.partition(":")
    return int(hour) + int(minute) / 60.0


def streetlight_values(
    day: Flow, *, irradiance: Floats, air_temperature: Floats, wanted: Flags, dark: Flags
) -> Mapping[str, Floats]:
    """Return what the controller says, by metric of the catalog, counters excepted.

    Args:
        day: What flows.
        irradiance: On the panels. [W/m2]
        air_temperature: At the lamps. [Cel]
        wanted: Where light is asked for.
        dark: Where the lamp's circuit is open.
    """
    charging = day.panel_power > 0.0
    battery = hold(
        "battery_voltage", terminal_voltage(day.charge, day.panel_power - day.load_power)
    )
    warm = cell_temperature(irradiance, air_temperature)
    panel = hold("pv_voltage", np.where(charging, 18.0 * (1.0 - 0.003 * (warm - 25.0)), 0.0))
    lit = wanted & ~day.cut_off
    load = hold("load_voltage", np.where(lit, battery - 0.1, 0.0))
    return {
        "pv_power": day.panel_power,
        "pv_voltage": panel,
        "pv_current": hold("pv_current", _ratio(day.panel_power, panel)),
        "battery_voltage": battery,
        "battery_current": hold("battery_current", _ratio(day.panel_power, battery)),
        "battery_soc": hold("battery_soc", 100.0 * day.charge),
        "battery_temperature": hold("battery_temperature", air_temperature + 2.0),
        "controller_temperature": hold("controller_temperature", _case(day, air_temperature)),
        "load_power": day.load_power,
        "load_voltage": load,
        "load_current": hold("load_current", _ratio(day.load_power, load)),
        "lamp_on": lit.astype(np.float64),
        "brightness": hold("brightness", np.where(lit, 100.0 * day.brightness, 0.0)),
        "charge_state": _charge_state(day),
        "fault_word": _faults(day, lit & dark),
    }


def _ratio(power: Floats, voltage: Floats) -> Floats:
    """Return the current that carries a power, 0 where there is no voltage [A]."""
    return np.divide(power, voltage, out=np.zeros_like(power), where=voltage > 0.0)


def _case(day: Flow, air_temperature: Floats) -> Floats:
    return air_temperature + 3.0 + 0.02 * (day.panel_power + day.load_power)


def _charge_state(day: Flow) -> Floats:
    charging = np.where(day.charge > _FULL, _CHARGING_FLOAT, _CHARGING_MPPT)
    return np.where(day.panel_power > 0.0, charging, _CHARGING_OFF).astype(np.float64)


def _faults(day: Flow, open_circuit: Flags) -> Floats:
    over_discharge = np.where(day.cut_off, _FAULT_OVER_DISCHARGE, 0)
    return (over_discharge + np.where(open_circuit, _FAULT_OPEN_CIRCUIT, 0)).astype(np.float64)
