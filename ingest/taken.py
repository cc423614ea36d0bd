"""The index of the archive: where each message lies, what it speaks of, how it was judged.

A row is written in the transaction that settles its message, and never altered. Messages that no
gateway numbers speak of nothing that is looked for here: those of one instant share a row.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import sqlalchemy as sa

from ingest.archive import Frame, Position
from ingest.contract.chunk import Chunk
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.period import Period
from ingest.contract.ranges import Ranges
from ingest.intake import Opened
from ingest.singles import Unnumbered
from ingest.tables import TAKEN

Place = tuple[str, int, int]
"""File, offset of the frame, index in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message as the index knows it."""

    place: Position
    index: int
    registry_change: int
    gateway: GatewayId | None
    boot: BootId | None
    numbers: Ranges
    measured: tuple[int, int] | None  # first and last instant, microseconds; None without records
    received_at: int  # microseconds


def add(
    connection: sa.Connection, frame: Frame, opened: Sequence[Opened], *, registry_change: int
) -> None:
    """Note where a frame's messages lie, in the transaction that settles them."""
    rows = [
        _row(frame, first, registry_change) | {"messages": count}
        for first, count in _runs(frame, opened)
    ]
    if rows:
        connection.execute(sa.insert(TAKEN), rows)


def changes(connection: sa.Connection) -> Mapping[Place, int]:
    """Return by which change of the registry each frame's messages were judged."""
    columns = (TAKEN.c.archive_file, TAKEN.c.archive_offset, TAKEN.c.archive_index)
    query = sa.select(*columns, TAKEN.c.messages, TAKEN.c.registry_change)
    return {
        (file, offset, index): change
        for file, offset, first, messages, change in connection.execute(query)
        for index in range(first, first + messages)
    }


def speaking_of(
    connection: sa.Connection, gateways: Collection[GatewayId], span: Period
) -> list[Taken]:
    """Return the messages of some gateways with records measured in a half-open span."""
    query = sa.select(TAKEN).where(
        TAKEN.c.gateway.in_(gateways),
        TAKEN.c.measured_from < span.end,
        TAKEN.c.measured_to >= span.start,
    )
    return _in_order(connection.execute(query))


def at(connection: sa.Connection, place: Position, index: int) -> Taken | None:
    """Return the message at a place, or None where the index knows of none there."""
    query = sa.select(TAKEN).where(
        TAKEN.c.archive_file == place.file,
        TAKEN.c.archive_offset == place.offset,
        TAKEN.c.archive_index <= index,
        TAKEN.c.archive_index + TAKEN.c.messages > index,
    )
    row = connection.execute(query).first()
    return None if row is None else replace(_taken(row), index=index)


def _in_order(rows: "Iterable[sa.Row[tuple[object, ...]]]") -> list[Taken]:
    return sorted((_taken(row) for row in rows), key=lambda one: (one.place, one.index))


def _runs(frame: Frame, opened: Sequence[Opened]) -> Iterator[tuple[Opened, int]]:
    """Yield the first of each run of messages that share a row, and how many they are."""

    def run(one: Opened) -> tuple[int, int | None]:
        alone = None if isinstance(one.body, Unnumbered) else one.index
        return frame.messages[one.index].received_at, alone

    for _, some in groupby(opened, run):
        first, *others = some
        yield first, 1 + len(others)


def _row(frame: Frame, one: Opened, registry_change: int) -> dict[str, object]:
    chunk = one.body if isinstance(one.body, Chunk) else None
    instants = [at * 1_000 for part in chunk.parts for at in part.measured_at] if chunk else ()
    return {
        "archive_file": frame.start.file,
        "archive_offset": frame.start.offset,
        "archive_index": one.index,
        "registry_change": registry_change,
        "gateway": None if isinstance(one.body, Unnumbered) else one.gateway,
        "boot": chunk.account.boot if chunk else None,
        "numbers": json.dumps(chunk.numbers.to_lists() if chunk else []),
        "measured_from": min(instants, default=None),
        "measured_to": max(instants, default=None),
        "received_at": frame.messages[one.index].received_at,
    }


def _taken(row: "sa.Row[tuple[object, ...]]") -> Taken:
    told = row.measured_from is not None
    return Taken(
        place=Position(row.archive_file, row.archive_offset),
        index=row.archive_index,
        registry_change=row.registry_change,
        gateway=row.gateway,
        boot=row.boot,
        numbers=Ranges(tuple((first, last) for first, last in json.loads(row.numbers))),
        measured=(row.measured_from, row.measured_to) if told else None,
        received_at=row.received_at,
    )
