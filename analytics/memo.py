"""Memo: what figures are also told as, and what the equipment itself cost. Never in a total."""

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from analytics.figures import Unit, written
from analytics.quoting import Document, total_kg
from analytics.result import ZoneResult
from ingest.contract.metric import DeviceClass

_MWH_A_KWH: Final = 1_000_000
_G_A_KG: Final = 1_000
_G_A_T: Final = 1_000_000
_DAYS_A_YEAR: Final = 365
_PV: Final = (DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV)


@cache
def constants() -> Mapping[str, Any]:
    """Return the named constants, each with its unit and source."""
    return tomllib.loads(files("analytics").joinpath("memo.toml").read_text(encoding="utf-8"))


def standard_coal_tce(credited_mwh: int) -> Decimal:
    """Return the standard coal that an energy stands for. [tce]"""
    return Decimal(credited_mwh) / _MWH_A_KWH * _value("standard_coal") / _G_A_T


def equivalent() -> Document:
    """Return what stands in the place of a method beside standard coal."""
    constant = constants()["standard_coal"]
    return {"id": constant["label"], "version": f"{constant['value']} {constant['unit']}"}


def memo(results: Sequence[ZoneResult], days: int) -> list[Document]:
    """Return the memo lines of results over so many days; null where nothing was measured."""
    rows = [row for result in results for row in result.emissions]
    if not any(row.measured for row in rows):
        return [_line(name, None, Unit.KG) for name in constants()]
    kwh = Decimal(sum(row.credited_mwh for row in rows if row.method.displaces)) / _MWH_A_KWH
    sun = sum(row.measured_mwh for row in rows if row.device_class in _PV)
    lamps = sum(result.light.lamps for result in results)
    return [
        _line("standard_coal", kwh * _value("standard_coal") / _G_A_T, Unit.TCE),
        *[_line(name, kwh * _value(name) / _G_A_KG, Unit.KG) for name in ("so2", "nox", "dust")],
        _line("trees", total_kg(rows) / _value("trees"), Unit.TREES),
        _line("embodied_pv", Decimal(sun) / _MWH_A_KWH * _value("embodied_pv") / _G_A_KG, Unit.KG),
        _battery(lamps, days),
    ]


def _battery(lamps: int, days: int) -> Document:
    constant = constants()["battery"]
    each = Decimal(constant["kwh"]) / constant["years"] * days / _DAYS_A_YEAR
    low, high = (
        written(lamps * each * Decimal(constant[edge]), Unit.KG) for edge in ("low", "high")
    )
    return _line("battery", None, Unit.KG) | {"low": low, "high": high}


def _value(name: str) -> Decimal:
    return Decimal(constants()[name]["value"])


def _line(name: str, value: Decimal | None, unit: Unit) -> Document:
    constant = constants()[name]
    return {
        "id": name,
        "value": None if value is None else written(value, unit),
        "unit": unit,
        "label": constant["label"],
        "constant": f"{constant.get('value') or constant['low'] + ' to ' + constant['high']}"
        f" {constant['unit']}",
        "source": constant["source"],
        "evidence": constant["evidence"],
    }
