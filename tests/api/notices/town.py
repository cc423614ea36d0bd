"""An installation with people to be told, and time that passes when it is told to."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from api.notices import deliveries
from api.notices.channels import ChannelError
from api.notices.deliveries import Delivery, State
from api.notices.entering import Entering
from api.notices.links import Links
from api.notices.sending import Sending
from api.notices.source import MemoryNotices
from api.notices.stage import NoticeStage
from api.notices.wording import Message
from ingest.contract.clock import ManualClock
from ingest.registry.model import Entry, Language
from tests.api.builders import some_sources
from tests.api.notices.builders import NOW, a_person, a_registry

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TECHNICIAN = a_person(language=Language.ENGLISH, channels=("sms:1", "mail:2"))


class PowerCutError(Exception):
    """The process ended in the middle of sending."""


@dataclass
class Post:
    """A sender that keeps what it is given, refuses what it is told to, and may take us down."""

    taken: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    dies: bool = False

    def send(self, reference: str, message: Message) -> None:
        if reference in self.refused:
            raise ChannelError(f"{reference.partition(':')[0]}: refused")
        self.taken.append((reference, message.short))
        if self.dies:
            raise PowerCutError


class Town:
    """An installation with people, and time that passes when it is told to."""

    def __init__(self, folder: Path, *people: Entry) -> None:
        registry = a_registry(*(people or (TECHNICIAN,)))
        self.clock = ManualClock(NOW)
        self.sources = replace(some_sources(), registry=lambda: registry, clock=self.clock)
        self.source, self.post = MemoryNotices(), Post()
        self.links = Links(folder, "https://zw.example")
        self.stage = self.restarted()

    def restarted(self, sender: Callable[[], Post | None] | None = None) -> NoticeStage:
        self.stage = NoticeStage(
            sources=self.sources,
            entering=Entering(source=self.source, links=self.links),
            sending=Sending(
                source=self.source,
                sender=sender or (lambda: self.post),
                chance=random.Random(1).random,
            ),
        )
        return self.stage

    def after(self, passed: timedelta) -> "Town":
        self.clock.set(self.clock.now() + passed)
        self.stage.turn()
        return self

    def rows(self) -> list[Delivery]:
        with self.sources.catalog.connect() as connection:
            return deliveries.page(connection, after=0, limit=1_000)

    def states(self) -> list[State]:
        return [each.state for each in self.rows()]
