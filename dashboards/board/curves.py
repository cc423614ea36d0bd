"""Which metrics of a device class are drawn together, and a block of readings as their series."""

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Final

from dashboards.board.charts import Series
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.block import Block

_PV: Final = (("active_power", "dc_power"), ("irradiance",), ("frequency",))
_AIR: Final = (("pm25", "pm10"), ("temperature",), ("humidity",), ("wind_speed",))
_VEHICLE: Final = (("battery_soc",), ("speed",))

CURVES: Final[Mapping[DeviceClass, tuple[tuple[str, ...], ...]]] = {
    DeviceClass.STREETLIGHT: (
        ("load_power", "pv_power"),
        ("battery_soc",),
        ("battery_voltage",),
        ("battery_temperature", "controller_temperature"),
    ),
    DeviceClass.HOUSEHOLD_PV: _PV,
    DeviceClass.SCHOOL_PV: _PV,
    DeviceClass.AIR_STATION: _AIR,
    DeviceClass.MOBILE_AIR_STATION: _AIR,
    DeviceClass.NOISE_METER: (("sound_level", "sound_level_max"),),
    DeviceClass.VIBRATION_METER: (("vibration_level",),),
    DeviceClass.FLUE_GAS_ANALYZER: (
        ("stack_so2", "stack_nox", "stack_dust"),
        ("stack_oxygen",),
        ("stack_temperature",),
    ),
    DeviceClass.E_MOTORBIKE: _VEHICLE,
    DeviceClass.BUS: _VEHICLE,
    DeviceClass.TRUCK: _VEHICLE,
    DeviceClass.CAR: _VEHICLE,
    DeviceClass.CHARGER: (("active_power",),),
    DeviceClass.GATEWAY: (("outbox_records",), ("clock_offset",), ("cpu_temperature",)),
}
"""By device class: the charts of a day, each with metrics of one unit."""

_TRUSTED: Final = (Quality.GOOD, Quality.UNCHECKED)
_DOUBTED: Final = (Quality.SUSPECT, Quality.BAD)


def metrics_drawn(device_class: DeviceClass) -> list[str]:
    """Return every metric that is drawn of a device class."""
    return [name for chart in CURVES[device_class] for name in chart]


def charts_of(block: Block) -> Iterator[tuple[Series, ...]]:
    """Yield the series of each chart of which there is anything to draw."""
    for chart in CURVES[block.device_class]:
        series = tuple(_series(block, name) for name in chart if name in block.values)
        said = tuple(one for one in series if one.instants)
        if said:
            yield said


def _series(block: Block, metric: str) -> Series:
    rows = [
        (int(at), float(value), int(flag))
        for at, value, flag in zip(
            block.measured_at, block.values[metric], block.flags[metric], strict=True
        )
        if flag
    ]
    return Series(
        metric=metric,
        instants=[at for at, _, _ in rows],
        values=[_trusted(value, flag) for _, value, flag in rows],
        doubted=[(at, value) for at, value, flag in rows if flag in _DOUBTED and not isnan(value)],
    )


def _trusted(value: float, flag: int) -> float | None:
    return value if flag in _TRUSTED and not isnan(value) else None
