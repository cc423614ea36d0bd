"""Rows that a person brought in from a file, as messages in the archive.

They stand there with what every other reading's cause is, in order, so a store rebuilt from the
archive has them, and who entered them is told with them. Their topic is nobody's branch, so no
gateway can publish one. No gateway numbers them: a message is stored whole or set aside whole.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from ingest.archive import Message
from ingest.contract.chunk import Part
from ingest.contract.identity import DeviceId
from ingest.contract.topic import MAJOR_VERSION, ROOT
from ingest.wire import decode, encode

TOPIC: Final = f"{ROOT}/{MAJOR_VERSION}/-/rows"
_ROWS: Final = 250  # of a message; of 20 metrics they stay below what a message may have


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where rows come from."""

    file: str  # its name
    sha256: str  # of its content
    mapping: str
    entered_by: str  # the account of who brought it in


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file's rows, one part a device."""

    origin: Origin
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Some rows of one device, and where they come from."""

    origin: Origin
    part: Part

    @property
    def device(self) -> DeviceId:
        """Whose rows they are."""
        return self.part.device


def is_entered(message: Message) -> bool:
    """Tell whether a message holds rows that a person brought in."""
    return message.topic == TOPIC


def messages_of(sheet: Sheet, *, at: int) -> Iterator[Message]:
    """Yield a file's rows as messages received at an instant [microseconds]."""
    for part in sheet.parts:
        for first in range(0, len(part.number), _ROWS):
            body = _form_origin(sheet.origin) | _form_part(part, slice(first, first + _ROWS))
            yield Message(topic=TOPIC, payload=encode(body), received_at=at)


def parse_entered(message: Message) -> Entered:
    """Read a message; the archive holds only what messages_of made."""
    body = cast("Mapping[str, Any]", decode(message.payload))
    return Entered(origin=_parse_origin(body), part=_parse_part(body))


def form_sheet(sheet: Sheet) -> dict[str, object]:
    """Return the mapping that travels between processes."""
    return _form_origin(sheet.origin) | {
        "parts": [_form_part(part, slice(None)) for part in sheet.parts]
    }


def parse_sheet(body: Mapping[str, Any]) -> Sheet:
    """Read what form_sheet made; anything else raises LookupError, TypeError or ValueError."""
    return Sheet(origin=_parse_origin(body), parts=tuple(map(_parse_part, body["parts"])))


def only_rows(part: Part, rows: Iterable[int]) -> Part | None:
    """Return some of a part's rows, None where there are none."""
    kept = list(rows)
    if not kept:
        return None
    return Part(
        device=part.device,
        number=tuple(range(1, len(kept) + 1)),
        measured_at=tuple(part.measured_at[row] for row in kept),
        values={name: tuple(column[row] for row in kept) for name, column in part.values.items()},
    )


def _form_origin(origin: Origin) -> dict[str, object]:
    return {
        "file": origin.file,
        "sha256": origin.sha256,
        "mapping": origin.mapping,
        "entered_by": origin.entered_by,
    }


def _form_part(part: Part, rows: slice) -> dict[str, object]:
    return {
        "device": part.device,
        "measured_at": list(part.measured_at[rows]),
        "values": {name: list(column[rows]) for name, column in part.values.items()},
    }


def _parse_origin(body: Mapping[str, Any]) -> Origin:
    return Origin(
        file=str(body["file"]),
        sha256=str(body["sha256"]),
        mapping=str(body["mapping"]),
        entered_by=str(body["entered_by"]),
    )


def _parse_part(body: Mapping[str, Any]) -> Part:
    instants = tuple(int(at) for at in body["measured_at"])
    return Part(
        device=DeviceId(body["device"]),
        number=tuple(range(1, len(instants) + 1)),
        measured_at=instants,
        values={
            name: tuple(None if value is None else float(value) for value in column)
            for name, column in body["values"].items()
        },
    )
