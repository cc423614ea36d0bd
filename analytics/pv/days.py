"""PV days: what of a set's day its energy alone does not tell."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import isnan
from typing import Final, cast

import pandas as pd

from analytics.clocksigns import middles
from analytics.daytable import DayTable
from analytics.pv.signs import is_flat
from ingest.contract.identity import DeviceId

COLUMNS: Final = ("highest_w", "flat_hours", "irradiation_wh_m2", "middle_at")
_WHOLE_HOUR_S: Final = 3_500
_SECONDS_AN_HOUR: Final = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class PvDay:
    """One PV set on one local day; None where it was not measured."""

    device: DeviceId
    day: date
    highest_w: int | None
    flat_hours: int  # whole hours in which the power stayed where it was
    irradiation_wh_m2: int | None  # on its panel, where it has a sensor
    middle_at: int | None = None  # when half of its energy was made. [microseconds, UTC]


def pv_table(facts: Iterable[PvDay] = ()) -> DayTable:
    """Return PV days in columns."""
    return DayTable.of(facts, COLUMNS)


def pv_days(hours: pd.DataFrame) -> list[PvDay]:
    """Return the PV days that sets' hours make.

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the local day each row belongs to.
    """
    power = hours[hours["metric"] == "active_power"]
    whole = power[power["seconds"] >= _WHOLE_HOUR_S]
    flat = [
        is_flat(low, high) for low, high in zip(whole["minimum"], whole["maximum"], strict=True)
    ]
    light = hours[hours["metric"] == "irradiance"].sort_values("hour", kind="stable")
    facts = pd.DataFrame(
        {
            "highest": power.groupby(["device", "day"])["maximum"].max(),
            "flat": whole.assign(flat=flat).groupby(["device", "day"])["flat"].sum(),
            "light": light.groupby(["device", "day"])["integral"].sum() / _SECONDS_AN_HOUR,
            "middle": middles(hours),
        }
    )
    rows = cast("dict[tuple[DeviceId, date], dict[str, float]]", facts.to_dict("index"))
    return [
        PvDay(
            device=device,
            day=day,
            highest_w=_whole(row["highest"]),
            flat_hours=_whole(row["flat"]) or 0,
            irradiation_wh_m2=_whole(row["light"]),
            middle_at=_whole(row["middle"]),
        )
        for (device, day), row in rows.items()
    ]


def _whole(value: float) -> int | None:
    return None if isnan(value) else round(value)
