"""What people have done by hand: quarantined entries replayed or dropped, chunks brought in.

Whoever owns the pipeline carries them out; others ask it through its control socket.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

import sqlalchemy as sa

from ingest import quarantine
from ingest.archive import ArchiveDamagedError, Message, Position
from ingest.contract.clock import Clock
from ingest.contract.period import micros
from ingest.contract.topic import Kind, Topic, UnknownTopicError
from ingest.entered import Sheet, messages_of
from ingest.entering import Entering, compared
from ingest.markers import Decision, form_marker
from ingest.quarantine import Quarantined, State
from ingest.registry.registry import Registry
from ingest.storage.port import ReadingStore, StoreError

_PAGE: Final = 1_000
_HIGHEST: Final = 2**63

Form = Callable[[], Sequence[Message]]
"""Forms messages between two groups of others, when nothing else can change what they are about."""


class ControlError(Exception):
    """What was asked for cannot be done; the message is one line."""


class UnknownEntryError(ControlError):
    """There is no such entry."""

    def __init__(self, number: int) -> None:
        super().__init__(f"no entry {number} in quarantine")
        self.number = number


class EntryClosedError(ControlError):
    """The entry was replayed or dropped before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What has become of an entry, in records."""

    id: int
    state: State
    taken: int  # stored by this replay
    left: int  # still quarantined


class Control(Protocol):
    """Does what people decided or brought."""

    def replay(self, entries: Sequence[int], *, actor: str) -> list[Outcome]:
        """Take entries in again under today's registry; all open ones where none are named."""
        ...

    def drop(self, entry: int, *, actor: str, why: str) -> Outcome:
        """Give an entry up; it stays counted as quarantined."""
        ...

    def enter(self, sheet: Sheet, *, dry_run: bool) -> Entering:
        """Take in a file's rows that are not stored already; a dry run only tells of them."""
        ...


class Owner(Control, Protocol):
    """What the process that owns a home does when asked."""

    def take(self, topic: str, payload: bytes) -> None:
        """Take in a chunk that was not sent but brought, and return when it is settled."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Carries decisions out in the process that owns the pipeline."""

    catalog: sa.Engine
    clock: Clock
    commit: Callable[[Form], None]  # returns when the messages are taken in
    find: Callable[[Position, int], Message]  # in the archive
    store: ReadingStore
    registry: Callable[[], Registry]

    def replay(self, entries: Sequence[int], *, actor: str) -> list[Outcome]:
        """Take entries in again; one that is closed stays as it is."""
        before = self._entries(entries) if entries else self._open()
        numbers = [one.id for one in before]
        for first in range(0, len(numbers), _PAGE):
            some = numbers[first : first + _PAGE]
            self.commit(partial(self._markers, some, Decision.REPLAY, actor, ""))
        after = self._entries(numbers)
        return [_outcome(*pair) for pair in zip(before, after, strict=True)]

    def drop(self, entry: int, *, actor: str, why: str) -> Outcome:
        """Give an open entry up."""
        (before,) = self._entries([entry])
        if before.state is not State.OPEN:
            raise EntryClosedError(f"entry {entry} is {before.state} already")
        self.commit(partial(self._markers, [entry], Decision.DROP, actor, why))
        (after,) = self._entries([entry])
        return _outcome(before, after)

    def take(self, topic: str, payload: bytes) -> None:
        """Take in a chunk of a gateway; what is wrong within it goes to quarantine."""
        try:
            brought = Topic.parse(topic).kind
        except UnknownTopicError as error:
            raise ControlError(str(error)) from None
        if brought is not Kind.CHUNK:
            raise ControlError(f"expected a chunk, not {brought}")
        at = micros(self.clock.now())
        self.commit(lambda: [Message(topic=topic, payload=payload, received_at=at)])

    def enter(self, sheet: Sheet, *, dry_run: bool) -> Entering:
        """Take in a file's rows, compared with what is stored when nothing else is taken in."""
        told: list[Entering] = []
        at = micros(self.clock.now())

        def form() -> list[Message]:
            entering, fresh = self._compared(sheet)
            told.append(entering)
            return [] if dry_run else list(messages_of(fresh, at=at))

        self.commit(form)
        return told[0]

    def _compared(self, sheet: Sheet) -> tuple[Entering, Sheet]:
        try:
            return compared(sheet, store=self.store, registry=self.registry)
        except StoreError as error:
            raise ControlError(f"the store: {error}") from None

    def _markers(
        self, numbers: Sequence[int], decision: Decision, actor: str, why: str
    ) -> list[Message]:
        at = micros(self.clock.now())
        undecided = [one for one in self._entries(numbers) if one.state is State.OPEN]
        if decision is Decision.REPLAY:
            for one in undecided:
                self._look_up(one)
        return [
            form_marker(one.decided(decision, actor=actor, why=why), at=at) for one in undecided
        ]

    def _look_up(self, one: Quarantined) -> None:
        """Make sure that the archive has the message: a marker that cannot be taken in blocks."""
        try:
            self.find(one.place, one.index)
        except (OSError, ArchiveDamagedError) as error:
            raise ControlError(f"entry {one.id}: the archive does not have it: {error}") from None

    def _entries(self, numbers: Sequence[int]) -> list[Quarantined]:
        found: list[Quarantined] = []
        with self.catalog.connect() as connection:
            for number in numbers:
                one = quarantine.entry(connection, number) if 0 < number < _HIGHEST else None
                if one is None:
                    raise UnknownEntryError(number)
                found.append(one)
        return found

    def _open(self) -> list[Quarantined]:
        found: list[Quarantined] = []
        with self.catalog.connect() as connection:
            while page := quarantine.entries(
                connection, after=found[-1].id if found else 0, limit=_PAGE, state=State.OPEN
            ):
                found += page
        return found


def _outcome(before: Quarantined, after: Quarantined) -> Outcome:
    return Outcome(
        id=after.id,
        state=after.state,
        taken=(after.replayed - before.replayed).count,
        left=(after.numbers - after.replayed).count,
    )
