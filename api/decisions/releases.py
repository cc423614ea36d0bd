"""Releases of air data by the ministry: until then they are internal."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.air.release import Release
from analytics.service import decisions
from analytics.service.decisions import Decision
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.forms import (
    Number,
    OfShown,
    Signed,
    Text,
    found,
    signed,
    withdrawn,
    written_down,
)
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.problems import not_found, unprocessable
from api.sources import Given
from ingest.contract.period import micros

router = APIRouter(tags=["releases"])

Decider = Annotated[Actor, Depends(Require(Permission.RELEASE_AIR))]
_WIDTH: Final = 10  # digits of the highest number, so that keys sort as numbers


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
    with sources.catalog.connect() as connection:
        every = decisions.decisions(connection, Release)
    seen = [each for each in every if each.what.of.known_in(sources.registry())]
    return page_of(seen, place, key=lambda each: f"{each.id:0{_WIDTH}}", show=_shown)


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
    with sources.catalog.begin() as connection:
        entered = decisions.enter(connection, what, actor=actor.name, at=sources.clock.now())
        written_down(connection, entered, actor, sources, "enter")
    return _shown(entered)


@router.post("/releases/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: Decider) -> ReleaseShown:
    """Take a release back."""
    with sources.catalog.begin() as connection:
        one = found(connection, Release, number)
        if not one.what.of.known_in(sources.registry()):
            raise not_found("decision", number)
        return _shown(withdrawn(connection, one, actor, sources))


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
