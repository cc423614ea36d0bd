"""What could not be stored, why, and where it lies in the archive."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from enum import StrEnum
from functools import partial
from typing import Final

import sqlalchemy as sa

from ingest.archive import Frame, Position
from ingest.contract.chunk import Defect
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.period import micros
from ingest.contract.ranges import EMPTY, Ranges
from ingest.intake import Refusal, Verdict
from ingest.markers import Decision, Marker
from ingest.quota import USUAL, Admitted, Quota, Source, admit
from ingest.tables import QUARANTINE

_REASONS_TOLD: Final = 50
_RANGES_TOLD: Final = 50
_LOOKED_AT: Final = 1_000  # entries
_DAY_US: Final = 86_400_000_000

BEYOND: Final = "beyond the day's quota: counted, and in the archive from here on"
"""Why an entry stands for refusals that have none of their own."""


class State(StrEnum):
    """What has become of an entry."""

    OPEN = "open"
    REPLAYED = "replayed"
    DROPPED = "dropped"
    COUNTED = "counted"  # stands for refusals beyond a quota; the archive has their messages


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
    state: State = State.OPEN
    replayed: Ranges = EMPTY  # of the numbers: those that are stored by now
    closed_at: int | None = None  # microseconds, UTC
    closed_by: str | None = None
    why: str | None = None
    refusals: int = 1  # it stands for

    def decided(self, decision: Decision, *, actor: str, why: str = "") -> Marker:
        """Return a decision on this entry."""
        return Marker(
            decision=decision,
            place=self.place,
            index=self.index,
            numbers=self.numbers,
            reason=self.reason,
            actor=actor,
            why=why,
        )


def add(
    connection: sa.Connection, frame: Frame, refusals: Iterable[Refusal], quota: Quota = USUAL
) -> Admitted:
    """Write refusals down with a pointer to their message, as far as there is a quota for them."""
    admitted = admit(frame, refusals, quota, partial(_entries_of, connection))
    if admitted.entries:
        rows = [_row(frame, refusal) for refusal in admitted.entries]
        connection.execute(sa.insert(QUARANTINE), rows)
    for source, beyond in admitted.beyond.items():
        _count(connection, frame, source, beyond)
    return admitted


def _row(frame: Frame, refusal: Refusal) -> dict[str, object]:
    return {
        "gateway": refusal.gateway,
        "boot": refusal.boot,
        "numbers": json.dumps(refusal.numbers.to_lists()),
        "reason": refusal.reason,
        "received_at": frame.messages[refusal.message].received_at,
        "archive_file": frame.start.file,
        "archive_offset": frame.start.offset,
        "archive_index": refusal.message,
        "refusals": refusal.refusals,
    }


def _entries_of(connection: sa.Connection, source: Source) -> int:
    query = sa.select(sa.func.count()).select_from(QUARANTINE).where(*_from_source(source))
    return connection.scalar(query.where(QUARANTINE.c.state != State.COUNTED)) or 0


def _count(
    connection: sa.Connection, frame: Frame, source: Source, beyond: Sequence[Refusal]
) -> None:
    """Count refusals in the one entry of their source that stands for all beyond its quota."""
    table = QUARANTINE.c
    number = sum(refusal.refusals for refusal in beyond)
    changed = connection.execute(
        sa.update(QUARANTINE)
        .where(*_from_source(source), table.state == State.COUNTED)
        .values(refusals=table.refusals + number)
    )
    if changed.rowcount == 0:
        told = replace(beyond[0], boot=None, numbers=EMPTY, reason=BEYOND, refusals=number)
        row = _row(frame, told) | {"state": State.COUNTED}
        connection.execute(sa.insert(QUARANTINE).values(row))


def _from_source(source: Source) -> list[sa.ColumnElement[bool]]:
    gateway, day = source
    began = micros(datetime.combine(day, time(), UTC))
    table = QUARANTINE.c
    return [
        table.gateway.is_(None) if gateway is None else table.gateway == gateway,
        table.received_at >= began,
        table.received_at < began + _DAY_US,
    ]


def close(connection: sa.Connection, verdicts: Iterable[Verdict]) -> None:
    """Write down what decisions came to; an entry that is closed stays as it is."""
    for verdict in verdicts:
        query = sa.select(QUARANTINE).where(*_named(verdict.marker))
        for row in connection.execute(query).all():
            changed = _closed(_entry(row), verdict)
            connection.execute(
                sa.update(QUARANTINE).where(QUARANTINE.c.id == row.id).values(changed)
            )


def _named(marker: Marker) -> list[sa.ColumnElement[bool]]:
    return [
        QUARANTINE.c.state == State.OPEN,
        QUARANTINE.c.archive_file == marker.place.file,
        QUARANTINE.c.archive_offset == marker.place.offset,
        QUARANTINE.c.archive_index == marker.index,
        QUARANTINE.c.numbers == json.dumps(marker.numbers.to_lists()),
        QUARANTINE.c.reason == marker.reason,
    ]


def _closed(one: Quarantined, verdict: Verdict) -> dict[str, object]:
    marker = verdict.marker
    who: dict[str, object] = {
        "closed_at": verdict.at,
        "closed_by": marker.actor,
        "why": marker.why or None,
    }
    if marker.decision is Decision.DROP:
        return who | {"state": State.DROPPED}
    replayed = one.replayed | verdict.taken
    over = not one.numbers - replayed if one.numbers else verdict.whole
    told: dict[str, object] = {"replayed": json.dumps(replayed.to_lists())}
    return told | who | {"state": State.REPLAYED} if over else told


def entries(
    connection: sa.Connection,
    *,
    after: int = 0,
    limit: int = 1_000,
    gateways: Collection[str] | None = None,
    state: State | None = None,
) -> Sequence[Quarantined]:
    """Return entries in the order they came, behind an id; of some gateways, or of a state."""
    query = sa.select(QUARANTINE).where(QUARANTINE.c.id > after)
    if gateways is not None:
        query = query.where(QUARANTINE.c.gateway.in_(gateways))
    if state is not None:
        query = query.where(QUARANTINE.c.state == state)
    query = query.order_by(QUARANTINE.c.id).limit(limit)
    return [_entry(row) for row in connection.execute(query)]


def entry(connection: sa.Connection, number: int) -> Quarantined | None:
    """Return one entry, or None where there is none of that id."""
    row = connection.execute(sa.select(QUARANTINE).where(QUARANTINE.c.id == number)).first()
    return None if row is None else _entry(row)


def whole_messages(connection: sa.Connection) -> dict[tuple[Position, int], State]:
    """Return what has become of messages that were set aside whole, by frame and index."""
    query = sa.select(QUARANTINE).where(QUARANTINE.c.numbers == "[]")
    return {(one.place, one.index): one.state for one in map(_entry, connection.execute(query))}


def defects_of(
    connection: sa.Connection, gateway: GatewayId, boots: Collection[BootId]
) -> dict[BootId, tuple[Defect, ...]]:
    """Return the quarantined rows of a gateway's boots, as far as an acknowledgement tells them.

    One defect a boot and reason: the newest 50 over all boots, each with its newest 50 ranges.
    """
    table = QUARANTINE.c
    query = (
        sa.select(QUARANTINE)
        .where(
            table.gateway == gateway,
            table.boot.in_(boots),
            table.numbers != "[]",
            table.state != State.REPLAYED,
        )
        .order_by(table.id.desc())
        .limit(_LOOKED_AT)
    )
    told: dict[tuple[BootId, str], Ranges] = {}
    for row in connection.execute(query):
        one, key = _entry(row), (row.boot, row.reason)
        if key in told or len(told) < _REASONS_TOLD:
            told[key] = told.get(key, EMPTY) | (one.numbers - one.replayed)
    found: dict[BootId, tuple[Defect, ...]] = {}
    for (boot, reason), numbers in told.items():
        newest = Ranges(numbers.pairs[-_RANGES_TOLD:])
        found[boot] = (*found.get(boot, ()), Defect(numbers=newest, reason=reason))
    return found


def _entry(row: "sa.Row[tuple[object, ...]]") -> Quarantined:
    return Quarantined(
        id=row.id,
        gateway=row.gateway,
        boot=row.boot,
        numbers=_ranges(row.numbers),
        reason=row.reason,
        received_at=row.received_at,
        place=Position(row.archive_file, row.archive_offset),
        index=row.archive_index,
        state=State(row.state),
        replayed=_ranges(row.replayed),
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        why=row.why,
        refusals=row.refusals,
    )


def _ranges(text: str) -> Ranges:
    return Ranges.of(*((first, last) for first, last in json.loads(text)))
