"""What the resources of decisions have in common: who, when, of what, and how one is withdrawn."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

import sqlalchemy as sa
from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.air.release import Release
from analytics.holders import Holder, Of
from analytics.quality.overrides import Override
from analytics.samples import Sampled
from analytics.service import decisions
from analytics.service.decisions import AlreadyWithdrawnError, Decision
from analytics.uptime.exclusions import Exclusion
from api.accounts.actor import Actor
from api.instants import shown
from api.problems import Problem, not_found, unprocessable
from api.sources import Sources
from ingest.audit import journal
from ingest.contract.period import Period

LONGEST: Final = timedelta(days=366)
_HIGHEST: Final = 2_147_483_647  # an INTEGER key of any database

Number = Annotated[int, Path(ge=1, le=_HIGHEST)]
Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]
T = TypeVar("T", Exclusion, Override, Release, Sampled)


class OfShown(BaseModel):
    """What a decision is of."""

    model_config = ConfigDict(from_attributes=True)

    holder: Holder
    id: Annotated[str, Field(max_length=63)]

    def known(self, sources: Sources) -> Of:
        """Return it, or raise a problem where it is not seen."""
        found = Of(holder=self.holder, id=self.id)
        if not found.known_in(sources.registry()):
            raise not_found(self.holder, self.id)
        return found


class Signed(BaseModel):
    """Who decided and when, and who took it back."""

    id: int
    actor: str
    known_at: str | None
    withdrawn_by: str | None
    withdrawn_at: str | None


def signed(decision: Decision[T]) -> dict[str, object]:
    """Return who decided and when, as it is shown."""
    return {
        "id": decision.id,
        "actor": decision.actor,
        "known_at": shown(decision.known_at),
        "withdrawn_by": decision.withdrawn_by,
        "withdrawn_at": shown(decision.withdrawn_at),
    }


def period_between(start: AwareDatetime, end: AwareDatetime) -> Period:
    """Return a period of at most a year, or raise a problem."""
    if not timedelta(0) < end - start <= LONGEST:
        raise unprocessable(f"from, to: expected a span of at most {LONGEST.days} days")
    return Period.between(start, end)


def found(connection: sa.Connection, kind: type[T], number: int) -> Decision[T]:
    """Return a decision, or raise a problem where there is none."""
    one = decisions.find(connection, kind, number)
    if one is None:
        raise not_found("decision", number)
    return one


def withdrawn(
    connection: sa.Connection, one: Decision[T], actor: Actor, sources: Sources
) -> Decision[T]:
    """Take a decision back, write it down, and return it as it is now."""
    now = sources.clock.now()
    try:
        decisions.withdraw(connection, one, actor=actor.name, at=now)
    except AlreadyWithdrawnError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from error
    written_down(connection, one, actor, sources, "withdraw")
    return found(connection, type(one.what), one.id)


def written_down(
    connection: sa.Connection, one: Decision[T], actor: Actor, sources: Sources, deed: str
) -> None:
    """Enter what was done with a decision in the journal, in the transaction that does it."""
    name = type(one.what).__name__.lower()
    told = actor.deed(f"{name}.{deed}", f"{name}:{one.id}")
    journal.append(connection, told, at=sources.clock.now())
