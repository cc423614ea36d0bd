"""The document that one captured frame is told as, and the bytes a line of text stands for.

A line is hex, hex: and hex, or the text of a frame itself.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Document: TypeAlias = dict[str, Any]  # as JSON has it


class Conversation(Protocol):
    """Lines that belong together, in order: a response may need the request before it."""

    def line(self, text: str) -> Document:
        """Return what a line says; nothing that a line holds raises an error."""
        ...


class NotHexError(ValueError):
    """A line that is to be hex and is not."""

    def __init__(self) -> None:
        super().__init__("expected hex digits, two a byte")


def from_hex(text: str) -> bytes:
    """Return the bytes of hex digits, with hex: before them or not."""
    try:
        return bytes.fromhex(text.strip().removeprefix("hex:"))
    except ValueError:
        raise NotHexError from None


def document(
    *,
    crc_ok: bool | None,
    length_ok: bool | None,
    edition: str | None,
    messages: Sequence[Mapping[str, object]],
    discarded_bytes: int,
    error: str | None,
) -> Document:
    """Return what is printed of a line; None where it does not apply."""
    return {
        "crc_ok": crc_ok,
        "length_ok": length_ok,
        "edition": edition,
        "messages": list(messages),
        "discarded_bytes": discarded_bytes,
        "error": error,
    }


def undecoded(error: str) -> Document:
    """Return what is printed of a line without a frame."""
    return document(
        crc_ok=None, length_ok=None, edition=None, messages=[], discarded_bytes=0, error=error
    )
