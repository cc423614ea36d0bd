"""The accounts port: who a request comes from, by a token, a session or nothing at all."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Final, Protocol

from api.accounts.actor import ANONYMOUS, Actor, Permission
from api.accounts.roles import permissions_of
from api.accounts.scope import EVERYTHING


class LogInRefusedError(Exception):
    """Name and password do not go together; which of them is wrong is not said."""


class TooManyTriesError(Exception):
    """A try came too early after wrong ones."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many tries")
        self.wait = wait


class Accounts(Protocol):
    """Knows people and programs."""

    def actor_of(self, token: str) -> Actor | None:
        """Return whose token it is, or None where it is nobody's."""
        ...

    def actor_of_session(self, cookie: str) -> Actor | None:
        """Return whose session it is, or None where it is nobody's or over."""
        ...

    def visitor(self, address: str) -> Actor:
        """Return who comes from an address with neither."""
        ...

    def log_in(self, name: str, password: str, *, address: str, before: str | None) -> str:
        """Return the cookie of a new session and end the one before.

        Raises LogInRefusedError and TooManyTriesError.
        """
        ...

    def log_out(self, cookie: str, *, address: str) -> None:
        """End a session."""
        ...


class NobodyKnown:
    """Knows nobody, so nothing is good for anything, and everybody is anonymous."""

    def actor_of(self, token: str) -> Actor | None:  # noqa: ARG002 - the port's signature
        """Return None."""
        return None

    def actor_of_session(self, cookie: str) -> Actor | None:  # noqa: ARG002 - as above
        """Return None."""
        return None

    def visitor(self, address: str) -> Actor:  # noqa: ARG002 - as above
        """Return whoever may do nothing."""
        return ANONYMOUS

    def log_in(self, name: str, password: str, *, address: str, before: str | None) -> str:
        """Refuse."""
        del name, password, address, before
        raise LogInRefusedError

    def log_out(self, cookie: str, *, address: str) -> None:
        """Do nothing."""


_VISITOR: Final = {Permission.READ_CLAIMS, Permission.READ_UNRELEASED}
VISITOR: Final = Actor(
    name="visitor", permissions=permissions_of("viewer") | _VISITOR, scopes=(EVERYTHING,)
)


class LoopbackVisitors(NobodyKnown):
    """Lets whoever sits at this machine look at what is shown: for simulated zones alone."""

    def visitor(self, address: str) -> Actor:
        """Return a viewer where the address is of this machine."""
        return VISITOR if is_loopback(address) else ANONYMOUS


def is_loopback(address: str) -> bool:
    """Tell whether an address is of this machine."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
