"""What people entered that a period rests on: their decisions on data, and ministries' factors."""

from collections.abc import Mapping
from datetime import date
from operator import attrgetter
from typing import Final

import sqlalchemy as sa
from pydantic import TypeAdapter

from analytics.counter_changes import CounterChange
from analytics.service.decisions import Kind
from analytics.service.tables import DECISION, DECISION_WITHDRAWN, ENTERED_FACTOR
from api.closing.pages import Rows

DECISIONS: Final = "decisions"
OWN_FACTORS: Final = "own_factors"
_TABLES: Final = {DECISIONS: DECISION, OWN_FACTORS: ENTERED_FACTOR}
KINDS: Final = tuple(_TABLES)


def read(connection: sa.Connection) -> dict[str, Rows]:
    """Return what stands now, by kind of page: what was withdrawn is not there."""
    withdrawn = sa.select(DECISION_WITHDRAWN.c.decision)
    standing = sa.select(DECISION).where(DECISION.c.id.not_in(withdrawn)).order_by(DECISION.c.id)
    entered = sa.select(ENTERED_FACTOR).order_by(ENTERED_FACTOR.c.change)
    return {
        name: [
            {
                str(key): value.isoformat() if isinstance(value, date) else value
                for key, value in row.items()
            }
            for row in connection.execute(query).mappings()
        ]
        for name, query in ((DECISIONS, standing), (OWN_FACTORS, entered))
    }


def put(connection: sa.Connection, beside: Mapping[str, Rows]) -> None:
    """Enter it in an empty catalog."""
    for name, rows in beside.items():
        table = _TABLES[name]
        days = [column.name for column in table.columns if isinstance(column.type, sa.Date)]
        values = [row | {day: date.fromisoformat(row[day]) for day in days} for row in rows]
        if values:
            connection.execute(sa.insert(table), values)


def counter_changes(beside: Mapping[str, Rows]) -> list[CounterChange]:
    """Return the changes of counters among what people entered, in the order of time."""
    form = TypeAdapter(CounterChange)
    rows = (row for row in beside.get(DECISIONS, []) if row["kind"] == Kind.COUNTER_CHANGE)
    return sorted((form.validate_json(row["body"]) for row in rows), key=attrgetter("at"))
