"""Zones, and what each achieved so far."""

from decimal import Decimal

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from analytics.summary import zone_summary
from api.documents import respond
from api.paging import Asked, Page, page_of
from api.problems import not_found
from api.results import GivenResults
from api.sources import Given
from ingest.registry.model import Zone

router = APIRouter(tags=["zones"])


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
def summary(zone: str, sources: Given, results: GivenResults) -> Response:
    """Return a zone's headline figures, from the first data until now."""
    if sources.registry().zone(zone) is None:
        raise not_found("zone", zone)
    found = results.so_far()
    return respond(next(zone_summary(each) for each in found.results if each.zone.id == zone))


def _id(zone: Zone) -> str:
    return zone.id
