"""Releases of air data by the ministry: until then they are internal."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.air.release import Release
from analytics.service.decisions import Decision
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.book import Book
from api.decisions.forms import Number, OfShown, Signed, Text, signed
from api.instants import shown
from api.paging import Asked, Page
from api.problems import unprocessable
from api.sources import Given
from ingest.contract.period import micros

router = APIRouter(tags=["releases"])

Decider = Annotated[Actor, Depends(Require(Permission.RELEASE_AIR))]
_BOOK: Final = Book(
    kind=Release,
    seen=lambda registry, what: what.of.known_in(registry),
)


class NewRelease(BaseModel):
    """A release to be entered; without an end it holds until it is withdrawn."""

    model_config = ConfigDict(extra="forbid")

    of: OfShown
    start: Annotated[AwareDatetime, Field(alias="from")]
    end: Annotated[AwareDatetime | None, Field(alias="to")] = None
    text: Text


class ReleaseShown(Signed):
    """A release as it stands."""

    of: OfShown
    start: Annotated[str, Field(serialization_alias="from")]
    end: Annotated[str | None, Field(serialization_alias="to")]
    text: str


@router.get("/releases")
def releases(sources: Given, place: Asked) -> Page[ReleaseShown]:
    """Return the releases in the order they were entered, withdrawn ones too."""
    return _BOOK.listed(sources, place, _shown)


@router.post("/releases", status_code=HTTPStatus.CREATED)
def enter(new: NewRelease, sources: Given, actor: Decider) -> ReleaseShown:
    """Give air data out."""
    if new.end is not None and new.end <= new.start:
        raise unprocessable("to: expected an instant after from")
    what = Release(
        of=new.of.known(sources),
        start=micros(new.start),
        end=None if new.end is None else micros(new.end),
        text=new.text,
    )
    return _shown(_BOOK.enter(sources, actor, what))


@router.post("/releases/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: Decider) -> ReleaseShown:
    """Take a release back."""
    return _shown(_BOOK.withdraw(sources, actor, number))


def _shown(decision: Decision[Release]) -> ReleaseShown:
    what = decision.what
    return ReleaseShown.model_validate(
        signed(decision)
        | {
            "of": what.of,
            "start": shown(what.start),
            "end": shown(what.end),
            "text": what.text,
        }
    )
