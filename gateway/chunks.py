"""Forming a chunk: records of one boot in columns per device, small enough to be carried."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson

from gateway.outbox import Held
from ingest.contract.chunk import Account, Chunk, Part, form_chunk
from ingest.contract.envelope import seal
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.limits import LIMITS
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges

TARGET_BYTES: Final = 49_152  # on the wire, a quarter below what the contract allows


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedChunk:
    """A chunk ready to be published, and what its acknowledgement must cover."""

    boot: BootId
    numbers: Ranges  # of its rows; where it has none, the thinned numbers it tells
    rows: int
    payload: bytes


def seal_chunk(
    rows: Sequence[Held],
    *,
    account: Account,
    held: tuple[BootId, ...],
    sent_at: datetime,
    newest: bool = False,
) -> SealedChunk:
    """Form a chunk of the first rows, of the last where newest, as many as fit."""
    chunk, payload = _seal(rows, account=account, held=held, sent_at=sent_at)
    while payload is None:
        half = (len(rows) + 1) // 2
        rows = rows[-half:] if newest else rows[:half]
        chunk, payload = _seal(rows, account=account, held=held, sent_at=sent_at)
    return SealedChunk(
        boot=account.boot,
        numbers=chunk.numbers if rows else account.thinned,
        rows=len(rows),
        payload=payload,
    )


def parts_of(rows: Sequence[Held]) -> tuple[Part, ...]:
    """Lay records out in columns, one part a device."""
    by_device: dict[DeviceId, list[Held]] = {}
    for row in rows:
        by_device.setdefault(row.record.device, []).append(row)
    return tuple(_part(device, held) for device, held in by_device.items())


def _part(device: DeviceId, rows: Sequence[Held]) -> Part:
    names = dict.fromkeys(name for row in rows for name in row.record.values)
    flagged = dict.fromkeys(name for row in rows for name in row.record.quality)
    return Part(
        device=device,
        number=[row.number for row in rows],
        measured_at=[row.record.measured_at // 1_000 for row in rows],
        values={name: [row.record.values.get(name) for row in rows] for name in names},
        quality={name: _flags(rows, name) for name in flagged},
    )


def _flags(rows: Sequence[Held], name: str) -> list[tuple[int, int]]:
    flags = (row.record.quality.get(name, Quality.GOOD) for row in rows)
    return [(place, int(flag)) for place, flag in enumerate(flags) if flag != Quality.GOOD]


def _seal(
    rows: Sequence[Held], *, account: Account, held: tuple[BootId, ...], sent_at: datetime
) -> tuple[Chunk, bytes | None]:
    """Form a chunk and its payload, None where that is too large and can be halved."""
    chunk = Chunk(account=account, sent_at=sent_at, held=held, parts=parts_of(rows))
    text = orjson.dumps(form_chunk(chunk))
    if len(rows) > 1 and (_too_many(chunk) or len(text) > LIMITS.inflated_bytes):
        return chunk, None
    payload = seal(text)
    return chunk, None if len(rows) > 1 and len(payload) > TARGET_BYTES else payload


def _too_many(chunk: Chunk) -> bool:
    rows = sum(len(part.number) for part in chunk.parts)
    columns = sum(len(part.values) for part in chunk.parts)
    return rows > LIMITS.rows or columns > LIMITS.columns
