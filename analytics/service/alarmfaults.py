"""The faults that alarms are made of: those that hold, those that held lately, and their own."""

from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa

from analytics.alarms.alarm import Condition
from analytics.faults.fault import Consequence, Fault
from analytics.service.alarmtables import ALARM, ALARM_FAULT
from analytics.service.faults import fault_of
from analytics.service.tables import FAULT

_TOLD: Final = tuple(map(str, (Consequence.ALARM, Consequence.WARNING, Consequence.ENVIRONMENT)))
_OF_ALARM: Final = (
    (FAULT.c.rule == ALARM_FAULT.c.rule)
    & (FAULT.c.subject == ALARM_FAULT.c.subject)
    & (FAULT.c.began_at == ALARM_FAULT.c.began_at)
)


def faults_for_alarms(connection: sa.Connection, since: int) -> list[Fault]:
    """Return open faults, those cleared since an instant, and all of the alarms that are open."""
    lately = sa.select(FAULT).where(
        FAULT.c.consequence.in_(_TOLD),
        FAULT.c.cleared_at.is_(None) | (FAULT.c.cleared_at >= since),
    )
    earlier = (
        sa.select(FAULT)
        .join(ALARM_FAULT, _OF_ALARM)
        .join(ALARM, ALARM.c.id == ALARM_FAULT.c.alarm)
        .where(ALARM.c.condition == str(Condition.ACTIVE), FAULT.c.cleared_at < since)
    )
    return _distinct([*connection.execute(lately), *connection.execute(earlier)])


def faults_like_alarms(connection: sa.Connection, alarms: Iterable[int]) -> dict[int, list[Fault]]:
    """Return by alarm every fault, also of later, that is of a rule and subject of its own."""
    own = (
        sa.select(ALARM_FAULT.c.alarm, ALARM_FAULT.c.rule, ALARM_FAULT.c.subject)
        .where(ALARM_FAULT.c.alarm.in_(list(alarms)))
        .distinct()
        .subquery()
    )
    query = sa.select(own.c.alarm, FAULT).join(
        FAULT, (FAULT.c.rule == own.c.rule) & (FAULT.c.subject == own.c.subject)
    )
    found: dict[int, list[Fault]] = {}
    for row in connection.execute(query):
        found.setdefault(row.alarm, []).append(fault_of(row))
    return found


def _distinct(rows: Iterable["sa.Row[Any]"]) -> list[Fault]:
    found = {(row.rule, row.subject, row.began_at): row for row in rows}
    return [fault_of(row) for row in found.values()]
