"""What people decide about quarantined entries, as messages in the archive.

A decision changes what is stored and counted, so it stands where every other cause of that stands:
in the archive, in order. Its topic is nobody's branch, so no gateway can publish one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, cast

from ingest.archive import Message, Position
from ingest.contract.ranges import Ranges
from ingest.contract.topic import MAJOR_VERSION, ROOT
from ingest.wire import decode, encode

_PREFIX: Final = f"{ROOT}/{MAJOR_VERSION}/-/"


class Decision(StrEnum):
    """What is to become of an entry."""

    REPLAY = "replay"
    DROP = "drop"


_TOPICS: Final = frozenset(_PREFIX + decision for decision in Decision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A decision on one entry, which it names by what the archive alone determines."""

    decision: Decision
    place: Position  # of the frame with the entry's message
    index: int
    numbers: Ranges  # empty where the entry has none
    reason: str
    actor: str
    why: str = ""


def is_marker(message: Message) -> bool:
    """Tell whether a message is a decision of ours."""
    return message.topic in _TOPICS


def form_marker(marker: Marker, *, at: int) -> Message:
    """Return a decision as a message received at an instant [microseconds]."""
    body = {
        "file": marker.place.file,
        "offset": marker.place.offset,
        "index": marker.index,
        "numbers": marker.numbers.to_lists(),
        "reason": marker.reason,
        "actor": marker.actor,
        "why": marker.why,
    }
    return Message(topic=_PREFIX + marker.decision, payload=encode(body), received_at=at)


def parse_marker(message: Message) -> Marker:
    """Read a decision; the archive holds only what form_marker made."""
    body = cast("Mapping[str, Any]", decode(message.payload))
    return Marker(
        decision=Decision(message.topic.removeprefix(_PREFIX)),
        place=Position(body["file"], body["offset"]),
        index=body["index"],
        numbers=Ranges(tuple((first, last) for first, last in body["numbers"])),
        reason=body["reason"],
        actor=body["actor"],
        why=body["why"],
    )
