"""A grid's margins by TOOL07 and VT0011: one function a kind of row."""

from decimal import Decimal

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, by_kind, decimal, flag, integer, numbers, optional, rows, text
from analytics.factors import margins
from analytics.factors.build_margin import build_margin
from analytics.factors.margins import MarginError, PowerUnit, Rule, Weights


def calculator() -> Calculator:
    """Return the calculator of margins; no row depends on another."""
    return by_kind(
        {
            "unit_ef_a1": _unit_a1,
            "unit_ef_a2": _unit_a2,
            "unit_ef_a3": _unit_a3,
            "simple_om": lambda given: {"om": margins.simple_om(_units(given))},
            "average_om": lambda given: {"om": margins.average_om(_units(given))},
            "simple_adjusted_om": _simple_adjusted,
            "simple_om_allowed": _allowed,
            "ex_ante_om": _ex_ante,
            "build_margin": _build,
            "combined_margin": _combined,
            "ifi_identity": _ifi,
        }
    )


def _unit_a1(given: Row) -> Result:
    factor = margins.unit_from_fuel(
        fuel_t=decimal(given, "fuel_t"),
        ncv_gj_per_t=decimal(given, "ncv_lower_gj_per_t"),
        ef_kg_per_tj=decimal(given, "ef_lower_kg_per_tj"),
        generation_mwh=decimal(given, "generation_mwh"),
    )
    return {"ef_t_per_mwh": factor}


def _unit_a2(given: Row) -> Result:
    factor = margins.unit_from_efficiency(
        ef_kg_per_tj=decimal(given, "ef_lower_kg_per_tj"), efficiency=decimal(given, "efficiency")
    )
    return {"ef_t_per_mwh": factor}


def _unit_a3(given: Row) -> Result:
    project = "supply" if given.get("project") is None else text(given, "project")
    return {"ef_t_per_mwh": margins.unit_from_generation(_rule(given, "rule"), project)}


def _simple_adjusted(given: Row) -> Result:
    return {"om": margins.simple_adjusted_om(_units(given), decimal(given, "lambda"))}


def _allowed(given: Row) -> Result:
    name = "low_cost_must_run_share"
    shares = numbers(given, name) if isinstance(given.get(name), list) else [decimal(given, name)]
    return {"allowed": margins.simple_om_allowed(shares)}


def _ex_ante(given: Row) -> Result:
    years = [
        (decimal(year, "generation_mwh"), decimal(year, "om")) for year in rows(given, "years")
    ]
    return {"om": margins.ex_ante_om(years)}


def _build(given: Row) -> Result:
    found = build_margin(
        _units(given), as_of_year=integer(given, "as_of_year"), rule=_rule(given, "rule")
    )
    return {
        "bm": found.t_per_mwh,
        "sample": [unit.name for unit in found.sample],
        "step": found.step,
        "set5_mwh": found.set5_mwh,
        "set20_mwh": found.set20_mwh,
    }


def _combined(given: Row) -> Result:
    om, bm = decimal(given, "om"), decimal(given, "bm")
    return {"cm": margins.combined_margin(om, bm, _weights(given))}


def _ifi(given: Row) -> Result:
    om, bm = decimal(given, "om_g"), decimal(given, "bm_g")
    return {"cm_g": margins.combined_margin(om, bm, _weights(given))}


def _weights(given: Row) -> Weights:
    om, bm = optional(given, "w_om"), optional(given, "w_bm")
    if om is not None and bm is not None:
        return Weights(om, bm)
    if om is not None or bm is not None:
        raise MarginError("w_om, w_bm: expected both or neither")
    period = optional(given, "crediting_period")
    return margins.weights(
        _rule(given, "methodology"),
        text(given, "technology"),
        1 if period is None else integer(given, "crediting_period"),
    )


def _units(given: Row) -> list[PowerUnit]:
    return [_unit(row) for row in rows(given, "units")]


def _unit(row: Row) -> PowerUnit:
    mwh = decimal(row, "mwh")
    if mwh < 0:
        raise MarginError(f"mwh: expected at least 0, got {mwh}")
    return PowerUnit(
        name=text(row, "name"),
        mwh=mwh,
        commissioned=integer(row, "commissioned"),
        ef_t_per_mwh=_factor(row),
        programme=flag(row, "carbon_programme"),
        low_cost_must_run=flag(row, "low_cost_must_run"),
    )


def _factor(row: Row) -> Decimal:
    factor = decimal(row, "ef_t_per_mwh")
    if factor < 0:
        raise MarginError(f"ef_t_per_mwh: expected at least 0, got {factor}")
    return factor


def _rule(given: Row, name: str) -> Rule:
    value = text(given, name)
    if value not in list(Rule):
        raise MarginError(f"{name}: expected one of {', '.join(Rule)}, got {value!r}")
    return Rule(value)
