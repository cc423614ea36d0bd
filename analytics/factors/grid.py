"""Grid emission factors by country, role, source, version and year.

There is no "the country's factor": roles never mix, and a look-up that finds none or two is an
error that names what it looked for.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

PREFERRED_SOURCE: Final = "IFI (UNFCCC) Default Grid Factors 2021"


class Role(StrEnum):
    """What a factor may be used for."""

    OM = "om"
    BM_DERIVED = "bm_derived"
    CM_FIRM = "cm_firm"
    CM_INTERMITTENT = "cm_intermittent"
    CM_ENERGY_EFFICIENCY = "cm_energy_efficiency"
    CM_CONSUMPTION = "cm_consumption"


class Gas(StrEnum):
    """What a factor counts; it follows the figure and its unit."""

    CO2 = "CO2"
    CO2E = "CO2e"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFactor:
    """Emissions of a grid per energy, for one role."""

    country: str  # ISO 3166-1 alpha-2
    role: Role
    gas: Gas
    value: Decimal  # t/MWh, which is kg/kWh
    source: str
    version: str
    year: int
    valid_from: date
    evidence: str
    licence: str
    note: str


class FactorNotFoundError(LookupError):
    """No factor, or more than one, is what was looked for."""

    def __init__(self, looked_for: str, found: int) -> None:
        super().__init__(f"{found or 'no'} grid emission factors for {looked_for}: one is needed")
        self.looked_for = looked_for
        self.found = found


@cache
def grid_factors() -> Sequence[GridFactor]:
    """Return the factors that come with the project."""
    text = files("analytics.factors").joinpath("grid.csv").read_text(encoding="utf-8")
    return tuple(_factor(row) for row in csv.DictReader(text.splitlines()))


def look_up(
    factors: Iterable[GridFactor],
    *,
    country: str,
    role: Role,
    on: date,
    source: str = PREFERRED_SOURCE,
) -> GridFactor:
    """Return the one factor of a country, role and source that is in force on a day."""
    fitting = [
        factor
        for factor in factors
        if (factor.country, factor.role, factor.source) == (country, role, source)
        and factor.valid_from <= on
    ]
    newest = max((factor.valid_from for factor in fitting), default=None)
    found = [factor for factor in fitting if factor.valid_from == newest]
    if len(found) != 1:
        raise FactorNotFoundError(f"{country}, {role}, {source}, on {on}", len(found))
    return found[0]


def _factor(row: dict[str, str]) -> GridFactor:
    if row["unit"] != "t/MWh":
        raise ValueError(f"grid.csv: expected t/MWh, got {row['unit']}")
    return GridFactor(
        country=row["country"],
        role=Role(row["role"]),
        gas=Gas(row["gas"]),
        value=Decimal(row["value"]),
        source=row["source"],
        version=row["version"],
        year=int(row["year"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        evidence=row["evidence"],
        licence=row["licence"],
        note=row["note"],
    )
