"""The same lines at other factors: how much a total hangs on the choice of one.

No roles are mixed: each row takes one role for all grid energy, and says which.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from analytics.avoided import Emissions
from analytics.factors.grid import FactorNotFoundError, GridFactor, Role, look_up
from analytics.factors.margins import Rule, combined_margin, weights
from analytics.quoting import Document, mass_unit, tonnes, total_kg
from analytics.result import ZoneResult

_Priced = Callable[[Sequence[GridFactor], str, date], GridFactor]


def _of_role(role: Role) -> _Priced:
    return lambda factors, country, on: look_up(factors, country=country, role=role, on=on)


def _vt0011(factors: Sequence[GridFactor], country: str, on: date) -> GridFactor:
    om = look_up(factors, country=country, role=Role.OM, on=on)
    bm = look_up(factors, country=country, role=Role.BM_DERIVED, on=on)
    margin = combined_margin(om.value, bm.value, weights(Rule.VT0011, "solar", 1))
    return replace(
        om,
        role=Role.CM_INTERMITTENT,
        value=margin,
        source=f"{om.source}, weighted by Verra VT0011",
        version=f"{om.version}; VT0011 1.0",
        evidence="computed",
    )


_ROWS: Final[Sequence[tuple[str, _Priced]]] = (
    (Role.CM_ENERGY_EFFICIENCY, _of_role(Role.CM_ENERGY_EFFICIENCY)),
    (Role.CM_INTERMITTENT, _of_role(Role.CM_INTERMITTENT)),
    (Role.OM, _of_role(Role.OM)),
    ("vt0011", _vt0011),
    (Role.AVERAGE, _of_role(Role.AVERAGE)),
)


def sensitivity(results: Sequence[ZoneResult], factors: Sequence[GridFactor]) -> list[Document]:
    """Return the total of results as it is, and with each other factor for all grid energy."""
    rows = [row for result in results for row in result.emissions]
    if not any(row.measured for row in rows):
        return []
    headline = _row("headline", rows)
    return [headline, *(_other(name, price, results, factors) for name, price in _ROWS)]


def _other(
    name: str, price: _Priced, results: Sequence[ZoneResult], factors: Sequence[GridFactor]
) -> Document:
    try:
        rows = [
            row.priced(price(factors, result.zone.grid, result.passed.by_day.last))
            for result in results
            for row in result.emissions
        ]
    except FactorNotFoundError as error:
        unit = mass_unit(row for result in results for row in result.emissions)
        return {"id": name, "value": None, "unit": unit, "factors": [], "reason": str(error)}
    return _row(name, rows)


def _row(name: str, rows: Sequence[Emissions]) -> Document:
    grids = {factor for row in rows for factor in row.factors if isinstance(factor, GridFactor)}
    unit = mass_unit(rows)
    return {
        "id": name,
        "value": tonnes(total_kg(rows), unit),
        "unit": unit,
        "factors": [
            f"{each.country} {each.role} {each.value:f} t/MWh ({each.source})"
            for each in sorted(grids, key=lambda each: (each.country, each.role))
        ],
        "reason": None,
    }
