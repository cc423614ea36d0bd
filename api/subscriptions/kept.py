"""Subscriptions in the catalog, and what became of everything that was to go out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from api.subscriptions.subscription import Means, Occasion, Occurrence, Subscription
from api.tables import SENDING, SUBSCRIPTION
from dashboards.report.formats import Format
from ingest.contract.period import micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How far something is that goes out; times in microseconds, UTC."""

    attempts: int = 0
    next_at: int = 0
    sent_at: int | None = None
    given_up: bool = False
    error: str | None = None

    @property
    def over(self) -> bool:
        """Tell whether nothing more is tried."""
        return self.sent_at is not None or self.given_up


def enter(connection: sa.Connection, new: Subscription) -> Subscription:
    """Enter a subscription, whatever number it has, and return it with its own."""
    values = {
        "account": new.account,
        "means": str(new.means),
        "target": new.target,
        "scope": new.scope,
        "occasions": json.dumps(sorted(new.occasions)),
        "language": new.language,
        "formats": json.dumps(new.formats),
        "made_at": new.made_at,
    }
    key = connection.execute(sa.insert(SUBSCRIPTION).values(values)).inserted_primary_key
    if key is None:
        raise LookupError("the catalog gave a subscription no number")
    return _subscription(connection, key[0])


def end(connection: sa.Connection, number: int, *, at: datetime) -> Subscription:
    """Let nothing more go out, and return the subscription; ended twice, the first time holds."""
    connection.execute(
        sa.update(SUBSCRIPTION)
        .where(SUBSCRIPTION.c.id == number, SUBSCRIPTION.c.ended_at.is_(None))
        .values(ended_at=micros(at))
    )
    return _subscription(connection, number)


def every(connection: sa.Connection) -> Sequence[Subscription]:
    """Return all subscriptions in the order they were made, ended ones too."""
    found = connection.execute(sa.select(SUBSCRIPTION).order_by(SUBSCRIPTION.c.id))
    return [_read(row) for row in found]


def sending(connection: sa.Connection, subscription: int, occurrence: Occurrence) -> Sending:
    """Return how far something is."""
    row = connection.execute(sa.select(SENDING).where(_of(subscription, occurrence))).first()
    if row is None:
        return Sending()
    return Sending(
        attempts=row.attempts,
        next_at=row.next_at,
        sent_at=row.sent_at,
        given_up=bool(row.given_up),
        error=row.error,
    )


def note(
    connection: sa.Connection, subscription: int, occurrence: Occurrence, now: Sending
) -> None:
    """Write down how far something is."""
    values = {
        "attempts": now.attempts,
        "next_at": now.next_at,
        "sent_at": now.sent_at,
        "given_up": now.given_up,
        "error": now.error,
    }
    place = _of(subscription, occurrence)
    if connection.execute(sa.update(SENDING).where(place).values(values)).rowcount == 0:
        key = {"subscription": subscription, "occurrence": occurrence.key}
        connection.execute(sa.insert(SENDING).values(key | values))


def _of(subscription: int, occurrence: Occurrence) -> sa.ColumnElement[bool]:
    return sa.and_(SENDING.c.subscription == subscription, SENDING.c.occurrence == occurrence.key)


def _subscription(connection: sa.Connection, number: int) -> Subscription:
    query = sa.select(SUBSCRIPTION).where(SUBSCRIPTION.c.id == number)
    return _read(connection.execute(query).one())


def _read(row: "sa.Row[tuple[object, ...]]") -> Subscription:
    return Subscription(
        id=row.id,
        account=row.account,
        means=Means(row.means),
        target=row.target,
        scope=row.scope,
        occasions=frozenset(map(Occasion, json.loads(row.occasions))),
        language=row.language,
        formats=tuple(map(Format, json.loads(row.formats))),
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
