"""Suppressed demand off the grid: tonnes by yearly tiers."""

from decimal import Decimal
from typing import Final

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, decimal, optional, text
from analytics.methods.tiers import BuildingTypeError, threshold_kwh, tiers_of

_KWH: Final = {
    "Wh": Decimal("0.001"),
    "kWh": Decimal(1),
    "MWh": Decimal(1_000),
    "GWh": Decimal(1_000_000),
    "TWh": Decimal(1_000_000_000),
}


def calculator() -> Calculator:
    """Return the calculator of suppressed demand; no row depends on another."""
    return _baseline


def _baseline(row: Row) -> Result:
    unit = str(row.get("energy_unit"))
    try:
        tiers = tiers_of(text(row, "building_type"), text(row, "variant"))
    except BuildingTypeError as error:
        return {"t_co2": None, "error": str(error)}
    if unit not in _KWH:
        return {"t_co2": None, "error": "invalid energy unit"}
    _check_threshold(row)
    energy = decimal(row, "energy")
    if energy < 0:
        raise ValueError(f"energy: expected at least 0, got {energy}")
    return {"t_co2": tiers.baseline_t(energy * _KWH[unit]), "error": None}


def _check_threshold(row: Row) -> None:
    given, building_type = optional(row, "threshold_kwh_per_year"), text(row, "building_type")
    if given is not None and given != threshold_kwh(building_type):
        known = threshold_kwh(building_type)
        raise ValueError(
            f"threshold_kwh_per_year: expected {known} of {building_type}, got {given}"
        )
