"""Notes on quarantined records: appended, never altered."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from api.accounts.actor import Actor
from api.tables import QUARANTINE_NOTE
from ingest.contract.period import micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote about an entry."""

    id: int
    entry: int
    actor: str
    noted_at: int  # microseconds, UTC
    text: str


def append(connection: sa.Connection, *, entry: int, actor: Actor, text: str, at: datetime) -> Note:
    """Write a note down."""
    values = {"entry": entry, "actor": actor.name, "noted_at": micros(at), "text": text}
    result = connection.execute(sa.insert(QUARANTINE_NOTE).values(values))
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - of one inserted row there always is one
    return Note(
        id=key[0],
        entry=entry,
        actor=actor.name,
        noted_at=micros(at),
        text=text,
    )


def of(connection: sa.Connection, entry: int) -> list[Note]:
    """Return the notes on an entry, in the order they were written."""
    query = (
        sa.select(QUARANTINE_NOTE)
        .where(QUARANTINE_NOTE.c.entry == entry)
        .order_by(QUARANTINE_NOTE.c.id)
    )
    return [
        Note(id=row.id, entry=row.entry, actor=row.actor, noted_at=row.noted_at, text=row.text)
        for row in connection.execute(query)
    ]
