"""Deliveries in the catalog: one for each notice and person, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import sqlalchemy as sa

from analytics.alarms.alarm import AlarmId
from analytics.alarms.notice import NoticeId, NoticeKind
from api.notices.addressing import Held
from api.tables import DELIVERY

NOBODY: Final = ""  # the person of a notice that concerns nobody


class State(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    SENDING = "sending"  # a channel was asked, and its answer is not known yet
    SENT = "sent"
    RECORDED = "recorded"  # there is no channel at all
    DROPPED = "dropped"  # it was over, or taken, before it was sent
    FAILED = "failed"  # on every channel
    NOBODY = "nobody"  # it concerns nobody in the registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One notice on its way to one person; instants in microseconds, UTC."""

    id: int = 0  # 0: not in the catalog yet
    notice: NoticeId
    alarm: AlarmId
    kind: NoticeKind
    zone: str
    person: str
    urgent: bool
    digit: int | None
    title: str
    short: str
    long: str
    made_at: int
    due_at: int
    held: Held | None = None
    state: State = State.PENDING
    channel: str | None = None
    place: int = 0
    attempts: int = 0
    message: int | None = None
    sent_at: int | None = None
    trouble: str | None = None


_COLUMNS: Final = tuple(column.name for column in DELIVERY.columns if column.name != "id")


def put(connection: sa.Connection, deliveries: Sequence[Delivery]) -> None:
    """Enter deliveries; a second of the same notice and person is an error."""
    rows = [{name: getattr(each, name) for name in _COLUMNS} for each in deliveries]
    if rows:
        connection.execute(sa.insert(DELIVERY), rows)


def last_notice(connection: sa.Connection) -> NoticeId:
    """Return the last notice that was addressed; 0 where none was."""
    return NoticeId(connection.scalar(sa.select(sa.func.max(DELIVERY.c.notice))) or 0)


def due(connection: sa.Connection, now: int) -> list[Delivery]:
    """Return what is to be sent, in the order it was made."""
    ready = sa.and_(DELIVERY.c.state == State.PENDING, DELIVERY.c.due_at <= now)
    return _read(connection, sa.select(DELIVERY).where(ready).order_by(DELIVERY.c.id))


def of_alarm(connection: sa.Connection, alarm: AlarmId) -> list[Delivery]:
    """Return everything that was told of an alarm, in the order it was made."""
    query = sa.select(DELIVERY).where(DELIVERY.c.alarm == alarm).order_by(DELIVERY.c.id)
    return _read(connection, query)


def page(
    connection: sa.Connection,
    *,
    after: int,
    limit: int,
    alarm: int | None = None,
    zones: Collection[str] | None = None,
) -> list[Delivery]:
    """Return deliveries behind a number, of an alarm and in zones, or of all."""
    query = sa.select(DELIVERY).where(DELIVERY.c.id > after).order_by(DELIVERY.c.id).limit(limit)
    if alarm is not None:
        query = query.where(DELIVERY.c.alarm == alarm)
    if zones is not None:
        query = query.where(DELIVERY.c.zone.in_(zones))
    return _read(connection, query)


def told(connection: sa.Connection, alarm: AlarmId) -> frozenset[str]:
    """Return who was told of an alarm, or is being told."""
    heard = (State.SENT, State.RECORDED, State.SENDING)
    return frozenset(each.person for each in of_alarm(connection, alarm) if each.state in heard)


def digits(connection: sa.Connection, person: str) -> Mapping[int, AlarmId]:
    """Return which alarm each reply digit means to somebody: the one it was last given to."""
    query = sa.select(DELIVERY.c.digit, DELIVERY.c.alarm).where(
        DELIVERY.c.person == person, DELIVERY.c.digit.is_not(None)
    )
    return {
        row.digit: AlarmId(row.alarm) for row in connection.execute(query.order_by(DELIVERY.c.id))
    }


def messages_since(connection: sa.Connection, person: str, since: int) -> list[int]:
    """Return when messages went to somebody, several deliveries in one counted once."""
    query = (
        sa.select(sa.func.max(DELIVERY.c.sent_at))
        .where(DELIVERY.c.person == person, DELIVERY.c.sent_at > since)
        .group_by(DELIVERY.c.message)
    )
    return sorted(connection.scalars(query))


def change(connection: sa.Connection, ids: Collection[int], **values: object) -> None:
    """Write down what became of some deliveries."""
    connection.execute(sa.update(DELIVERY).where(DELIVERY.c.id.in_(ids)).values(**values))


def resume(connection: sa.Connection) -> int:
    """Take up what a process was sending when it ended; return how many there were.

    Whether they arrived is not known, so they are sent again: twice rather than never.
    """
    stuck = sa.update(DELIVERY).where(DELIVERY.c.state == State.SENDING)
    return connection.execute(stuck.values(state=State.PENDING)).rowcount


def counts(connection: sa.Connection) -> Mapping[State, int]:
    """Return how many deliveries there are in every state."""
    query = sa.select(DELIVERY.c.state, sa.func.count()).group_by(DELIVERY.c.state)
    found = {State(row[0]): int(row[1]) for row in connection.execute(query)}
    return {state: found.get(state, 0) for state in State}


def _read(connection: sa.Connection, query: "sa.Select[tuple[object, ...]]") -> list[Delivery]:
    return [_delivery(row) for row in connection.execute(query)]


def _delivery(row: "sa.Row[tuple[object, ...]]") -> Delivery:
    return Delivery(
        id=row.id,
        notice=NoticeId(row.notice),
        alarm=AlarmId(row.alarm),
        kind=NoticeKind(row.kind),
        zone=row.zone,
        person=row.person,
        urgent=row.urgent,
        digit=row.digit,
        title=row.title,
        short=row.short,
        long=row.long,
        made_at=row.made_at,
        due_at=row.due_at,
        held=None if row.held is None else Held(row.held),
        state=State(row.state),
        channel=row.channel,
        place=row.place,
        attempts=row.attempts,
        message=row.message,
        sent_at=row.sent_at,
        trouble=row.trouble,
    )
