"""A message made legible for people, as far as it goes: JSON, else text, else its first bytes."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from ingest.contract.limits import LIMITS, TooLargeError
from ingest.contract.period import instant, rfc3339
from ingest.contract.ranges import Ranges
from ingest.wire import UndecodableError, decode

_HEAD_BYTES: Final = 64
_HEAD_CHARACTERS: Final = 2_000

Document = dict[str, Any]


def content_of(payload: bytes) -> object:
    """Return what a payload holds; where it is no JSON, how it begins, inflated as far as it is."""
    try:
        return decode(payload)
    except (UndecodableError, TooLargeError):
        told: Document = {"bytes": len(payload), "hex": payload[:_HEAD_BYTES].hex(" ")}
        if text := _text(_inflated(payload)):
            told["text"] = text
        return told


def rows_of(content: object, numbers: Ranges) -> list[Document]:
    """Return a chunk's rows with some numbers as records, whatever else is wrong with them."""
    parts = content.get("parts") if isinstance(content, Mapping) else None
    return [
        row
        for part in (parts if isinstance(parts, list) else [])
        if isinstance(part, Mapping)
        for row in _rows(cast("Mapping[str, object]", part), numbers)
    ]


def _rows(part: Mapping[str, object], numbers: Ranges) -> Iterator[Document]:
    values = part.get("values")
    columns = values if isinstance(values, Mapping) else {}
    for row, number in enumerate(_list(part.get("number"))):
        if isinstance(number, int) and number in numbers:
            yield {
                "number": number,
                "device": part.get("device"),
                "measured_at": _moment(_cell(part.get("measured_at"), row)),
                "values": {name: _cell(column, row) for name, column in columns.items()},
            }


def _list(column: object) -> Sequence[object]:
    return column if isinstance(column, list) else ()


def _cell(column: object, row: int) -> object:
    cells = _list(column)
    return cells[row] if row < len(cells) else None


def _moment(milliseconds: object) -> object:
    try:
        return rfc3339(instant(cast("int", milliseconds) * 1_000))
    except (TypeError, ValueError, OverflowError):
        return milliseconds


def _inflated(payload: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(payload, LIMITS.inflated_bytes)
    except zlib.error:
        return payload


def _text(content: bytes) -> str | None:
    """Return how a text begins, None where it is none."""
    head = content[: 4 * _HEAD_CHARACTERS].decode(errors="replace")[:_HEAD_CHARACTERS]
    readable = all(letter.isprintable() or letter in "\t\r\n" for letter in head)
    return head if readable and "\ufffd" not in head[:-1] else None
