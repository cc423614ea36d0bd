"""A grid's margins from its power units: operating, build and combined.

After CDM TOOL07 version 7.0 and Verra VT0011 version 1.0; weights and defaults are data, in
margins.toml. Factors are in t CO2/MWh, generation in MWh a year.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

_WIND_SOLAR: Final = frozenset({"wind", "solar", "pv"})
_GJ_A_MWH: Final = Decimal("3.6")
_KG_A_T: Final = Decimal(1_000)
_MOST_LOW_COST: Final = Decimal("0.50")


class MarginError(ValueError):
    """What was given has no margin."""


class Rule(StrEnum):
    """Whose rules hold."""

    TOOL07 = "TOOL07"
    VT0011 = "VT0011"


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerUnit:
    """One power unit of a grid."""

    name: str
    mwh: Decimal
    commissioned: int  # year
    ef_t_per_mwh: Decimal
    programme: bool  # registered under a carbon programme
    low_cost_must_run: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """What the operating and the build margin count."""

    om: Decimal
    bm: Decimal

    def __post_init__(self) -> None:
        if self.om + self.bm != 1 or min(self.om, self.bm) < 0:
            raise MarginError(f"w_om, w_bm: expected shares of 1, got {self.om} and {self.bm}")


def unit_from_fuel(
    *, fuel_t: Decimal, ncv_gj_per_t: Decimal, ef_kg_per_tj: Decimal, generation_mwh: Decimal
) -> Decimal:
    """Return a unit's factor from its fuel and generation (option A1), at lower bounds."""
    if generation_mwh <= 0:
        raise MarginError(f"generation_mwh: expected above 0, got {generation_mwh}")
    return fuel_t * ncv_gj_per_t * ef_kg_per_tj / 1_000_000 / generation_mwh


def unit_from_efficiency(*, ef_kg_per_tj: Decimal, efficiency: Decimal) -> Decimal:
    """Return a unit's factor from its fuel and efficiency (option A2), at the lower bound."""
    if not 0 < efficiency <= 1:
        raise MarginError(f"efficiency: expected above 0 and at most 1, got {efficiency}")
    return ef_kg_per_tj / 1_000 * _GJ_A_MWH / efficiency / _KG_A_T


def unit_from_generation(rule: Rule, project: str) -> Decimal:
    """Return what a unit counts of which only the generation is known (option A3)."""
    known = _table(rule)["generation_only_t_per_mwh"]
    if project not in known:
        raise MarginError(f"project: expected one of {', '.join(known)}, got {project!r}")
    return Decimal(known[project])


def average_om(units: Iterable[PowerUnit]) -> Decimal:
    """Return the generation-weighted factor of all units."""
    known = list(units)
    generation = _generation(known)
    if not generation:
        raise MarginError("units: none that generates is left")
    return sum((unit.mwh * unit.ef_t_per_mwh for unit in known), start=Decimal(0)) / generation


def simple_om(units: Iterable[PowerUnit]) -> Decimal:
    """Return the factor of the units that are neither low-cost nor must-run."""
    return average_om(unit for unit in units if not unit.low_cost_must_run)


def simple_adjusted_om(units: Sequence[PowerUnit], lambda_: Decimal) -> Decimal:
    """Return the simple OM, with low-cost units counting for the share lambda of the hours."""
    if not 0 <= lambda_ <= 1:
        raise MarginError(f"lambda: expected a share from 0 to 1, got {lambda_}")
    low_cost = [unit for unit in units if unit.low_cost_must_run]
    theirs = average_om(low_cost) if lambda_ else Decimal(0)
    others = simple_om(units) if lambda_ != 1 else Decimal(0)
    return (1 - lambda_) * others + lambda_ * theirs


def simple_om_allowed(low_cost_shares: Sequence[Decimal]) -> bool:
    """Tell whether the simple OM may be used: low-cost units below half, on average of years."""
    if not low_cost_shares:
        raise MarginError("low_cost_must_run_share: expected at least one year")
    return sum(low_cost_shares, start=Decimal(0)) / len(low_cost_shares) < _MOST_LOW_COST


def ex_ante_om(years: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Return the operating margin of years, each (generation, margin), weighted by generation."""
    generation = sum((mwh for mwh, _ in years), start=Decimal(0))
    if not generation:
        raise MarginError("years: none that generated")
    return sum((mwh * om for mwh, om in years), start=Decimal(0)) / generation


def weights(rule: Rule, technology: str, period: int) -> Weights:
    """Return the weights of a technology in a crediting period, from 1 on."""
    by_period = _table(rule)["w_om"]["wind_solar" if technology in _WIND_SOLAR else "other"]
    if not 1 <= period <= len(by_period):
        raise MarginError(f"crediting_period: expected 1 to {len(by_period)}, got {period}")
    om = Decimal(by_period[period - 1])
    return Weights(om, 1 - om)


def combined_margin(om: Decimal, bm: Decimal, by: Weights) -> Decimal:
    """Return the combined margin."""
    return by.om * om + by.bm * bm


def _generation(units: Iterable[PowerUnit]) -> Decimal:
    return sum((unit.mwh for unit in units), start=Decimal(0))


@cache
def _table(rule: Rule) -> dict[str, Any]:
    text = files("analytics.factors").joinpath("margins.toml").read_text("utf-8")
    table: dict[str, Any] = tomllib.loads(text)[rule]
    return table
