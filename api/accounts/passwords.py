"""Passwords: Argon2id, some 100 ms each, a few at a time. To be called from a thread."""

import threading
from functools import cache
from typing import Final

from pwdlib import PasswordHash

from api.accounts.secrets import new_secret

SHORTEST: Final = 12  # NIST SP 800-63B-4 asks for 15 where nothing else is asked, 8 at least
LONGEST: Final = 200
_WAITING: Final = threading.BoundedSemaphore(8)  # more would keep other requests from a thread
_AT_ONCE: Final = threading.BoundedSemaphore(2)  # each takes 64 MiB and a core


class BusyError(Exception):
    """So many passwords are being looked at that one more would wait too long."""


class UnfitPasswordError(ValueError):
    """A password that is too short or too long."""

    def __init__(self) -> None:
        super().__init__(f"password: expected {SHORTEST} to {LONGEST} characters")


def hash_of(password: str) -> str:
    """Return what is kept of a password, or raise UnfitPasswordError."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UnfitPasswordError
    with _AT_ONCE:
        return _argon2().hash(password)


def is_right(password: str, kept: str | None) -> bool:
    """Tell whether a password is right; without a hash it is not, and takes as long to say so.

    Raises BusyError.
    """
    if not _WAITING.acquire(blocking=False):
        raise BusyError
    try:
        with _AT_ONCE:
            right = _argon2().verify(password[:LONGEST], kept or _nobodys())
    finally:
        _WAITING.release()
    return right and kept is not None


@cache
def _argon2() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    return _argon2().hash(new_secret())
