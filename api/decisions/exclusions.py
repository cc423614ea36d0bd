"""Exclusions: time that a contract takes out of availability."""

from http import HTTPStatus
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.service import decisions
from analytics.service.decisions import Decision
from analytics.service.touching import touched_by_exclusion
from analytics.uptime.exclusions import Exclusion, Reason
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.forms import (
    Number,
    OfShown,
    Signed,
    Text,
    found,
    period_between,
    signed,
    withdrawn,
    written_down,
)
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.problems import not_found
from api.sources import Given, Sources
from ingest import feed
from ingest.contract.metric import DeviceClass

router = APIRouter(tags=["exclusions"])

Decider = Annotated[Actor, Depends(Require(Permission.DECIDE_EXCLUSION))]
_WIDTH: Final = 10  # digits of the highest number, so that keys sort as numbers


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
    with sources.catalog.connect() as connection:
        every = decisions.decisions(connection, Exclusion)
    seen = [each for each in every if each.what.of.known_in(sources.registry())]
    return page_of(seen, place, key=lambda each: f"{each.id:0{_WIDTH}}", show=_shown)


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
    with sources.catalog.begin() as connection:
        entered = decisions.enter(connection, what, actor=actor.name, at=sources.clock.now())
        written_down(connection, entered, actor, sources, "enter")
        _touch(connection, sources, what)
    return _shown(entered)


@router.post("/exclusions/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: Decider) -> ExclusionShown:
    """Take an exclusion back; what it touched is computed again."""
    with sources.catalog.begin() as connection:
        one = found(connection, Exclusion, number)
        if not one.what.of.known_in(sources.registry()):
            raise not_found("decision", number)
        taken_back = withdrawn(connection, one, actor, sources)
        _touch(connection, sources, one.what)
    return _shown(taken_back)


def _touch(connection: sa.Connection, sources: Sources, what: Exclusion) -> None:
    feed.add(connection, touched_by_exclusion(sources.registry(), what))


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
