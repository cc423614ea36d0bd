"""Ministries' own factors in the catalog: only added to, each with its change and signature."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from analytics.factors.grid import Gas, GridFactor, Role, grid_factors
from analytics.service.tables import ENTERED_FACTOR
from ingest.registry import tables as registry

_TEXTS = ("value", "u95_percent")


def enter(
    connection: sa.Connection, factor: GridFactor, *, actor: str, known_at: datetime
) -> GridFactor:
    """Enter a factor as a change of its own, signed by a person; return it as entered.

    Raises ConcurrentChangeError where somebody else entered something at the same time.
    """
    source = f"factor: {factor.country} {factor.role}"
    change = registry.append(connection, (), actor=actor, source=source, known_at=known_at)
    entered = replace(factor, change=change, entered_by=actor)
    connection.execute(sa.insert(ENTERED_FACTOR), _row(entered))
    return entered


def all_factors(connection: sa.Connection, *, change: int | None = None) -> Sequence[GridFactor]:
    """Return the project's factors and those entered, up to a change where one is named."""
    query = sa.select(ENTERED_FACTOR).order_by(ENTERED_FACTOR.c.change)
    if change is not None:
        query = query.where(ENTERED_FACTOR.c.change <= change)
    return [*grid_factors(), *(_factor(row) for row in connection.execute(query).mappings())]


def _row(factor: GridFactor) -> dict[str, object]:
    texts = {
        name: None if value is None else f"{value:f}"
        for name in _TEXTS
        for value in [getattr(factor, name)]
    }
    return asdict(factor) | texts


def _factor(row: "sa.RowMapping") -> GridFactor:
    u95 = row["u95_percent"]
    return GridFactor(
        **(
            dict(row)
            | {
                "role": Role(row["role"]),
                "gas": Gas(row["gas"]),
                "value": Decimal(row["value"]),
                "u95_percent": None if u95 is None else Decimal(u95),
            }
        )
    )
