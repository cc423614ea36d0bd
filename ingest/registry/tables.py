"""The registry's tables in the catalog: changes and what each said, only ever added to."""

import json
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ingest.contract.period import micros
from ingest.registry.kinds import BY_ITEM, BY_NAME
from ingest.registry.model import Entry
from ingest.registry.registry import Entered, Registry, id_of

METADATA: Final = sa.MetaData()

CHANGE: Final = sa.Table(
    "registry_change",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
)

ENTRY: Final = sa.Table(
    "registry_entry",
    METADATA,
    sa.Column("change", sa.Integer, sa.ForeignKey("registry_change.number"), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("id", sa.String(63), primary_key=True),
    sa.Column("valid_from", sa.BigInteger, primary_key=True),  # microseconds
    sa.Column("body", sa.Text, nullable=False),  # texts by column, as JSON
)


class ConcurrentChangeError(Exception):
    """Another change took the number first. Trying again will work."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"change {number} was entered by somebody else at the same time: try again"
        )
        self.number = number


def append(
    connection: sa.Connection,
    entries: Sequence[tuple[int, Entry]],
    *,
    actor: str,
    source: str,
    known_at: datetime,
) -> int:
    """Enter things, each valid from its microseconds on, as one change; return its number."""
    latest = connection.scalar(sa.select(sa.func.max(CHANGE.c.number)))
    number = int(latest or 0) + 1
    change = {
        "number": number,
        "known_at": micros(known_at),
        "actor": actor,
        "source": source,
    }
    try:
        connection.execute(sa.insert(CHANGE), change)
    except IntegrityError as error:
        raise ConcurrentChangeError(number) from error
    if rows := [_row(number, valid_from, item) for valid_from, item in entries]:
        connection.execute(sa.insert(ENTRY), rows)
    return number


def load(connection: sa.Connection) -> Registry:
    """Return everything that was ever entered."""
    rows = connection.execute(
        sa.select(ENTRY.c.change, ENTRY.c.kind, ENTRY.c.id, ENTRY.c.valid_from, ENTRY.c.body)
    ).all()
    return Registry(
        Entered(
            change=row.change,
            valid_from=row.valid_from,
            item=BY_NAME[row.kind].read(json.loads(row.body)),
        )
        for row in sorted(rows, key=attrgetter("change", "kind", "id", "valid_from"))
    )


def _row(number: int, valid_from: int, item: Entry) -> dict[str, object]:
    kind = BY_ITEM[type(item)]
    return {
        "change": number,
        "kind": kind.name,
        "id": id_of(item),
        "valid_from": valid_from,
        "body": json.dumps(kind.write(item), ensure_ascii=False, separators=(",", ":")),
    }
