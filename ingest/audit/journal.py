"""The journal: each row carries a hash over itself and the row before it.

A row is written in the transaction of what it tells of, so neither is there without the other. A
changed, missing or inserted row breaks the chain; so does one that was cut off at its end.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import orjson
import sqlalchemy as sa

from ingest.audit.tables import AUDIT, AUDIT_HEAD
from ingest.contract.period import micros

LOCAL: Final = "local"  # the address of who sits at the machine itself
_LONGEST_TEXT: Final = 200
_BATCH: Final = 1_000


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did or tried to do."""

    actor: str
    action: str
    object: str
    address: str
    outcome: Outcome = Outcome.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A deed as it stands in the journal."""

    number: int
    at: int  # microseconds, UTC
    deed: Deed
    hash: str


class BrokenChainError(Exception):
    """A row of the journal is not what was written."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the journal was changed at row {number}")
        self.number = number


def append(connection: sa.Connection, deed: Deed, *, at: datetime) -> None:
    """Write a deed down, in the transaction that is open."""
    # Writing first takes the lock, so that two writers cannot read the same end of the chain.
    connection.execute(sa.update(AUDIT_HEAD).values(number=AUDIT_HEAD.c.number + 1))
    number, previous = connection.execute(sa.select(AUDIT_HEAD.c.number, AUDIT_HEAD.c.hash)).one()
    written = _short(deed)
    hashed = _hash(previous, number=number, at=micros(at), deed=written)
    connection.execute(
        sa.insert(AUDIT).values(
            number=number,
            at=micros(at),
            actor=written.actor,
            action=written.action,
            object=written.object,
            address=written.address,
            outcome=str(written.outcome),
            hash=hashed,
        )
    )
    connection.execute(sa.update(AUDIT_HEAD).values(hash=hashed))


def entries(
    connection: sa.Connection, *, after: int = 0, limit: int = _BATCH, actor: str | None = None
) -> list[Entry]:
    """Return entries in the order they were written, behind a number; of one actor, or all."""
    query = sa.select(AUDIT).where(AUDIT.c.number > after)
    if actor is not None:
        query = query.where(AUDIT.c.actor == actor)
    return [_entry(row) for row in connection.execute(query.order_by(AUDIT.c.number).limit(limit))]


def verify(connection: sa.Connection) -> int:
    """Follow the chain to its end and return how many rows it has, or raise BrokenChainError."""
    number, previous = 0, ""
    for entry in _all(connection):
        expected = _hash(previous, number=number + 1, at=entry.at, deed=entry.deed)
        if entry.number != number + 1 or entry.hash != expected:
            raise BrokenChainError(number + 1)
        number, previous = entry.number, entry.hash
    head = connection.execute(sa.select(AUDIT_HEAD.c.number, AUDIT_HEAD.c.hash)).one_or_none()
    if head is None or tuple(head) != (number, previous):
        raise BrokenChainError(number + 1)
    return number


def _all(connection: sa.Connection) -> Iterator[Entry]:
    after = 0
    while page := entries(connection, after=after):
        yield from page
        after = page[-1].number


def _short(deed: Deed) -> Deed:
    return Deed(
        actor=deed.actor[:_LONGEST_TEXT],
        action=deed.action,
        object=deed.object[:_LONGEST_TEXT],
        address=deed.address[:100],
        outcome=deed.outcome,
    )


def _hash(previous: str, *, number: int, at: int, deed: Deed) -> str:
    parts = [previous, number, at, deed.actor, deed.action, deed.object, deed.address, deed.outcome]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def _entry(row: "sa.Row[tuple[object, ...]]") -> Entry:
    deed = Deed(
        actor=row.actor,
        action=row.action,
        object=row.object,
        address=row.address,
        outcome=Outcome(row.outcome),
    )
    return Entry(number=row.number, at=row.at, deed=deed, hash=row.hash)
