"""Where answers to notices come in: whose link or reply it is, and the alarm that they take."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from analytics.alarms.alarm import Alarm, AlarmId
from api.accounts.throttle import ADDRESS, Throttle
from api.notices import deliveries
from api.notices.links import Links, Ticket
from api.notices.source import NoticeSource, is_open
from ingest.audit import journal
from ingest.audit.journal import Deed
from ingest.contract.clock import Clock, SystemClock
from ingest.registry.model import Person
from ingest.registry.registry import Registry

ACTION: Final = "alarm.acknowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What takes answers; without links or a secret, none by that way."""

    source: NoticeSource
    links: Links | None = None
    secret: str | None = field(default=None, repr=False)
    targets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By reference in the registry, the number or the chat that answers come from."""
    wrong: Throttle = field(default_factory=lambda: Throttle(SystemClock(), ADDRESS))
    """Slows down whoever tries links or secrets that are not ours, by address."""

    def ticket(self, token: str, now: int) -> Ticket | None:
        """Return what a link is for; None where it is not ours or too old."""
        return None if self.links is None else self.links.read(token, now)

    def take(
        self, connection: sa.Connection, alarm: AlarmId, person: str, *, address: str, clock: Clock
    ) -> Alarm | None:
        """Let somebody take an alarm that nobody has; return it as it is then."""
        if is_open(self.source.alarm(connection, alarm)):
            at = clock.now()
            _note(connection, alarm, person, address, at)
            self.source.acknowledge(connection, alarm, person=person, at=at)
        return self.source.alarm(connection, alarm)


def _note(
    connection: sa.Connection, alarm: AlarmId, person: str, address: str, at: datetime
) -> None:
    deed = Deed(actor=person, action=ACTION, object=f"alarm:{alarm}", address=address)
    journal.append(connection, deed, at=at)


def digit_in(text: str) -> int | None:
    """Return the digit that a reply is, in whichever script; None where it is something else."""
    told = text.strip()
    return unicodedata.digit(told, None) if len(told) == 1 else None


def person_at(registry: Registry, targets: Mapping[str, str], sender: str) -> Person | None:
    """Return who is reached at a number or a chat; None where that is nobody, or several."""
    found = [each for each in registry.people() if _plain(sender) in _reached(each, targets)]
    return found[0] if len(found) == 1 else None


def alarm_of(connection: sa.Connection, person: Person, text: str) -> AlarmId | None:
    """Return the alarm that somebody's reply means."""
    digit = digit_in(text)
    return None if digit is None else deliveries.digits(connection, person.id).get(digit)


def _reached(person: Person, targets: Mapping[str, str]) -> set[str]:
    return {_plain(targets[each]) for each in person.channels if each in targets}


def _plain(target: str) -> str:
    """Return a number without what gateways put into it; a chat's id or an address as it is."""
    digits = target.strip().lstrip("+").replace(" ", "").replace("-", "")
    return digits if digits.isdecimal() else target.strip()
