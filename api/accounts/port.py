"""The accounts port: whose token it is."""

from typing import Protocol

from api.accounts.actor import Actor


class Accounts(Protocol):
    """Knows people and programs by their tokens."""

    def actor_of(self, token: str) -> Actor | None:
        """Return whose token it is, or None where it is nobody's."""
        ...


class NobodyKnown:
    """Knows nobody, so no token is good for anything."""

    def actor_of(self, token: str) -> Actor | None:  # noqa: ARG002 - the port's signature
        """Return None."""
        return None
