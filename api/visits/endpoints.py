"""Inspection visits over HTTP; their results are no series, and enter no average of stations."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field, FiniteFloat

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.evidence.endpoints import require_known
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.problems import unprocessable
from api.sources import Given, Sources
from api.tables import VISIT
from dashboards.board.condition import VisitRow
from ingest.audit import journal
from ingest.checks import AHEAD, EARLIEST
from ingest.contract.catalog import METRICS
from ingest.contract.period import micros

router = APIRouter(tags=["visits"])

MayEnter = Annotated[Actor, Depends(Require(Permission.ENTER_FIELDWORK))]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_UNITS = {metric.name: metric.unit for metrics in METRICS.values() for metric in metrics}


class VisitResult(BaseModel):
    """What a portable instrument showed, in the unit of the metric."""

    metric: Annotated[str, Field(max_length=63)]
    value: FiniteFloat
    unit: Annotated[str, Field(max_length=20)]


class NewVisit(BaseModel):
    """An inspection to be written down."""

    site: Annotated[str, Field(max_length=63)]
    visited_at: AwareDatetime
    inspector: Text
    instrument: Text
    evidence: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
    results: Annotated[list[VisitResult], Field(min_length=1, max_length=100)]


class VisitShown(BaseModel):
    """An inspection, and who wrote it down."""

    id: int
    site: str
    visited_at: str | None
    inspector: str
    instrument: str
    evidence: int | None
    results: list[VisitResult]
    entered_by: str
    entered_at: str | None


@router.post("/visits", status_code=HTTPStatus.CREATED)
def add_visit(visit: NewVisit, sources: Given, actor: MayEnter) -> VisitShown:
    """Write a visit down."""
    now = sources.clock.now()
    if sources.registry().site(visit.site) is None:
        raise unprocessable(f"site: expected one that the registry knows, not {visit.site!r}")
    _check(visit, now)
    require_known(sources, visit.evidence)
    values = {
        "site": visit.site,
        "visited_at": micros(visit.visited_at),
        "inspector": visit.inspector,
        "instrument": visit.instrument,
        "evidence": visit.evidence,
        "results": json.dumps([each.model_dump() for each in visit.results]),
        "entered_by": actor.name,
        "entered_at": micros(now),
    }
    with sources.catalog.begin() as connection:
        journal.append(connection, actor.deed("visit.add", f"site:{visit.site}"), at=now)
        key = connection.execute(sa.insert(VISIT).values(values)).inserted_primary_key
        assert key is not None  # noqa: S101 - of one inserted row there always is one
        row = connection.execute(sa.select(VISIT).where(VISIT.c.id == key[0])).one()
    return _shown(row)


@router.get("/visits")
def visits(sources: Given, place: Asked) -> Page[VisitShown]:
    """Return the visits of the sites that are seen, in the order they were written down."""
    with sources.catalog.connect() as connection:
        rows = connection.execute(sa.select(VISIT).order_by(VISIT.c.id)).all()
    registry = sources.registry()
    seen = [row for row in rows if not sources.restricted or registry.site(row.site) is not None]
    return page_of(seen, place, key=lambda row: f"{row.id:010d}", show=_shown)


def visits_in(sources: Sources, zone: str, *, newest: int) -> list[VisitRow]:
    """Return the newest visits of a zone's sites, as pages show them."""
    sites = {each.id for each in sources.registry().sites() if each.zone == zone}
    query = sa.select(VISIT).where(VISIT.c.site.in_(sites)).order_by(VISIT.c.visited_at.desc())
    with sources.catalog.connect() as connection:
        rows = connection.execute(query.limit(newest)).all()
    return [
        VisitRow(
            site=row.site,
            visited_at=row.visited_at,
            inspector=row.inspector,
            instrument=row.instrument,
            results=tuple(
                (each["metric"], f"{each['value']:g}", each["unit"])
                for each in json.loads(row.results)
            ),
        )
        for row in rows
    ]


def _check(visit: NewVisit, now: datetime) -> None:
    if not EARLIEST <= visit.visited_at <= now + AHEAD:
        raise unprocessable("visited_at: expected an instant that has passed, after 2000")
    for place, each in enumerate(visit.results):
        unit = _UNITS.get(each.metric)
        if unit is None:
            raise unprocessable(f"results.{place}.metric: expected a metric of the catalog")
        if each.unit != unit:
            raise unprocessable(f"results.{place}.unit: expected {unit}, as {each.metric} has it")


def _shown(row: "sa.Row[tuple[object, ...]]") -> VisitShown:
    return VisitShown(
        id=row.id,
        site=row.site,
        visited_at=shown(row.visited_at),
        inspector=row.inspector,
        instrument=row.instrument,
        evidence=row.evidence,
        results=json.loads(row.results),
        entered_by=row.entered_by,
        entered_at=shown(row.entered_at),
    )
