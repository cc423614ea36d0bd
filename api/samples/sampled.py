"""What samples told, over HTTP: a person enters energies or distances, and figures use them."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from analytics.methods.vehicles import ELECTRIC_VEHICLES
from analytics.plausible import PLAUSIBLE
from analytics.samples import FEWEST, Sampled
from analytics.service.decisions import Decision, standing
from analytics.uptime.base import PV
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.book import Book
from api.decisions.forms import Number, Signed, Text, signed
from api.evidence.endpoints import require_known
from api.paging import Asked, Page
from api.problems import not_found, unprocessable
from api.sources import Given, Sources
from api.tables import SAMPLE
from ingest.registry.model import BuildingType, GridConnection, Lot
from ingest.registry.registry import Registry

router = APIRouter(tags=["samples"])

MayEnter = Annotated[Actor, Depends(Require(Permission.ENTER_FIELDWORK))]
_LONGEST_DAYS: Final = 366
_MOST_KM_A_DAY: Final = Decimal(1_000)  # [assumed] of any vehicle here
_MOST_KWH_A_DAY: Final = Decimal(1_000)  # [assumed] where nobody knows a set's power


class PlaceResult(BaseModel):
    """What the piece at a place of the sample gave or drove: kWh of PV, km of a vehicle."""

    place: Annotated[int, Field(ge=1, le=1_000_000)]
    value: Annotated[Decimal, Field(ge=0, le=10**9, max_digits=15, decimal_places=3)]


class NewSampled(BaseModel):
    """Results of a sample over some days, both included, as hand-read meters or odometers tell.

    A place of the sample without a result counts as 0.
    """

    model_config = ConfigDict(extra="forbid")

    sample: Annotated[int, Field(ge=1, le=2_147_483_647)]
    first: date
    last: date
    results: Annotated[list[PlaceResult], Field(min_length=1, max_length=10_000)]
    grid_connection: GridConnection | None = None  # of PV, as it was found
    building_type: BuildingType | None = None  # off the grid: whom the sets supply
    no_grid_evidence: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
    evidence: Annotated[int, Field(ge=1, le=2_147_483_647)]  # of the list that was signed
    text: Text


class SampledShown(Signed):
    """Results of a sample as they stand."""

    lot: str | None
    zone: str
    device_class: str
    first: date
    last: date
    pieces: int
    population: int
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A planned sample and the lot it was drawn from."""

    lot: Lot
    places: list[int]


@router.get("/sampled")
def sampled(sources: Given, place: Asked) -> Page[SampledShown]:
    """Return what samples told in the order it was entered, what was withdrawn, too."""
    return _BOOK.listed(sources, place, _shown)


@router.post("/sampled", status_code=HTTPStatus.CREATED)
def enter(new: NewSampled, sources: Given, actor: MayEnter) -> SampledShown:
    """Enter what a sample told; figures of its days credit it from now on."""
    require_known(sources, new.evidence)
    require_known(sources, new.no_grid_evidence)
    now = sources.clock.now()
    if not date(2000, 1, 1) <= new.first <= new.last <= now.date():
        raise unprocessable("first, last: expected days that have come, in this order")
    if (new.last - new.first).days >= _LONGEST_DAYS:
        raise unprocessable(f"first, last: expected at most {_LONGEST_DAYS} days")
    with sources.catalog.connect() as connection:
        what = _sampled(new, _drawn(connection, sources, new.sample), sources)
        if any(each.overlaps(what) for each in standing(connection, Sampled)):
            raise unprocessable("first, last: expected days that no result of the lot speaks of")
    return _shown(_BOOK.enter(sources, actor, what))


@router.post("/sampled/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: MayEnter) -> SampledShown:
    """Take back what a sample told."""
    return _shown(_BOOK.withdraw(sources, actor, number))


def _drawn(connection: sa.Connection, sources: Sources, number: int) -> _Drawn:
    row = connection.execute(sa.select(SAMPLE).where(SAMPLE.c.id == number)).first()
    lot = None if row is None else sources.registry().lot(row.lot)
    if row is None or lot is None:
        raise not_found("sample", number)
    return _Drawn(lot, json.loads(row.places))


def _sampled(new: NewSampled, drawn: _Drawn, sources: Sources) -> Sampled:
    lot = drawn.lot
    driven = lot.device_class in ELECTRIC_VEHICLES.device_classes
    if not driven and lot.device_class not in PV:
        raise unprocessable(f"sample: no method credits a sample of a {lot.device_class}")
    _check_grid(new, driven=driven)
    values = _values(new, drawn)
    registered = Counter(device.lot for device in sources.registry().devices())
    population = lot.quantity - registered[lot.id]
    if not FEWEST <= len(values) <= population:
        told = f"from {FEWEST} to {population} places, of which nobody meters any"
        raise unprocessable(f"sample: expected {told}")
    return Sampled(
        zone=lot.zone,
        device_class=lot.device_class,
        first=new.first,
        last=new.last,
        population=population,
        kwh=() if driven else values,
        km=values if driven else (),
        source=f"sample {new.sample}, evidence {new.evidence}: {new.text}",
        lot=lot.id,
        in_use_since=lot.handed_over,
        building_type=new.building_type,
    )


def _check_grid(new: NewSampled, *, driven: bool) -> None:
    """Refuse what no method credits: nobody knows of a grid, or proves that there is none."""
    if driven != (new.grid_connection is None):
        raise unprocessable("grid_connection: expected of PV, and of nothing else")
    if new.grid_connection is GridConnection.UNKNOWN:
        raise unprocessable("grid_connection: expected on or off")
    off = new.grid_connection is GridConnection.OFF
    if off != (new.building_type is not None) or off != (new.no_grid_evidence is not None):
        raise unprocessable("building_type, no_grid_evidence: expected off the grid, only there")
    if off and new.first.year != new.last.year:
        raise unprocessable("first, last: expected days of one calendar year, off the grid")


def _values(new: NewSampled, drawn: _Drawn) -> list[Decimal]:
    """Return a value for each place that was drawn; nobody's word is none."""
    told: Mapping[int, Decimal] = {each.place: each.value for each in new.results}
    if len(told) < len(new.results):
        raise unprocessable("results: expected each place once")
    if strangers := sorted(told.keys() - set(drawn.places)):
        raise unprocessable(f"results: expected places of the sample, not {strangers[0]}")
    most = _most_a_day(drawn.lot) * ((new.last - new.first).days + 1)
    for place, value in told.items():
        if value > most:
            raise unprocessable(f"results: place {place}: expected at most {most:f}, got {value:f}")
    return [told.get(place, Decimal(0)) for place in drawn.places]


def _most_a_day(lot: Lot) -> Decimal:
    if lot.device_class in ELECTRIC_VEHICLES.device_classes:
        return _MOST_KM_A_DAY
    if lot.rated_power_w is None:
        return _MOST_KWH_A_DAY
    return lot.rated_power_w / 1_000 * 24 * PLAUSIBLE


def _is_seen(registry: Registry, what: Sampled) -> bool:
    return what.lot is not None and registry.lot(what.lot) is not None


_BOOK: Final = Book(kind=Sampled, seen=_is_seen)


def _shown(decision: Decision[Sampled]) -> SampledShown:
    what = decision.what
    values = what.km or what.kwh
    return SampledShown.model_validate(
        signed(decision)
        | {
            "lot": what.lot,
            "zone": what.zone,
            "device_class": what.device_class,
            "first": what.first,
            "last": what.last,
            "pieces": len(values),
            "population": what.population,
            "unit": "km" if what.km else "kWh",
            "source": what.source,
        }
    )
