"""Who does something, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Permission(StrEnum):
    """What somebody may do; nobody may do what is not given."""

    READ = "read"
    NOTE_QUARANTINE = "note_quarantine"
    DECIDE_QUARANTINE = "decide_quarantine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever a request comes from; the name goes with every change."""

    name: str
    permissions: frozenset[Permission]

    def may(self, permission: Permission) -> bool:
        """Tell whether a permission was given."""
        return permission in self.permissions


ANONYMOUS: Final = Actor(name="anonymous", permissions=frozenset({Permission.READ}))
