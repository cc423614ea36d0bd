"""Overrides: a person's word on readings; the touched closure is computed again."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.quality.overrides import Override
from analytics.service.decisions import Decision
from analytics.service.touching import touched_by_override
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.book import Book
from api.decisions.forms import Number, Signed, Text, period_between, signed
from api.instants import shown
from api.paging import Asked, Page
from api.problems import not_found, unprocessable
from api.sources import Given, Sources
from ingest.contract.catalog import metric
from ingest.contract.quality import Quality
from ingest.registry.model import Device

router = APIRouter(tags=["overrides"])

Decider = Annotated[Actor, Depends(Require(Permission.OVERRIDE_QUALITY))]
_BOOK: Final = Book(
    kind=Override,
    seen=lambda registry, what: registry.device(what.device) is not None,
    touched=touched_by_override,
)
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
    return _BOOK.listed(sources, place, _shown)


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
    return _shown(_BOOK.enter(sources, actor, what))


@router.post("/overrides/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: Decider) -> OverrideShown:
    """Take an override back; what it touched is computed again."""
    return _shown(_BOOK.withdraw(sources, actor, number))


def _device(new: NewOverride, sources: Sources) -> Device:
    device = sources.registry().device(new.device)
    if device is None:
        raise not_found("device", new.device)
    if new.metric is not None and metric(device.device_class, new.metric) is None:
        raise unprocessable(f"metric: a {device.device_class} has no {new.metric}")
    if new.quality not in _SAYABLE:
        raise unprocessable("quality: expected 1 (good), 3 (suspect) or 4 (bad)")
    return device


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
