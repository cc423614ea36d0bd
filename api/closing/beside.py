"""What people entered that a period rests on: decisions on data, own factors, and repairs."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa
from pydantic import TypeAdapter

from analytics.counter_changes import CounterChange
from analytics.periods import Days
from analytics.service.alarmtables import ALARM, NOTICE, REPAIR
from analytics.service.decisions import Kind
from analytics.service.repairs import opening_notice
from analytics.service.tables import DECISION, DECISION_WITHDRAWN, ENTERED_FACTOR
from api.closing.pages import Rows
from ingest.contract.period import micros

DECISIONS: Final = "decisions"
OWN_FACTORS: Final = "own_factors"
_TABLES: Final = {  # each in front of those that refer to it
    DECISIONS: DECISION,
    OWN_FACTORS: ENTERED_FACTOR,
    "alarms": ALARM,
    "alarm_notices": NOTICE,
    "repairs": REPAIR,
}
KINDS: Final = tuple(_TABLES)
_AROUND: Final = timedelta(days=1)  # a zone's days begin and end up to 14 hours from UTC's


def read(connection: sa.Connection, days: Days | None = None) -> dict[str, Rows]:
    """Return what stands now, by kind of page; of repairs those of some days, or all.

    What was withdrawn is not there. An alarm and its notice are as they were when a ticket was
    opened for it, but for what happened to the alarm since.
    """
    withdrawn = sa.select(DECISION_WITHDRAWN.c.decision)
    standing = sa.select(DECISION).where(DECISION.c.id.not_in(withdrawn)).order_by(DECISION.c.id)
    entered = sa.select(ENTERED_FACTOR).order_by(ENTERED_FACTOR.c.change)
    tickets = sa.select(REPAIR).where(*_of(days)).order_by(REPAIR.c.id)
    mine = sa.select(REPAIR.c.alarm).where(*_of(days))
    told = sa.select(NOTICE).join(REPAIR, opening_notice()).where(*_of(days)).order_by(NOTICE.c.id)
    alarms = sa.select(ALARM).where(ALARM.c.id.in_(mine)).order_by(ALARM.c.id)
    queries: tuple[sa.Select[Any], ...] = (standing, entered, alarms, told, tickets)
    return {
        name: [
            {
                str(key): value.isoformat() if isinstance(value, date) else value
                for key, value in row.items()
            }
            for row in connection.execute(query).mappings()
        ]
        for name, query in zip(KINDS, queries, strict=True)
    }


def put(connection: sa.Connection, beside: Mapping[str, Rows]) -> None:
    """Enter it in an empty catalog."""
    for name, table in _TABLES.items():
        rows = beside.get(name, [])
        days = [column.name for column in table.columns if isinstance(column.type, sa.Date)]
        values = [row | {day: date.fromisoformat(row[day]) for day in days} for row in rows]
        if values:
            connection.execute(sa.insert(table), values)


def counter_changes(beside: Mapping[str, Rows]) -> list[CounterChange]:
    """Return the changes of counters among what people entered, in the order of time."""
    form = TypeAdapter(CounterChange)
    rows = (row for row in beside.get(DECISIONS, []) if row["kind"] == Kind.COUNTER_CHANGE)
    return sorted((form.validate_json(row["body"]) for row in rows), key=attrgetter("at"))


def _of(days: Days | None) -> list[sa.ColumnElement[bool]]:
    """Return what picks the tickets that were open in some days."""
    if days is None:
        return []
    start = datetime.combine(days.first, time(0), UTC) - _AROUND
    end = datetime.combine(days.last, time(0), UTC) + 2 * _AROUND
    closed = REPAIR.c.closed_at
    return [
        REPAIR.c.opened_at < micros(end),
        closed.is_(None) | (closed >= micros(start)),
    ]
