"""Sites."""

from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.paging import Asked, Page, page_of
from api.sources import Given
from ingest.registry.model import Site

router = APIRouter(tags=["sites"])


class SiteShown(BaseModel):
    """One place with a gateway and devices. Positions in degrees; None is its zone's."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    zone: str
    name: str
    latitude: Decimal | None
    longitude: Decimal | None


@router.get("/sites")
def sites(sources: Given, place: Asked, zone: str | None = None) -> Page[SiteShown]:
    """Return the sites, by id, of one zone or of all."""
    found = [site for site in sources.registry().sites() if zone in (None, site.zone)]
    return page_of(found, place, key=_id, show=SiteShown.model_validate)


def _id(site: Site) -> str:
    return site.id
