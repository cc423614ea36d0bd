"""Grid emission factors, each with its role, source and gas."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from analytics.factors.grid import Gas, GridFactor, Role, grid_factors
from api.paging import Asked, Page, page_of

router = APIRouter(tags=["factors"])


class FactorShown(BaseModel):
    """Emissions of a grid per energy, for one role."""

    model_config = ConfigDict(from_attributes=True)

    country: str
    role: Role
    gas: Gas
    value: Decimal
    unit: str = "t/MWh"
    source: str
    version: str
    year: int
    valid_from: date
    evidence: str
    licence: str
    note: str


@router.get("/factors")
def factors(place: Asked, country: str | None = None) -> Page[FactorShown]:
    """Return the factors of a country's grid, or of all."""
    found = [factor for factor in grid_factors() if country in (None, factor.country)]
    return page_of(sorted(found, key=_key), place, key=_key, show=FactorShown.model_validate)


def _key(factor: GridFactor) -> str:
    parts = (factor.country, factor.role, factor.source, factor.version, factor.valid_from)
    return "|".join(str(part) for part in parts)
