"""Overrides: a person's word on readings; the touched closure is computed again."""

from http import HTTPStatus
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.quality.overrides import Override
from analytics.service import decisions
from analytics.service.decisions import Decision
from analytics.service.touching import touched_by_override
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.forms import (
    Number,
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
from api.problems import not_found, unprocessable
from api.sources import Given, Sources
from ingest import feed
from ingest.contract.catalog import metric
from ingest.contract.quality import Quality
from ingest.registry.model import Device

router = APIRouter(tags=["overrides"])

Decider = Annotated[Actor, Depends(Require(Permission.OVERRIDE_QUALITY))]
_WIDTH: Final = 10  # digits of the highest number, so that keys sort as numbers
_SAYABLE: Final = (Quality.GOOD, Quality.SUSPECT, Quality.BAD)


class NewOverride(BaseModel):
    """An override to be entered."""

    model_config = ConfigDict(extra="forbid")

    device: Annotated[str, Field(max_length=63)]
    metric: Annotated[str, Field(max_length=63)] | None = None
    start: Annotated[AwareDatetime, Field(alias="from")]
    end: Annotated[AwareDatetime, Field(alias="to")]
    quality: Quality
    text: Text


class OverrideShown(Signed):
    """An override as it stands."""

    device: str
    metric: str | None
    start: Annotated[str, Field(serialization_alias="from")]
    end: Annotated[str, Field(serialization_alias="to")]
    quality: Quality
    text: str


@router.get("/overrides")
def overrides(sources: Given, place: Asked) -> Page[OverrideShown]:
    """Return the overrides in the order they were entered, withdrawn ones too."""
    with sources.catalog.connect() as connection:
        every = decisions.decisions(connection, Override)
    registry = sources.registry()
    seen = [each for each in every if registry.device(each.what.device) is not None]
    return page_of(seen, place, key=lambda each: f"{each.id:0{_WIDTH}}", show=_shown)


@router.post("/overrides", status_code=HTTPStatus.CREATED)
def enter(new: NewOverride, sources: Given, actor: Decider) -> OverrideShown:
    """Enter an override; what it touches is computed again."""
    what = Override(
        device=_device(new, sources).id,
        metric=new.metric,
        period=period_between(new.start, new.end),
        quality=new.quality,
        text=new.text,
    )
    with sources.catalog.begin() as connection:
        entered = decisions.enter(connection, what, actor=actor.name, at=sources.clock.now())
        written_down(connection, entered, actor, sources, "enter")
        _touch(connection, sources, what)
    return _shown(entered)


@router.post("/overrides/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: Decider) -> OverrideShown:
    """Take an override back; what it touched is computed again."""
    with sources.catalog.begin() as connection:
        one = found(connection, Override, number)
        if sources.registry().device(one.what.device) is None:
            raise not_found("decision", number)
        taken_back = withdrawn(connection, one, actor, sources)
        _touch(connection, sources, one.what)
    return _shown(taken_back)


def _device(new: NewOverride, sources: Sources) -> Device:
    device = sources.registry().device(new.device)
    if device is None:
        raise not_found("device", new.device)
    if new.metric is not None and metric(device.device_class, new.metric) is None:
        raise unprocessable(f"metric: a {device.device_class} has no {new.metric}")
    if new.quality not in _SAYABLE:
        raise unprocessable("quality: expected 1 (good), 3 (suspect) or 4 (bad)")
    return device


def _touch(connection: sa.Connection, sources: Sources, what: Override) -> None:
    feed.add(connection, touched_by_override(sources.registry(), what))


def _shown(decision: Decision[Override]) -> OverrideShown:
    what = decision.what
    return OverrideShown.model_validate(
        signed(decision)
        | {
            "device": what.device,
            "metric": what.metric,
            "start": shown(what.period.start),
            "end": shown(what.period.end),
            "quality": what.quality,
            "text": what.text,
        }
    )
