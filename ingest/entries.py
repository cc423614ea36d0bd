"""Who brought in what, and when: written down with the rows themselves, so it can be rebuilt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.contract.identity import DeviceId
from ingest.entered import Entered, Origin
from ingest.tables import ENTERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Rows of one device that were brought in at once."""

    id: int
    entered_at: int  # microseconds
    origin: Origin
    device: DeviceId
    first_at: int  # microseconds
    last_at: int
    records: int


def add(connection: sa.Connection, entered: Iterable[tuple[Entered, int]]) -> None:
    """Write down what was taken in, each with the instant of receipt. [microseconds]"""
    if rows := [_row(one, at) for one, at in entered]:
        connection.execute(sa.insert(ENTERED), rows)


def _row(one: Entered, at: int) -> dict[str, object]:
    return {
        "entered_at": at,
        "entered_by": one.origin.entered_by,
        "file": one.origin.file,
        "sha256": one.origin.sha256,
        "mapping": one.origin.mapping,
        "device": one.device,
        "first_at": min(one.part.measured_at) * 1_000,
        "last_at": max(one.part.measured_at) * 1_000,
        "records": len(one.part.number),
    }


def entries(
    connection: sa.Connection, *, after: int = 0, limit: int = 1_000, device: str | None = None
) -> Sequence[Entry]:
    """Return entries in the order they came, behind an id; of one device, or of all."""
    query = sa.select(ENTERED).where(ENTERED.c.id > after).order_by(ENTERED.c.id).limit(limit)
    if device is not None:
        query = query.where(ENTERED.c.device == device)
    return [
        Entry(
            id=row.id,
            entered_at=row.entered_at,
            origin=Origin(
                file=row.file, sha256=row.sha256, mapping=row.mapping, entered_by=row.entered_by
            ),
            device=DeviceId(row.device),
            first_at=row.first_at,
            last_at=row.last_at,
            records=row.records,
        )
        for row in connection.execute(query)
    ]
