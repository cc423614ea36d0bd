"""Samples over HTTP: a lot's is planned once, its places are visited, and a share follows."""

import json
from datetime import date
from http import HTTPStatus
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from analytics.sample_plans import drawn, ninety_ten, share
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.evidence.endpoints import require_known
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.problems import not_found, unprocessable
from api.sources import Given, Sources
from api.tables import FINDING, SAMPLE
from api.visits.endpoints import Text
from ingest.audit import journal
from ingest.contract.period import micros

router = APIRouter(tags=["samples"])

MayEnter = Annotated[Actor, Depends(Require(Permission.ENTER_FIELDWORK))]
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]


class NewSample(BaseModel):
    """A sample to be drawn: of a lot, by the 90/10 rule."""

    lot: Annotated[str, Field(max_length=63)]
    expected_share: Annotated[float, Field(gt=0, lt=1)]
    seed: Annotated[int, Field(ge=0, le=2**53)]  # stated, so that anybody can draw it again


class NewFinding(BaseModel):
    """What was found at a place of a sample; a later finding of a place takes the earlier's."""

    place: Annotated[int, Field(ge=1, le=1_000_000)]
    working: bool
    visited_on: date
    inspector: Text
    evidence: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None


class SampleShown(BaseModel):
    """A sample with what was found so far; shares are percent, null before the first visit."""

    id: int
    lot: str
    population: int
    expected_share: float
    seed: int
    places: list[int]
    visited: int
    working: int
    to_visit: list[int]
    working_percent: str | None
    low_percent: str | None
    high_percent: str | None
    confidence_percent: int
    entered_by: str
    entered_at: str | None


@router.post("/samples", status_code=HTTPStatus.CREATED)
def plan(sample: NewSample, sources: Given, actor: MayEnter) -> SampleShown:
    """Draw a lot's sample and write it down."""
    lot = sources.registry().lot(sample.lot)
    if lot is None:
        raise unprocessable(f"lot: expected one that the registry knows, not {sample.lot!r}")
    size = ninety_ten(lot.quantity, sample.expected_share)
    now = sources.clock.now()
    values = {
        "lot": lot.id,
        "population": lot.quantity,
        "expected_share": sample.expected_share,
        "seed": sample.seed,
        "places": json.dumps(drawn(lot.quantity, size, seed=sample.seed)),
        "entered_by": actor.name,
        "entered_at": micros(now),
    }
    with sources.catalog.begin() as connection:
        journal.append(connection, actor.deed("sample.plan", f"lot:{lot.id}"), at=now)
        key = connection.execute(sa.insert(SAMPLE).values(values)).inserted_primary_key
        assert key is not None  # noqa: S101 - of one inserted row there always is one
        return _of_number(connection, sources, key[0])


@router.get("/samples")
def samples(sources: Given, place: Asked) -> Page[SampleShown]:
    """Return the samples of lots that are seen, in the order they were planned."""
    with sources.catalog.connect() as connection:
        rows = connection.execute(sa.select(SAMPLE).order_by(SAMPLE.c.id)).all()
        seen = [_shown(connection, row) for row in rows if _is_seen(sources, row.lot)]
    return page_of(seen, place, key=lambda each: f"{each.id:010d}", show=lambda each: each)


@router.get("/samples/{number}")
def of_number(number: Number, sources: Given) -> SampleShown:
    """Return a sample with what was found so far."""
    with sources.catalog.connect() as connection:
        return _of_number(connection, sources, number)


@router.post("/samples/{number}/findings", status_code=HTTPStatus.CREATED)
def add_finding(
    number: Number, finding: NewFinding, sources: Given, actor: MayEnter
) -> SampleShown:
    """Write down what was found at a place, and return the sample with it."""
    now = sources.clock.now()
    require_known(sources, finding.evidence)
    if not date(2000, 1, 1) <= finding.visited_on <= now.date():
        raise unprocessable("visited_on: expected a day that has come")
    with sources.catalog.begin() as connection:
        before = _of_number(connection, sources, number)
        if finding.place not in before.places:
            raise unprocessable(f"place: expected one of the sample, not {finding.place}")
        journal.append(connection, actor.deed("sample.finding", f"sample:{number}"), at=now)
        told = finding.model_dump() | {"entered_by": actor.name, "entered_at": micros(now)}
        connection.execute(sa.insert(FINDING).values({"sample": number} | told))
        return _of_number(connection, sources, number)


def _of_number(connection: sa.Connection, sources: Sources, number: int) -> SampleShown:
    row = connection.execute(sa.select(SAMPLE).where(SAMPLE.c.id == number)).first()
    if row is None or not _is_seen(sources, row.lot):
        raise not_found("sample", number)
    return _shown(connection, row)


def _is_seen(sources: Sources, lot: str) -> bool:
    return not sources.restricted or sources.registry().lot(lot) is not None


def _shown(connection: sa.Connection, row: "sa.Row[tuple[object, ...]]") -> SampleShown:
    query = sa.select(FINDING).where(FINDING.c.sample == row.id).order_by(FINDING.c.id)
    latest = {each.place: each.working for each in connection.execute(query)}
    places: list[int] = json.loads(row.places)
    found = share(sum(latest.values()), len(latest))
    return SampleShown(
        id=row.id,
        lot=row.lot,
        population=row.population,
        expected_share=row.expected_share,
        seed=row.seed,
        places=places,
        visited=len(latest),
        working=sum(latest.values()),
        to_visit=[place for place in places if place not in latest],
        working_percent=None if found is None else f"{100 * found.point:.1f}",
        low_percent=None if found is None else f"{100 * found.low:.1f}",
        high_percent=None if found is None else f"{100 * found.high:.1f}",
        confidence_percent=90,
        entered_by=row.entered_by,
        entered_at=shown(row.entered_at),
    )
