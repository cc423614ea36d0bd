"""Battery days: what a solar lamp's battery took, gave and went down to, noon to noon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Final, cast

import pandas as pd

from analytics.clocksigns import dusks
from analytics.daytable import DayTable
from ingest.contract.identity import DeviceId

COLUMNS: Final = (
    "charged_mwh",
    "served_mwh",
    "lowest_permille",
    "highest_permille",
    "lowest_mv",
    "highest_mv",
    "lit_from",
)
_WATT_SECONDS_A_MWH: Final = 3.6
_TENTHS: Final = 10
_MILLI: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryDay:
    """One lamp's battery from noon to noon; None where it was not measured."""

    device: DeviceId
    day: date
    charged_mwh: int | None  # by its panel
    served_mwh: int | None  # to its lamp
    lowest_permille: int | None  # state of charge
    highest_permille: int | None
    lowest_mv: int | None
    highest_mv: int | None
    lit_from: int | None = None  # when the lamp came on. [microseconds, UTC]


def battery_table(facts: Iterable[BatteryDay] = ()) -> DayTable:
    """Return battery days in columns."""
    return DayTable.of(facts, COLUMNS)


def battery_days(hours: pd.DataFrame) -> list[BatteryDay]:
    """Return the battery days that lamps' hours make.

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the device day each row belongs to.
    """
    ordered = hours.sort_values(["device", "day", "hour"], kind="stable")
    facts = pd.DataFrame(
        {
            "charged_mwh": _sum(ordered, "pv_power") / _WATT_SECONDS_A_MWH,
            "served_mwh": _sum(ordered, "load_power") / _WATT_SECONDS_A_MWH,
            "lowest_permille": _TENTHS * _extreme(ordered, "battery_soc", "minimum"),
            "highest_permille": _TENTHS * _extreme(ordered, "battery_soc", "maximum"),
            "lowest_mv": _MILLI * _extreme(ordered, "battery_voltage", "minimum"),
            "highest_mv": _MILLI * _extreme(ordered, "battery_voltage", "maximum"),
            "lit_from": dusks(ordered),
        }
    )
    rows = cast("dict[tuple[DeviceId, date], dict[str, float]]", facts.to_dict("index"))
    return [
        BatteryDay(device=device, day=day, **{name: _whole(value) for name, value in row.items()})
        for (device, day), row in rows.items()
    ]


def _sum(hours: pd.DataFrame, metric: str) -> "pd.Series[float]":
    rows = hours[hours["metric"] == metric]
    return rows.groupby(["device", "day"], sort=False)["integral"].sum()


def _extreme(hours: pd.DataFrame, metric: str, column: str) -> "pd.Series[float]":
    rows = hours[hours["metric"] == metric].groupby(["device", "day"], sort=False)[column]
    return rows.min() if column == "minimum" else rows.max()


def _whole(value: float) -> int | None:
    return None if isnan(value) else round(value)
