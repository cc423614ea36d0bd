"""What the resources of decisions say alike: who, when and of what."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.holders import Holder, Of
from analytics.service.decisions import Decision, T
from api.instants import shown
from api.problems import not_found, unprocessable
from api.sources import Sources
from ingest.contract.period import Period

LONGEST: Final = timedelta(days=366)
_HIGHEST: Final = 2_147_483_647  # an INTEGER key of any database

Number = Annotated[int, Path(ge=1, le=_HIGHEST)]
Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]


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
