"""Messages as ingest receives them, with defaults, for tests that care about one field."""

from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from ingest.archive import Frame, Message, Position
from ingest.contract.period import micros

NOW = datetime(2026, 10, 31, 6, 0, tzinfo=UTC)
NOW_MS = micros(NOW) // 1_000
EVENING_MS = 1_793_358_000_000  # 2026-10-30T11:00:00Z
MINUTE_MS = 60_000


def a_part(
    watts: Sequence[object] = (60.0, 61.0, 62.0), *, first: int = 1, **changed: object
) -> dict[str, object]:
    """Return a lamp's load power every five minutes, numbered from first on."""
    rows = range(len(watts))
    part: dict[str, object] = {
        "device": "kh-lamp-1",
        "number": [first + row for row in rows],
        "measured_at": [EVENING_MS + 5 * MINUTE_MS * (first - 1 + row) for row in rows],
        "values": {"load_power": list(watts)},
    }
    return part | changed


def a_chunk(*parts: dict[str, object], **changed: object) -> dict[str, object]:
    """Return a chunk of parts whose numbers were all assigned on one day."""
    last = max((number for part in parts for number in _numbers(part)), default=0)
    chunk: dict[str, object] = {
        "boot": "boot-1",
        "head": last,
        "low": 1,
        "thinned": [],
        "days": {"2026-10-30": [1, last]} if last else {},
        "held": ["boot-1"],
        "sent_at": "2026-10-31T05:00:00Z",
        "parts": list(parts),
    }
    return chunk | changed


def a_message(
    body: object, *, gateway: str = "kh-gw-1", kind: str = "chunk", at: datetime = NOW
) -> Message:
    """Return a message with a mapping as plain JSON, or with bytes as they are."""
    payload = body if isinstance(body, bytes) else orjson.dumps(body)
    return Message(topic=f"zw/1/{gateway}/up/{kind}", payload=payload, received_at=micros(at))


def a_frame(*messages: Message) -> Frame:
    """Return messages as the archive's first frame."""
    start = Position("w1-2026-10-31.zwa", 0)
    return Frame(start=start, end=Position(start.file, 999), messages=messages)


def _numbers(part: dict[str, object]) -> list[int]:
    numbers = part["number"]
    assert isinstance(numbers, list)
    return [int(number) for number in numbers]
