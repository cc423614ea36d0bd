"""Notices in the catalog: what is to be told, with the alarm as it was, each written once."""

from collections.abc import Sequence

import sqlalchemy as sa
from pydantic import TypeAdapter

from analytics.alarms.alarm import Alarm
from analytics.alarms.notice import Notice, NoticeId, NoticeKind
from analytics.alarms.notices import Told
from analytics.service.alarmtables import NOTICE

_ALARM: TypeAdapter[Alarm] = TypeAdapter(Alarm)
_MANY = 500  # names in one question to a database


def write(connection: sa.Connection, alarm: Alarm, telling: Told) -> None:
    """Write down that something is to be told of an alarm."""
    connection.execute(
        sa.insert(NOTICE).values(
            alarm=alarm.id,
            kind=str(telling.kind),
            step=telling.step,
            due_at=telling.at,
            devices=telling.devices,
            told=_ALARM.dump_json(alarm).decode(),
        )
    )


def told(connection: sa.Connection, alarms: Sequence[int]) -> dict[int, list[Told]]:
    """Return what was told of some alarms, in order."""
    found: dict[int, list[Told]] = {}
    names = (NOTICE.c.alarm, NOTICE.c.kind, NOTICE.c.step, NOTICE.c.due_at, NOTICE.c.devices)
    for start in range(0, len(alarms), _MANY):
        part = alarms[start : start + _MANY]
        query = sa.select(*names).where(NOTICE.c.alarm.in_(part)).order_by(NOTICE.c.id)
        for row in connection.execute(query):
            one = Told(kind=NoticeKind(row.kind), step=row.step, at=row.due_at, devices=row.devices)
            found.setdefault(row.alarm, []).append(one)
    return found


def notices_after(connection: sa.Connection, number: int, *, limit: int = 100) -> list[Notice]:
    """Return the notices behind a number, in the order they were written."""
    query = sa.select(NOTICE).where(NOTICE.c.id > number).order_by(NOTICE.c.id).limit(limit)
    return [_notice(row) for row in connection.execute(query)]


def notices_of(connection: sa.Connection, alarm: int) -> list[Notice]:
    """Return the notices of an alarm, in the order they were written."""
    query = sa.select(NOTICE).where(NOTICE.c.alarm == alarm).order_by(NOTICE.c.id)
    return [_notice(row) for row in connection.execute(query)]


def alarm_told(text: str) -> Alarm:
    """Return an alarm as a notice keeps it."""
    return _ALARM.validate_json(text)


def _notice(row: "sa.Row[tuple[object, ...]]") -> Notice:
    return Notice(
        id=NoticeId(row.id),
        kind=NoticeKind(row.kind),
        step=row.step,
        due_at=row.due_at,
        alarm=alarm_told(row.told),
    )
