"""A book of decisions of one kind: how they are listed, entered and taken back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Generic, TypeVar

import sqlalchemy as sa

from analytics.service import decisions
from analytics.service.decisions import AlreadyWithdrawnError, Decision, T
from api.accounts.actor import Actor
from api.paging import Page, Place, page_of
from api.problems import Problem, not_found
from api.sources import Sources
from ingest import feed
from ingest.audit import journal
from ingest.columns import Touched
from ingest.registry.registry import Registry

S = TypeVar("S")
_WIDTH: Final = 10  # digits of the highest number, so that keys sort as numbers


def _touches_nothing(_registry: Registry, _what: object) -> Iterable[Touched]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book(Generic[T]):
    """Decisions of one kind; whatever is entered or taken back is in the journal."""

    kind: type[T]
    seen: Callable[[Registry, T], bool]
    """Whether those to whom a registry is shown may know of a decision."""
    touched: Callable[[Registry, T], Iterable[Touched]] = _touches_nothing
    """What is computed again because of it."""

    def listed(self, sources: Sources, place: Place, show: Callable[[Decision[T]], S]) -> Page[S]:
        """Return decisions in the order they were entered, withdrawn ones too."""
        with sources.catalog.connect() as connection:
            every = decisions.decisions(connection, self.kind)
        registry = sources.registry()
        seen = [each for each in every if self.seen(registry, each.what)]
        return page_of(seen, place, key=lambda each: f"{each.id:0{_WIDTH}}", show=show)

    def enter(self, sources: Sources, actor: Actor, what: T) -> Decision[T]:
        """Enter a decision; what it touches is computed again."""
        with sources.catalog.begin() as connection:
            entered = decisions.enter(connection, what, actor=actor.name, at=sources.clock.now())
            self._done(connection, sources, actor, entered, "enter")
        return entered

    def withdraw(self, sources: Sources, actor: Actor, number: int) -> Decision[T]:
        """Take a decision back; what it touched is computed again."""
        with sources.catalog.begin() as connection:
            one = decisions.find(connection, self.kind, number)
            if one is None or not self.seen(sources.registry(), one.what):
                raise not_found("decision", number)
            try:
                withdrawn = decisions.withdraw(
                    connection, one, actor=actor.name, at=sources.clock.now()
                )
            except AlreadyWithdrawnError as error:
                raise Problem(HTTPStatus.CONFLICT, str(error)) from error
            self._done(connection, sources, actor, one, "withdraw")
        return withdrawn

    def _done(
        self,
        connection: sa.Connection,
        sources: Sources,
        actor: Actor,
        one: Decision[T],
        deed: str,
    ) -> None:
        name = self.kind.__name__.lower()
        told = actor.deed(f"{name}.{deed}", f"{name}:{one.id}")
        journal.append(connection, told, at=sources.clock.now())
        feed.add(connection, self.touched(sources.registry(), one.what))
