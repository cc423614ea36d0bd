"""Deliveries go out: on a person's first channel, tried again, then on the next.

A delivery is marked before a channel is asked and marked again once it answered, each time in a
transaction of its own. Where the process ends in between, it is sent once more: somebody may hear
twice, never not at all. What is over, or taken, before it went out is not sent.
"""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from random import random
from typing import Final

import sqlalchemy as sa

from api.notices import deliveries
from api.notices.addressing import Held
from api.notices.channels import ChannelError, Sender
from api.notices.deliveries import Delivery, State
from api.notices.pacing import paced
from api.notices.source import NoticeSource, is_worth
from api.notices.wording import Message, digest
from dashboards.wording.wording import Wording
from ingest.contract.patience import pause_s
from ingest.contract.period import HOUR_US
from ingest.registry.model import Person
from ingest.registry.registry import Registry

_LOG = logging.getLogger(__name__)
_ATTEMPTS: Final = 3  # [assumed] on one channel, before the next is tried
_FIRST_S: Final = 30.0  # at most, before the second attempt
_LONGEST_S: Final = 120.0
_AT_ONCE: Final = 8  # messages on their way


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message to one person, of one delivery or of several."""

    deliveries: tuple[Delivery, ...]
    person: Person
    message: Message

    @property
    def ids(self) -> list[int]:
        """Which deliveries are in it."""
        return [each.id for each in self.deliveries]

    @property
    def place(self) -> int:
        """Which of the person's channels is asked."""
        # The registry may name fewer channels by now than when the last one was asked.
        return min(max(each.place for each in self.deliveries), len(self.person.channels) - 1)

    @property
    def attempts(self) -> int:
        """How often that channel was asked before."""
        return max(each.attempts for each in self.deliveries)

    @property
    def channel(self) -> str:
        """What that channel is called."""
        return self.person.channels[self.place].partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What sends deliveries."""

    source: NoticeSource
    sender: Callable[[], Sender | None]  # None: there is no channel, so it is only recorded
    chance: Callable[[], float] = random

    def packed(self, connection: sa.Connection, registry: Registry, now: int) -> list[Parcel]:
        """Return what is sent now, marked as being sent."""
        found = deliveries.due(connection, now)
        ready = [each for each in found if self._kept(connection, each, now)]
        ready.sort(key=attrgetter("person", "id"))
        parcels: list[Parcel] = []
        for name, own in groupby(ready, attrgetter("person")):
            person = registry.person(name)
            if person is None or not person.channels:
                _unreachable(connection, name, list(own))
            elif self.sender() is None:
                deliveries.change(connection, _ids(list(own)), state=State.RECORDED)
            else:
                parcels += self._paced(connection, person, list(own), now)
        return parcels

    def send(self, parcels: Sequence[Parcel]) -> list[str | None]:
        """Send; return what each was in trouble with, None where a channel took it."""
        sender = self.sender()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="notices") as pool:
            return list(pool.map(lambda parcel: _sent(sender, parcel), parcels))

    def settle(
        self, connection: sa.Connection, parcel: Parcel, trouble: str | None, now: int
    ) -> None:
        """Write down what became of a message."""
        tell = {"message": parcel.ids[0], "channel": parcel.channel, "trouble": trouble}
        if trouble is None:
            deliveries.change(connection, parcel.ids, state=State.SENT, sent_at=now, **tell)
            return
        _LOG.warning("a notice to %s: %s", parcel.person.id, trouble)
        again = {"state": State.PENDING, "due_at": now + self._pause_us(parcel)}
        if parcel.attempts + 1 < _ATTEMPTS:
            again |= {"place": parcel.place, "attempts": parcel.attempts + 1}
        elif parcel.place + 1 < len(parcel.person.channels):
            again |= {"place": parcel.place + 1, "attempts": 0, "due_at": now}
        else:
            again = {"state": State.FAILED}
            _LOG.error("a notice to %s failed on every channel", parcel.person.id)
        deliveries.change(connection, parcel.ids, **(tell | again))

    def _kept(self, connection: sa.Connection, each: Delivery, now: int) -> bool:
        """Drop what is over, taken or put aside before it went out."""
        if is_worth(each.kind, self.source.alarm(connection, each.alarm), now):
            return True
        deliveries.change(connection, [each.id], state=State.DROPPED)
        return False

    def _paced(
        self, connection: sa.Connection, person: Person, own: Sequence[Delivery], now: int
    ) -> list[Parcel]:
        sent = deliveries.messages_since(connection, person.id, now - HOUR_US)
        plan = paced(own, sent, now)
        if plan.waiting:
            held = {"held": Held.RATE, "due_at": plan.until}
            deliveries.change(connection, _ids(plan.waiting), **held)
        parcels = [_parcel(message, person) for message in plan.messages]
        for parcel in parcels:
            deliveries.change(connection, parcel.ids, state=State.SENDING, channel=parcel.channel)
        return parcels

    def _pause_us(self, parcel: Parcel) -> int:
        jitter = self.chance()
        pause = pause_s(parcel.attempts, first_s=_FIRST_S, longest_s=_LONGEST_S, jitter=jitter)
        return round(pause * 1e6)


def _sent(sender: Sender | None, parcel: Parcel) -> str | None:
    if sender is None:
        return "there is no channel any more"
    try:
        sender.send(parcel.person.channels[parcel.place], parcel.message)
    except ChannelError as error:
        return str(error)
    return None


def _parcel(own: tuple[Delivery, ...], person: Person) -> Parcel:
    if len(own) == 1:
        only = own[0]
        said = Message(title=only.title, short=only.short, long=only.long)
    else:
        words = Wording(person.language)
        said = Message(
            title=words("notices.digest", count=len(own)),
            short=digest([each.short for each in own], words),
            long="\n\n".join(each.long for each in own),
        )
    return Parcel(deliveries=own, person=person, message=said)


def _unreachable(connection: sa.Connection, name: str, own: Sequence[Delivery]) -> None:
    trouble = "no channel stands in the registry"
    _LOG.error("a notice to %s: %s", name, trouble)
    deliveries.change(connection, _ids(own), state=State.FAILED, trouble=trouble)


def _ids(own: Sequence[Delivery]) -> list[int]:
    return [each.id for each in own]
