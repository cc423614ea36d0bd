"""Ministries' own factors in the catalog: only added to, each with its change and signature."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from analytics.factors.grid import Gas, GridFactor, Role, grid_factors
from analytics.service.tables import ENTERED_FACTOR
from ingest.registry import tables as registry


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
    u95 = factor.u95_percent
    texts = {"value": f"{factor.value:f}", "u95_percent": None if u95 is None else f"{u95:f}"}
    return {**asdict(factor), **texts}


def _factor(row: "sa.RowMapping") -> GridFactor:
    u95 = row["u95_percent"]
    return GridFactor(
        country=row["country"],
        role=Role(row["role"]),
        gas=Gas(row["gas"]),
        value=Decimal(row["value"]),
        source=row["source"],
        version=row["version"],
        year=row["year"],
        valid_from=row["valid_from"],
        evidence=row["evidence"],
        licence=row["licence"],
        note=row["note"],
        u95_percent=None if u95 is None else Decimal(u95),
        change=row["change"],
        entered_by=row["entered_by"],
    )
