"""Grid emission factors, each with its role, source and gas, and the way to enter one's own."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from analytics.factors.grid import Gas, GridFactor, Role
from analytics.service.ownfactors import all_factors, enter
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.paging import Asked, Page, page_of
from api.problems import Problem, not_found
from api.sources import Given, Sources
from ingest.audit import journal
from ingest.registry.tables import ConcurrentChangeError

router = APIRouter(tags=["factors"])

_MAY_ENTER: Final = Depends(Require(Permission.ENTER_FACTOR))
_Text = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f]*$")]
_Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=9, decimal_places=6)]


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
    u95_percent: Decimal | None
    change: int
    entered_by: str | None


class NewFactor(BaseModel):
    """A ministry's own factor, with the evidence it rests on; who enters it signs for it."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,6}){0,2}$")]
    role: Role
    gas: Gas
    value: Annotated[Decimal, Field(ge=0, le=5, max_digits=10, decimal_places=9)]
    unit: Literal["t/MWh"]
    source: _Text
    version: _Text
    year: Annotated[int, Field(ge=1990, le=2100)]
    valid_from: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
    evidence: _Text
    licence: _Text
    note: Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f]*$")] = ""
    u95_percent: _Percent | None = None


@router.get("/factors")
def factors(place: Asked, sources: Given, country: str | None = None) -> Page[FactorShown]:
    """Return the factors of a country's grid, or of all."""
    with sources.catalog.connect() as connection:
        known = all_factors(connection)
    found = [factor for factor in known if country in (None, factor.country)]
    return page_of(sorted(found, key=_key), place, key=_key, show=FactorShown.model_validate)


@router.post("/factors", status_code=HTTPStatus.CREATED)
def enter_factor(
    new: NewFactor, sources: Given, actor: Annotated[Actor, _MAY_ENTER]
) -> FactorShown:
    """Enter a factor of a grid that somebody answers for; it comes before the defaults.

    Nothing is altered: a later one of the same source and start takes its place.
    """
    _refuse_foreign(sources, new.country)
    factor = GridFactor(**new.model_dump(exclude={"unit"}))
    try:
        with sources.catalog.begin() as connection:
            now = sources.clock.now()
            entered = enter(connection, factor, actor=actor.name, known_at=now)
            thing = f"factor:{new.country}/{new.role}/change:{entered.change}"
            journal.append(connection, actor.deed("factor.enter", thing), at=now)
    except ConcurrentChangeError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from error
    return FactorShown.model_validate(entered)


def _refuse_foreign(sources: Sources, country: str) -> None:
    """Refuse the factor of a grid that displaces nothing of what the actor sees."""
    if country not in {zone.grid for zone in sources.registry().zones()}:
        raise not_found("grid of a zone", repr(country))


def _key(factor: GridFactor) -> str:
    parts = (factor.country, factor.role, factor.source, factor.version, factor.valid_from)
    return "|".join([*(str(part) for part in parts), f"{factor.change:09d}"])
