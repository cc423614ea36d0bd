"""What people do with an alarm: acknowledge, shelve until an end, comment. Nothing is altered."""

from dataclasses import dataclass
from enum import StrEnum


class ActionKind(StrEnum):
    """What was done."""

    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing somebody did; instants in microseconds, UTC."""

    kind: ActionKind
    actor: str
    at: int
    until: int | None = None  # of a shelf
    text: str = ""
