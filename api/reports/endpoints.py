"""A period's report."""

from fastapi import APIRouter, Response

from analytics.periods import Days, PeriodError, parse_period
from api.documents import respond
from api.problems import not_found, unprocessable
from api.reports.compute import (
    Computed,
    UnknownScopeError,
    UnreportablePeriodError,
    compute,
    document,
    parse_scope,
)
from api.sources import Given, Sources
from ingest.catalog import snapshot

router = APIRouter(tags=["reports"])


@router.get("/reports/{scope}/{period}")
def report(scope: str, period: str, sources: Given) -> Response:
    """Return the report document of zone:ID, country:CODE or programme."""
    return respond(document(computed(sources, scope, period), software=sources.software))


def computed(sources: Sources, scope: str, period: str) -> Computed:
    """Return what was computed, or raise a problem that names what is wrong."""
    days = _days(period)
    try:
        with snapshot(sources.catalog) as connection:
            return compute(connection, sources.registry(), parse_scope(scope), days)
    except UnknownScopeError as error:
        raise not_found("scope", repr(error.text)) from error
    except UnreportablePeriodError as error:
        raise unprocessable(str(error)) from error


def _days(period: str) -> Days:
    try:
        return parse_period(period)
    except PeriodError as error:
        raise unprocessable(str(error)) from error
