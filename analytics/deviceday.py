"""Device-days: the facts that figures are made of, with their digits fixed.

Here energy and time become whole numbers (mWh, s), rounded once, half to even. What follows is
exact arithmetic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isnan
from typing import Final, cast

import pandas as pd

from analytics.hours import RECORD
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

_WATT_SECONDS_A_MWH: Final = 3.6  # 1 mWh = 0.001 W x 3600 s
_MWH_A_KWH: Final = 1_000_000
_M_A_KM: Final = 1_000


class EnergySource(StrEnum):
    """What a device-day's energy was read from."""

    COUNTER = "counter"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class EnergyMetrics:
    """Where a device class's energy is read: its power, and its counter where that comes first."""

    power: str | None
    counter: str | None
    imported: str | None = None  # the counter of what it took from the grid
    distance: str | None = None  # the counter of how far it drove


ENERGY: Final[Mapping[DeviceClass, EnergyMetrics]] = {
    DeviceClass.STREETLIGHT: EnergyMetrics("load_power", None),
    DeviceClass.HOUSEHOLD_PV: EnergyMetrics("active_power", "energy_generated", "energy_imported"),
    DeviceClass.SCHOOL_PV: EnergyMetrics("active_power", "energy_generated", "energy_imported"),
    DeviceClass.CHARGER: EnergyMetrics("active_power", "energy_delivered"),
    **dict.fromkeys(
        (DeviceClass.E_MOTORBIKE, DeviceClass.BUS, DeviceClass.TRUCK, DeviceClass.CAR),
        EnergyMetrics(None, "energy_charged", distance="odometer"),
    ),
}
"""A lamp's served energy is its load's power while it is lit, after the metered-service method.

A vehicle's energy is what it was charged with, by its own counter; a charger's, what it gave.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDay:
    """What one device did on one of its days."""

    device: DeviceId
    day: date
    device_class: DeviceClass
    records: int
    covered_s: int  # held by good readings of its power, or of any metric where it has none
    energy_mwh: int | None  # None where nothing was measured
    energy_source: EnergySource | None
    lit_s: int | None  # a lamp's seconds with load power above 0
    estimated_mwh: int | None = None  # of its energy, what a counter told across a gap
    imported_mwh: int | None = None  # taken from the grid
    distance_m: int | None = None  # driven


def device_days(hours: pd.DataFrame, *, device_class: DeviceClass) -> list[DeviceDay]:
    """Return the device-days that hours of one device class make.

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the device day each row belongs to.
        device_class: Whose hours they are.
    """
    ordered = hours.sort_values(["device", "day", "hour"], kind="stable")
    facts = pd.DataFrame(
        {
            "records": _sum(_rows(ordered, RECORD), "readings"),
            **_power_columns(ordered, ENERGY.get(device_class)),
        }
    )
    rows = cast("dict[tuple[DeviceId, date], dict[str, float]]", facts.to_dict("index"))
    return [_fact(device, day, device_class, _said(row)) for (device, day), row in rows.items()]


def _said(row: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in row.items() if not isnan(value)}


def _power_columns(
    hours: pd.DataFrame, metrics: EnergyMetrics | None
) -> dict[str, "pd.Series[float]"]:
    """Return what is held and added, by device and day; absent where nothing was said."""
    columns: dict[str, pd.Series[float]] = {}
    if metrics is None or metrics.power is None:
        held = hours.groupby(["device", "day", "metric"])["seconds"].sum()
        columns["seconds"] = held.groupby(["device", "day"]).max()
    else:
        power = _rows(hours, metrics.power)
        columns |= {name: _sum(power, name) for name in ("seconds", "positive_s", "integral")}
    if metrics is not None:
        columns |= _counted(hours, metrics)
    return columns


def _counted(hours: pd.DataFrame, metrics: EnergyMetrics) -> dict[str, "pd.Series[float]"]:
    counters = {"increase": metrics.counter, "imported": metrics.imported}
    counters["distance"] = metrics.distance
    columns = {
        name: _sum(_rows(hours, counter), "increase")
        for name, counter in counters.items()
        if counter
    }
    if metrics.counter:
        columns["bridged"] = _sum(_rows(hours, metrics.counter), "bridged")
    return columns


def _fact(
    device: DeviceId, day: date, device_class: DeviceClass, row: Mapping[str, float]
) -> DeviceDay:
    energy: int | None = None
    source: EnergySource | None = None
    if "increase" in row:
        energy, source = _whole(row, "increase", _MWH_A_KWH), EnergySource.COUNTER
    elif "integral" in row:
        energy, source = round(row["integral"] / _WATT_SECONDS_A_MWH), EnergySource.GAUGE
    lamp = device_class is DeviceClass.STREETLIGHT
    return DeviceDay(
        device=device,
        day=day,
        device_class=device_class,
        records=round(row.get("records", 0.0)),
        covered_s=round(row.get("seconds", 0.0)),
        energy_mwh=energy,
        energy_source=source,
        lit_s=_whole(row, "positive_s") if lamp else None,
        estimated_mwh=_whole(row, "bridged", _MWH_A_KWH) if "increase" in row else None,
        imported_mwh=_whole(row, "imported", _MWH_A_KWH),
        distance_m=_whole(row, "distance", _M_A_KM),
    )


def _whole(row: Mapping[str, float], name: str, scale: int = 1) -> int | None:
    """Round once, half to even; None where nothing was said."""
    return round(row[name] * scale) if name in row else None


def _rows(hours: pd.DataFrame, metric: str) -> pd.DataFrame:
    return hours[hours["metric"] == metric]


def _sum(rows: pd.DataFrame, column: str) -> "pd.Series[float]":
    """Add up a column by device and day, in the order of the hours."""
    return rows.groupby(["device", "day"], sort=False)[column].sum()
