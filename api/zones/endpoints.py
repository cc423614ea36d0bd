"""Zones, and what each achieved so far."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict

from analytics.condition import condition
from analytics.conditionshown import condition_document
from analytics.service.zonefigures import every
from analytics.summary import zone_summary
from analytics.zonefigures import quoted_summary
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.documents import respond
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.problems import not_found
from api.releasing import seen_by
from api.results import GivenResults
from api.sources import Given
from ingest.registry.model import Zone

router = APIRouter(tags=["zones"])

Reader = Annotated[Actor, Depends(Require(Permission.READ))]


class ZoneShown(BaseModel):
    """The programme's geographic area holding sites. Positions in degrees."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    country: str
    grid: str
    timezone: str
    latitude: Decimal
    longitude: Decimal


@router.get("/zones")
def zones(sources: Given, place: Asked) -> Page[ZoneShown]:
    """Return the zones, by id."""
    return page_of(sources.registry().zones(), place, key=_id, show=ZoneShown.model_validate)


@router.get("/zones/{zone}/summary")
def summary(zone: str, sources: Given, results: GivenResults, actor: Reader) -> Response:
    """Return a zone's headline figures, from the first data until the instant they are of.

    Who sees the whole zone is told what analytics wrote down last, which takes no computing.
    """
    known = sources.registry().zone(zone)
    if known is None:
        raise not_found("zone", zone)
    if all(each.holds(known.id, known.country) for each in actor.scopes):
        with sources.catalog.connect() as connection:
            figures = every(connection, zone=zone)
        quoted = quoted_summary(known, figures)
        if quoted is not None:
            return respond({**quoted, "as_of": shown(figures[0].as_of)})
    found = results.so_far()
    own = next(zone_summary(each) for each in found.results if each.zone.id == zone)
    return respond({**own, "as_of": shown(found.as_of)})


@router.get("/zones/{zone}/condition")
def equipment(zone: str, sources: Given, results: GivenResults, actor: Reader) -> Response:
    """Return how a zone's equipment fared over the last thirty days.

    Air that is not released by the ministry is for those who may see it.
    """
    found = sources.registry().zone(zone)
    if found is None:
        raise not_found("zone", zone)
    so_far = results.so_far()
    told = condition(so_far.basis, found, None if so_far.span is None else so_far.span.start)
    return respond(condition_document(seen_by(actor, told, sources)))


def _id(zone: Zone) -> str:
    return zone.id
