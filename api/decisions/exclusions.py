"""Exclusions: time that a contract takes out of availability."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.service.decisions import Decision
from analytics.service.touching import touched_by_exclusion
from analytics.uptime.exclusions import Exclusion, Reason
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.book import Book
from api.decisions.forms import Number, OfShown, Signed, Text, period_between, signed
from api.instants import shown
from api.paging import Asked, Page
from api.sources import Given
from ingest.contract.metric import DeviceClass

router = APIRouter(tags=["exclusions"])

Decider = Annotated[Actor, Depends(Require(Permission.DECIDE_EXCLUSION))]
_BOOK: Final = Book(
    kind=Exclusion,
    seen=lambda registry, what: what.of.known_in(registry),
    touched=touched_by_exclusion,
)


class NewExclusion(BaseModel):
    """An exclusion to be entered."""

    model_config = ConfigDict(extra="forbid")

    of: OfShown
    device_class: DeviceClass | None = None
    start: Annotated[AwareDatetime, Field(alias="from")]
    end: Annotated[AwareDatetime, Field(alias="to")]
    reason: Reason
    text: Text


class ExclusionShown(Signed):
    """An exclusion as it stands."""

    of: OfShown
    device_class: DeviceClass | None
    start: Annotated[str, Field(serialization_alias="from")]
    end: Annotated[str, Field(serialization_alias="to")]
    reason: Reason
    text: str


@router.get("/exclusions")
def exclusions(sources: Given, place: Asked) -> Page[ExclusionShown]:
    """Return the exclusions in the order they were entered, withdrawn ones too."""
    return _BOOK.listed(sources, place, _shown)


@router.post("/exclusions", status_code=HTTPStatus.CREATED)
def enter(new: NewExclusion, sources: Given, actor: Decider) -> ExclusionShown:
    """Enter an exclusion; what it touches is computed again."""
    what = Exclusion(
        of=new.of.known(sources),
        device_class=new.device_class,
        period=period_between(new.start, new.end),
        reason=new.reason,
        text=new.text,
    )
    return _shown(_BOOK.enter(sources, actor, what))


@router.post("/exclusions/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: Decider) -> ExclusionShown:
    """Take an exclusion back; what it touched is computed again."""
    return _shown(_BOOK.withdraw(sources, actor, number))


def _shown(decision: Decision[Exclusion]) -> ExclusionShown:
    what = decision.what
    return ExclusionShown.model_validate(
        signed(decision)
        | {
            "of": what.of,
            "device_class": what.device_class,
            "start": shown(what.period.start),
            "end": shown(what.period.end),
            "reason": what.reason,
            "text": what.text,
        }
    )
