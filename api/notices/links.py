"""A link that acknowledges one alarm for one person: signed, and good for a week.

The key is `keys/acknowledge.key` in the home, made when first needed and mode 0600. Whoever has the
link may acknowledge, and nothing else: it is meant for a telephone without a log-in.
"""

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from analytics.alarms.alarm import AlarmId
from ingest.contract.period import DAY_US
from ingest.durable import sync

PATH: Final = "/told/"
_KEY: Final = "acknowledge.key"
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 16  # 128 bits: nobody guesses that at the rate we answer
_LASTS_US: Final = 7 * DAY_US
_SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """What a link is for."""

    alarm: AlarmId
    person: str
    expires_s: int  # since the epoch

    def body(self) -> bytes:
        """Return it as it is signed."""
        return f"{self.alarm}.{self.expires_s}.{self.person}".encode()


class Links:
    """Makes links and reads them, with a home's key."""

    def __init__(self, folder: Path, base: str | None = None) -> None:
        self._key = _read(folder) if (folder / _KEY).exists() else _make(folder)
        self._base = base  # None: nobody could open a link, so none is made

    def link(self, alarm: AlarmId, person: str, now: int) -> str | None:
        """Return the link by which somebody acknowledges an alarm."""
        if self._base is None:
            return None
        expires = (now + _LASTS_US) // _SECOND_US
        ticket = Ticket(alarm=alarm, person=person, expires_s=expires)
        return f"{self._base.rstrip('/')}{PATH}{self.token(ticket)}"

    def token(self, ticket: Ticket) -> str:
        """Return a ticket, signed, in letters that a URL takes."""
        body = ticket.body()
        return f"{_text(body)}.{_text(self._signature(body))}"

    def read(self, token: str, now: int) -> Ticket | None:
        """Return what a token is for; None where it is not ours or too old."""
        body, _, signature = token.partition(".")
        signed = _bytes(body)
        if not hmac.compare_digest(self._signature(signed), _bytes(signature)):
            return None
        alarm, expires, person = signed.decode().split(".", 2)
        ticket = Ticket(alarm=AlarmId(int(alarm)), person=person, expires_s=int(expires))
        return ticket if now // _SECOND_US < ticket.expires_s else None

    def _signature(self, body: bytes) -> bytes:
        return hmac.digest(self._key, body, sha256)[:_SIGNATURE_BYTES]


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(f"{text}{'=' * (-len(text) % 4)}".encode("ascii"))
    except ValueError:
        return b""


def _read(folder: Path) -> bytes:
    return bytes.fromhex((folder / _KEY).read_text("ascii"))


def _make(folder: Path) -> bytes:
    key = secrets.token_bytes(_KEY_BYTES)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / _KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{key.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    sync(folder)
    return key
