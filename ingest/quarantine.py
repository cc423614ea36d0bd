"""What could not be stored, why, and where it lies in the archive."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.archive import Frame, Position
from ingest.contract.chunk import Defect
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import Ranges
from ingest.intake import Refusal
from ingest.ledger import BootKey
from ingest.tables import QUARANTINE


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One entry: a whole message where no numbers could be read."""

    id: int
    gateway: GatewayId | None
    boot: BootId | None
    numbers: Ranges
    reason: str
    received_at: int  # microseconds, UTC
    place: Position
    index: int


def add(connection: sa.Connection, frame: Frame, refusals: Iterable[Refusal]) -> None:
    """Write refusals down with a pointer to their message."""
    rows = [
        {
            "gateway": refusal.gateway,
            "boot": refusal.boot,
            "numbers": json.dumps(refusal.numbers.to_lists()),
            "reason": refusal.reason,
            "received_at": frame.messages[refusal.message].received_at,
            "archive_file": frame.start.file,
            "archive_offset": frame.start.offset,
            "archive_index": refusal.message,
        }
        for refusal in refusals
    ]
    if rows:
        connection.execute(sa.insert(QUARANTINE), rows)


def entries(
    connection: sa.Connection, *, after: int = 0, limit: int = 1_000
) -> Sequence[Quarantined]:
    """Return entries in the order they came, behind an id."""
    query = (
        sa.select(QUARANTINE).where(QUARANTINE.c.id > after).order_by(QUARANTINE.c.id).limit(limit)
    )
    return [_entry(row) for row in connection.execute(query)]


def entry(connection: sa.Connection, number: int) -> Quarantined | None:
    """Return one entry, or None where there is none of that id."""
    row = connection.execute(sa.select(QUARANTINE).where(QUARANTINE.c.id == number)).first()
    return None if row is None else _entry(row)


def defects_of(connection: sa.Connection, boots: Iterable[BootKey]) -> dict[BootKey, list[Defect]]:
    """Return the quarantined rows of some boots, as their acknowledgement names them."""
    query = sa.select(QUARANTINE).where(
        sa.tuple_(QUARANTINE.c.gateway, QUARANTINE.c.boot).in_(list(boots))
    )
    found: dict[BootKey, list[Defect]] = {}
    for row in connection.execute(query):
        one = _entry(row)
        if one.gateway and one.boot and one.numbers:
            defect = Defect(numbers=one.numbers, reason=one.reason[:200])
            found.setdefault((one.gateway, one.boot), []).append(defect)
    return found


def _entry(row: "sa.Row[tuple[object, ...]]") -> Quarantined:
    return Quarantined(
        id=row.id,
        gateway=row.gateway,
        boot=row.boot,
        numbers=Ranges.of(*((first, last) for first, last in json.loads(row.numbers))),
        reason=row.reason,
        received_at=row.received_at,
        place=Position(row.archive_file, row.archive_offset),
        index=row.archive_index,
    )
