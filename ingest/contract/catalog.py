"""The metric catalogue: every quantity the programme measures, per device class.

Ranges are instrument spans or physical bounds of the equipment donated, wide enough that what lies
outside is an error of the reading and not a rare day [assumed]. Units are UCUM codes. Powers and
energies of a source are positive when it delivers; a battery's current is positive when it charges.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from ingest.contract.metric import DeviceClass, Kind, Metric

_G, _C, _S = Kind.GAUGE, Kind.COUNTER, Kind.STATE

REACHABLE: Final = Metric("reachable", "1", _S, 0, 1)
FAULT_WORD: Final = Metric("fault_word", "1", _S, 0, 4_294_967_295)

LOAD_POWER: Final = Metric("load_power", "W", _G, 0, 1_000)
ACTIVE_POWER: Final = Metric("active_power", "W", _G, -2_000_000, 2_000_000)
ENERGY_GENERATED: Final = Metric("energy_generated", "kW.h", _C, 0, 1e10)
ENERGY_USED: Final = Metric("energy_used", "kW.h", _C, 0, 1e10)

SOUND_LEVEL: Final = Metric("sound_level", "dB", _G, 0, 160)
"""A-weighted, equivalent over the reporting interval."""

_COMMON: Final = (REACHABLE, FAULT_WORD)
MEANS: Final = ("_1min", "_1h")  # a logger's means over an interval are metrics of their own


def _with_means(*gauges: Metric) -> tuple[Metric, ...]:
    """Return gauges, and beside them their means over a minute and an hour, at its start."""
    means = (replace(gauge, name=gauge.name + mean) for mean in MEANS for gauge in gauges)
    return (*gauges, *means)


_STREETLIGHT: Final = (
    *_COMMON,
    LOAD_POWER,
    Metric("load_voltage", "V", _G, 0, 100),
    Metric("load_current", "A", _G, 0, 100),
    Metric("lamp_on", "1", _S, 0, 1),
    Metric("brightness", "%", _G, 0, 100),
    Metric("pv_power", "W", _G, 0, 2_000),
    Metric("pv_voltage", "V", _G, 0, 250),
    Metric("pv_current", "A", _G, 0, 100),
    Metric("battery_voltage", "V", _G, 0, 100),
    Metric("battery_current", "A", _G, -100, 100),
    Metric("battery_soc", "%", _G, 0, 100),
    Metric("battery_temperature", "Cel", _G, -40, 90),
    Metric("controller_temperature", "Cel", _G, -40, 120),
    Metric("charge_state", "1", _S, 0, 255),
    ENERGY_GENERATED,
    ENERGY_USED,
)

_PV: Final = (
    *_COMMON,
    ACTIVE_POWER,
    Metric("apparent_power", "V.A", _G, 0, 2_000_000),
    Metric("reactive_power", "V.A", _G, -2_000_000, 2_000_000),
    Metric("power_factor", "1", _G, -1, 1),
    Metric("frequency", "Hz", _G, 40, 70),
    Metric("current", "A", _G, 0, 5_000),
    Metric("voltage_l1", "V", _G, 0, 1_000),
    Metric("voltage_l2", "V", _G, 0, 1_000),
    Metric("voltage_l3", "V", _G, 0, 1_000),
    Metric("dc_power", "W", _G, 0, 2_000_000),
    Metric("dc_voltage", "V", _G, 0, 2_000),
    Metric("dc_current", "A", _G, 0, 5_000),
    Metric("cabinet_temperature", "Cel", _G, -40, 120),
    Metric("irradiance", "W/m2", _G, 0, 1_600),
    Metric("ambient_temperature", "Cel", _G, -40, 70),
    Metric("battery_soc", "%", _G, 0, 100),
    Metric("battery_voltage", "V", _G, 0, 1_500),
    Metric("battery_power", "W", _G, -2_000_000, 2_000_000),
    Metric("operating_state", "1", _S, 0, 65_535),
    ENERGY_GENERATED,
    Metric("energy_imported", "kW.h", _C, 0, 1e10),
    Metric("energy_exported", "kW.h", _C, 0, 1e10),
)

_AIR: Final = (
    *_COMMON,
    *_with_means(
        Metric("pm25", "ug/m3", _G, 0, 2_000),
        Metric("pm10", "ug/m3", _G, 0, 5_000),
        Metric("so2", "ug/m3", _G, 0, 5_000),
        Metric("no2", "ug/m3", _G, 0, 5_000),
        Metric("o3", "ug/m3", _G, 0, 2_000),
        Metric("co", "mg/m3", _G, 0, 200),
        Metric("temperature", "Cel", _G, -20, 60),
        Metric("humidity", "%", _G, 0, 100),
        Metric("pressure", "hPa", _G, 800, 1_100),
        Metric("wind_speed", "m/s", _G, 0, 75),
        Metric("wind_direction", "deg", _G, 0, 360),
    ),
    Metric("rain", "mm", _C, 0, 1e7),
)

_POSITION: Final = (
    Metric("latitude", "deg", _G, -90, 90),
    Metric("longitude", "deg", _G, -180, 180),
)

_NOISE: Final = (
    *_COMMON,
    *_with_means(
        SOUND_LEVEL,
        Metric("sound_level_max", "dB", _G, 0, 160),
    ),
)

_VIBRATION: Final = (
    *_COMMON,
    *_with_means(Metric("vibration_level", "dB", _G, 0, 180)),  # vertical, re 1e-6 m/s2
)

_FLUE_GAS: Final = (
    *_COMMON,
    *_with_means(
        Metric("stack_so2", "mg/m3", _G, 0, 20_000),
        Metric("stack_nox", "mg/m3", _G, 0, 20_000),
        Metric("stack_dust", "mg/m3", _G, 0, 20_000),
        Metric("stack_co", "mg/m3", _G, 0, 50_000),
        Metric("stack_oxygen", "%", _G, 0, 25),
        Metric("stack_temperature", "Cel", _G, -20, 1_500),
        Metric("stack_flow", "m3/h", _G, 0, 1e7),
    ),
)

_VEHICLE: Final = (
    *_COMMON,
    Metric("odometer", "km", _C, 0, 5_000_000),
    Metric("speed", "km/h", _G, 0, 200),
    Metric("battery_soc", "%", _G, 0, 100),
    Metric("energy_charged", "kW.h", _C, 0, 1e8),
    Metric("charging", "1", _S, 0, 4),
    *_POSITION,
)

_CHARGER: Final = (
    *_COMMON,
    ACTIVE_POWER,
    Metric("energy_delivered", "kW.h", _C, 0, 1e9),
    Metric("charging", "1", _S, 0, 4),
)

_GATEWAY: Final = (
    *_COMMON,
    Metric("outbox_records", "1", _G, 0, 1e9),
    Metric("clock_offset", "s", _G, -1e9, 1e9),  # the gateway's clock minus true time
    Metric("cpu_temperature", "Cel", _G, -40, 125),
    Metric("free_disk", "By", _G, 0, 1e15),
)

METRICS: Final[Mapping[DeviceClass, tuple[Metric, ...]]] = {
    DeviceClass.STREETLIGHT: _STREETLIGHT,
    DeviceClass.HOUSEHOLD_PV: _PV,
    DeviceClass.SCHOOL_PV: _PV,
    DeviceClass.AIR_STATION: _AIR,
    DeviceClass.MOBILE_AIR_STATION: (*_AIR, *_POSITION),
    DeviceClass.NOISE_METER: _NOISE,
    DeviceClass.VIBRATION_METER: _VIBRATION,
    DeviceClass.FLUE_GAS_ANALYZER: _FLUE_GAS,
    DeviceClass.E_MOTORBIKE: _VEHICLE,
    DeviceClass.BUS: _VEHICLE,
    DeviceClass.TRUCK: _VEHICLE,
    DeviceClass.CAR: _VEHICLE,
    DeviceClass.CHARGER: _CHARGER,
    DeviceClass.GATEWAY: _GATEWAY,
}


@cache
def metrics_of(device_class: DeviceClass) -> Mapping[str, Metric]:
    """Return a class's metrics by name."""
    return {metric.name: metric for metric in METRICS[device_class]}


def metric(device_class: DeviceClass, name: str) -> Metric | None:
    """Return the metric of that name, or None where the class does not have it."""
    return metrics_of(device_class).get(name)
