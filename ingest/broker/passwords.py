"""Who may come in: the broker's password file, in the form that mosquitto_passwd writes.

Passwords are made here and are random; only their hashes are kept.
"""

import base64
import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

INGEST: Final = "ingest"
"""The user that reads what all others publish."""

CHIRPSTACK: Final = "chirpstack"
"""The user that a ChirpStack server publishes uplinks as, where it is let in."""

# As few as mosquitto_passwd takes: the broker hashes in its only thread whenever a gateway
# connects, and a password of 192 random bits needs no stretching.
_ITERATIONS: Final = 101
_SALT_BYTES: Final = 12
_PASSWORD_BYTES: Final = 24
_PBKDF2_SHA512: Final = "7"


class PasswordFileError(ValueError):
    """The file is not one of hashes; the message names the line."""


class UnknownUserError(LookupError):
    """Nobody of that name comes to this broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who may come in, and what has changed about that."""

    hashes: Mapping[str, str] = field(repr=False)  # by user, sorted
    revoked: frozenset[str] = frozenset()
    added: Mapping[str, str] = field(default_factory=dict, repr=False)  # new passwords by user
    removed: tuple[str, ...] = ()


def new_password() -> str:
    """Return a password that nobody can guess, of letters, digits, '-' and '_'."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def hashed(password: str, salt: bytes | None = None) -> str:
    """Return $7$iterations$salt$hash: PBKDF2 with SHA-512."""
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    encoded = (base64.b64encode(part).decode("ascii") for part in (salt, key))
    return "$".join(["", _PBKDF2_SHA512, str(_ITERATIONS), *encoded])


def parse(text: str) -> dict[str, str]:
    """Return the hashes of a password file by user, or raise PasswordFileError."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        user, colon, code = line.partition(":")
        if not (user and colon and code.startswith("$")):
            raise PasswordFileError(f"line {number}: expected USER:$7$…")
        found[user] = code
    return found


def form(hashes: Mapping[str, str]) -> str:
    """Return a password file."""
    return "".join(f"{user}:{code}\n" for user, code in sorted(hashes.items()))


def admit(
    users: Collection[str],
    *,
    known: Roster,
    revoke: Collection[str] = (),
    renew: Collection[str] = (),
    make: Callable[[], str] = new_password,
) -> Roster:
    """Return who may come in: ingest, and every user that is not revoked.

    Known hashes are kept. What is revoked stays so until its password is renewed.
    """
    _check_named({*users, *known.hashes, *known.revoked, INGEST}, {*revoke, *renew})
    if INGEST in revoke:
        raise UnknownUserError("ingest cannot be revoked, but its password be renewed")
    revoked = (known.revoked - set(renew)) | set(revoke)
    users = ({*users} - revoked) | {INGEST}
    added = {user: make() for user in sorted(users) if user in renew or user not in known.hashes}
    kept = {user: code for user, code in known.hashes.items() if user in users - added.keys()}
    hashes = kept | {user: hashed(password) for user, password in added.items()}
    return Roster(
        hashes=dict(sorted(hashes.items())),
        revoked=frozenset(revoked),
        added=added,
        removed=tuple(sorted(known.hashes.keys() - users)),
    )


def _check_named(known: Collection[str], named: Collection[str]) -> None:
    if unknown := sorted(set(named) - set(known)):
        raise UnknownUserError(
            f"no gateway or device {unknown[0]!r} in the registry or at this broker"
        )
