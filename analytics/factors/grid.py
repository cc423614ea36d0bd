"""Grid emission factors by country, role, source, version and year.

There is no "the country's factor": roles never mix, and a look-up that finds none or two is an
error that names what it looked for. A ministry's own factor comes before a published default.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

IFI: Final = "IFI (UNFCCC) Default Grid Factors 2021"
EMBER: Final = "Ember yearly electricity data via CO2.js"
_FILES: Final = ("grid.csv", "average.csv", "electricity_maps.csv")  # one a licence


class Role(StrEnum):
    """What a factor may be used for."""

    OM = "om"
    BM_DERIVED = "bm_derived"
    CM_FIRM = "cm_firm"
    CM_INTERMITTENT = "cm_intermittent"
    CM_ENERGY_EFFICIENCY = "cm_energy_efficiency"
    CM_CONSUMPTION = "cm_consumption"
    AVERAGE = "average"  # for inventories, never for what is avoided


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
    u95_percent: Decimal | None = None  # half width of its 95 % interval, where its source says
    change: int = 0  # the change that entered it; 0 where it comes with the project
    entered_by: str | None = None  # who signed for it

    @property
    def national(self) -> bool:
        """Whether a ministry entered it; it then comes before the published defaults."""
        return self.change > 0


_DEFAULT_SOURCE: Final[Mapping[Role, str]] = dict.fromkeys(Role, IFI) | {Role.AVERAGE: EMBER}


class FactorNotFoundError(LookupError):
    """No factor, or more than one, is what was looked for."""

    def __init__(self, looked_for: str, found: int) -> None:
        super().__init__(f"{found or 'no'} grid emission factors for {looked_for}: one is needed")
        self.looked_for = looked_for
        self.found = found


@cache
def grid_factors() -> Sequence[GridFactor]:
    """Return the factors that come with the project."""
    folder = files("analytics.factors")
    texts = (folder.joinpath(name).read_text(encoding="utf-8") for name in _FILES)
    return tuple(_factor(row) for text in texts for row in csv.DictReader(text.splitlines()))


def look_up(
    factors: Iterable[GridFactor],
    *,
    country: str,
    role: Role,
    on: date,
    source: str | None = None,
) -> GridFactor:
    """Return the one factor of a country and role that is in force on a day.

    Of a source, where one is named; else the ministry's own, and where it has none the default
    source's. Raises FactorNotFoundError where that is none, or more than one.
    """
    known = [
        factor
        for factor in factors
        if factor.country == country and factor.role is role and factor.valid_from <= on
    ]
    wanted = source or _DEFAULT_SOURCE[role]
    own = [factor for factor in known if source is None and factor.national]
    fitting = own or [factor for factor in known if factor.source == wanted]
    newest = max((factor.valid_from for factor in fitting), default=None)
    found = _last_entered([factor for factor in fitting if factor.valid_from == newest])
    if len(found) != 1:
        raise FactorNotFoundError(f"{country}, {role}, {wanted}, on {on}", len(found))
    return found[0]


def _last_entered(factors: Sequence[GridFactor]) -> list[GridFactor]:
    """Leave out what a later change of the same source said anew."""
    last: dict[str, int] = {}
    for factor in factors:
        last[factor.source] = max(factor.change, last.get(factor.source, 0))
    return [factor for factor in factors if factor.change == last[factor.source]]


def _factor(row: dict[str, str]) -> GridFactor:
    if row["unit"] != "t/MWh":
        raise ValueError(f"grid factors: expected t/MWh, got {row['unit']}")
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
