"""Repair tickets in the catalog: opened with the first notice, closed by people or by nobody."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from analytics.alarms.alarm import Alarm, AlarmId, Condition
from analytics.alarms.mending import Repair, helped
from analytics.alarms.notice import NoticeKind
from analytics.alarms.policy import Policy
from analytics.service.alarmfaults import faults_like_alarms
from analytics.service.alarmtables import ALARM, NOTICE, REPAIR
from analytics.service.notices import alarm_told


class RepairClosedError(Exception):
    """A ticket that somebody closed already."""

    def __init__(self, number: int) -> None:
        super().__init__(f"repair {number} is closed already")
        self.number = number


def repairs(
    connection: sa.Connection, *which: sa.ColumnElement[bool], limit: int | None = None
) -> list[Repair]:
    """Return tickets by number, the newest first where there is a limit."""
    order = REPAIR.c.id if limit is None else REPAIR.c.id.desc()
    query = sa.select(REPAIR).where(*which).order_by(order).limit(limit)
    return [_repair(row) for row in connection.execute(query)]


def repair(connection: sa.Connection, number: int) -> Repair | None:
    """Return a ticket, or None where there is none of that number."""
    return next(iter(repairs(connection, REPAIR.c.id == number)), None)


def open_for(connection: sa.Connection, alarm: Alarm, at: int) -> None:
    """Open a ticket for an alarm that has none open."""
    there = repairs(connection, REPAIR.c.alarm == alarm.id, REPAIR.c.closed_at.is_(None))
    if not there:
        connection.execute(sa.insert(REPAIR).values(alarm=alarm.id, opened_at=at))


def assign(connection: sa.Connection, known: Repair, assignee: str, at: int) -> None:
    """Write down who goes."""
    _open_or_error(known)
    _update(connection, known, {"assignee": assignee, "assigned_at": at})


def close(
    connection: sa.Connection, known: Repair, *, by: str, at: int, cause: str, parts: str
) -> None:
    """Write down what somebody found and used."""
    _open_or_error(known)
    _update(connection, known, {"cause": cause, "parts": parts, "closed_at": at, "closed_by": by})


def close_by_themselves(connection: sa.Connection, policy: Policy, now: int) -> None:
    """Close the tickets that nobody took and whose alarm has been cleared for a while."""
    over = sa.select(ALARM.c.id).where(
        ALARM.c.condition == str(Condition.CLEARED),
        ALARM.c.cleared_at < now - policy.again_within_us,
    )
    connection.execute(
        sa.update(REPAIR)
        .where(REPAIR.c.closed_at.is_(None), REPAIR.c.assignee.is_(None), REPAIR.c.alarm.in_(over))
        .values(closed_at=now)
    )


def judge(connection: sa.Connection, policy: Policy, now: int) -> None:
    """Write down of what people repaired whether it helped, as soon as readings say so."""
    waiting = repairs(connection, REPAIR.c.closed_by.is_not(None), REPAIR.c.helped.is_(None))
    if not waiting:
        return
    faults = faults_like_alarms(connection, {each.alarm for each in waiting})
    for each in waiting:
        if each.closed_at is not None:
            verdict = helped(each.closed_at, faults.get(each.alarm, ()), policy, now)
            if verdict is not None:
                _update(connection, each, {"helped": verdict, "judged_at": now})


def of_alarms(connection: sa.Connection, alarms: Sequence[AlarmId]) -> list[Repair]:
    """Return the tickets of some alarms, by number."""
    return repairs(connection, REPAIR.c.alarm.in_(list(alarms))) if alarms else []


def tickets_told(connection: sa.Connection, start: int, end: int) -> list[tuple[Repair, Alarm]]:
    """Return the tickets open in a span, by number, each with its alarm as it was first told."""
    query = (
        sa.select(REPAIR, NOTICE.c.told)
        .join(NOTICE, opening_notice())
        .where(
            REPAIR.c.opened_at < end, REPAIR.c.closed_at.is_(None) | (REPAIR.c.closed_at >= start)
        )
        .order_by(REPAIR.c.id)
    )
    return [(_repair(row), alarm_told(row.told)) for row in connection.execute(query)]


def opening_notice() -> sa.ColumnElement[bool]:
    """Return what joins a ticket with the notice that it was opened with."""
    return (
        (NOTICE.c.alarm == REPAIR.c.alarm)
        & (NOTICE.c.due_at == REPAIR.c.opened_at)
        & (NOTICE.c.kind == str(NoticeKind.RAISED))
    )


def _open_or_error(known: Repair) -> None:
    if known.closed_at is not None:
        raise RepairClosedError(known.id)


def _update(connection: sa.Connection, known: Repair, values: dict[str, object]) -> None:
    connection.execute(sa.update(REPAIR).where(REPAIR.c.id == known.id).values(values))


def _repair(row: "sa.Row[Any]") -> Repair:
    return Repair(
        id=row.id,
        alarm=AlarmId(row.alarm),
        opened_at=row.opened_at,
        assignee=row.assignee,
        assigned_at=row.assigned_at,
        cause=row.cause,
        parts=row.parts,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        helped=row.helped,
        judged_at=row.judged_at,
    )
