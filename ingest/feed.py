"""The change feed: which hours of which devices got something new, until analytics has taken it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Final

import sqlalchemy as sa

from ingest.columns import Touched
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.tables import FEED

_ROW: Final = attrgetter(*Touched.__slots__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the feed."""

    id: int
    device_class: DeviceClass
    device: DeviceId
    hour: int  # start, microseconds
    gateway: GatewayId
    day: date  # of entry into the outbox, of receipt where not numbered
    numbered: bool
    records: int
    readings: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a row of the feed is about."""

    id: int
    device: DeviceId
    hour: int  # start, microseconds


def add(connection: sa.Connection, touched: Iterable[Touched]) -> None:
    """Write down what arrived, in the transaction that settles it."""
    rows = [dict(zip(Touched.__slots__, _ROW(hour), strict=True)) for hour in touched]
    if rows:
        connection.execute(sa.insert(FEED), rows)


def changes(connection: sa.Connection, *, limit: int = 100_000) -> Sequence[Change]:
    """Return the oldest rows."""
    query = sa.select(FEED).order_by(FEED.c.id).limit(limit)
    return [
        Change(
            id=row.id,
            device_class=DeviceClass(row.device_class),
            device=DeviceId(row.device),
            hour=row.hour,
            gateway=GatewayId(row.gateway),
            day=row.day,
            numbered=row.numbered,
            records=row.records,
            readings=row.readings,
        )
        for row in connection.execute(query)
    ]


def waiting_from(connection: sa.Connection, start: int) -> Sequence[Waiting]:
    """Return the rows of hours that start at an instant or later, in no order."""
    query = sa.select(FEED.c.id, FEED.c.device, FEED.c.hour).where(FEED.c.hour >= start)
    return [Waiting(row.id, DeviceId(row.device), row.hour) for row in connection.execute(query)]


def waiting(connection: sa.Connection, devices: Collection[DeviceId], span: Period) -> int:
    """Count the hours of some devices in a span that analytics has not taken yet."""
    query = (
        sa.select(FEED.c.device, FEED.c.hour)
        .where(FEED.c.hour >= span.start, FEED.c.hour < span.end)
        .distinct()
    )
    return sum(row.device in devices for row in connection.execute(query))


def delete(connection: sa.Connection, taken: Collection[Change]) -> None:
    """Take rows off the feed, in the transaction that writes what became of them."""
    if taken:
        ids = [{"taken": change.id} for change in taken]
        connection.execute(sa.delete(FEED).where(FEED.c.id == sa.bindparam("taken")), ids)
