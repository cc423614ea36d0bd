"""Availability by one of its definitions."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, RowError, decimal, inside, optional, rows, text
from analytics.uptime import availability
from analytics.uptime.availability import Times


def calculator() -> Calculator:
    """Return the calculator of availability; no row depends on another."""
    return _availability


def _availability(row: Row) -> Result:
    kind = text(row, "kind")
    if kind not in _KINDS:
        raise RowError(f"kind {kind!r}: expected {', '.join(_KINDS)}")
    return _KINDS[kind](inside(row, "inputs"))


def _power_weighted(inputs: Row) -> Result:
    units = [(_exact(unit, "kw"), _exact(unit, "up")) for unit in rows(inputs, "units")]
    return {"availability": _number(availability.power_weighted(units))}


def _interval(inputs: Row) -> Result:
    times = Times(
        up=_time(inputs, "up_h"),
        down=_time(inputs, "down_h"),
        excluded=_time(inputs, "excluded_h"),
        unknown=_time(inputs, "unknown_h"),
    )
    return {
        "a_low": _number(times.low),
        "a_high": _number(times.high),
        "a_point": _number(times.point),
        "data_availability": _number(times.data),
    }


def _energy_based(inputs: Row) -> Result:
    told = availability.energy_based(_time(inputs, "actual_kwh"), _time(inputs, "lost_kwh"))
    return {"availability": _number(told)}


def _charger(inputs: Row) -> Result:
    outage, excluded = _time(inputs, "outage_min"), _time(inputs, "excluded_min")
    if excluded > outage:
        raise RowError("excluded_min: expected no more than outage_min, which it is part of")
    percent = availability.charger_percent(outage, excluded)
    return {
        "uptime_percent": _number(percent),
        "meets_97": availability.charger_meets_minimum(percent),
    }


def _reliability(inputs: Row) -> Result:
    failures = _time(inputs, "failures")
    if failures.denominator != 1:
        raise RowError("failures: expected a whole number")
    told = availability.reliability(
        operating=_time(inputs, "operating_h"),
        repair=_time(inputs, "repair_h"),
        failures=int(failures),
    )
    return {
        "mtbf_h": _number(told.between_failures),
        "mttr_h": _number(told.to_repair),
        "availability": _number(told.availability),
    }


def _lighting(inputs: Row) -> Result:
    nights = [
        (_time(night, "required_min"), Fraction(optional(night, "lit_min") or 0))
        for night in rows(inputs, "nights")
    ]
    return {"availability": _number(availability.lit_share(nights))}


_KINDS: Final[Mapping[str, Callable[[Row], Result]]] = MappingProxyType(
    {
        "power_weighted": _power_weighted,
        "interval": _interval,
        "energy_based": _energy_based,
        "ev_charger_12_months": _charger,
        "mtbf_mttr": _reliability,
        "lighting": _lighting,
    }
)


def _exact(row: Row, name: str) -> Fraction:
    return Fraction(decimal(row, name))


def _time(row: Row, name: str) -> Fraction:
    value = _exact(row, name)
    if value < 0:
        raise RowError(f"{name}: expected at least 0, got {row[name]}")
    return value


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
