"""A period's report."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from analytics.periods import Days, PeriodError, parse_period
from analytics.quoting import Document
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.claims.endpoints import claims_for
from api.problems import not_found, unprocessable
from api.reports.answering import Wanted, answer
from api.reports.compute import (
    Computed,
    UnknownScopeError,
    UnreportablePeriodError,
    compute,
    document,
    parse_scope,
)
from api.sources import Given, Sources
from ingest.audit import journal
from ingest.catalog import snapshot

router = APIRouter(tags=["reports"])

Reader = Annotated[Actor, Depends(Require(Permission.READ))]


@router.get("/reports/{scope}/{period}")
def report(scope: str, period: str, sources: Given, wanted: Wanted, actor: Reader) -> Response:
    """Return the report document of zone:ID, country:CODE or programme.

    The notes say so where its reader does not see the whole of it. The format is asked for by
    Accept or `format`, the language by `lang` or Accept-Language; If-None-Match spares a report
    that the client holds.
    """
    result = computed(sources, scope, period)
    found = document(result, software=sources.software, claims=claims_for(actor))
    response = answer(_with_limits_told(_released_only(found, actor), actor), wanted)
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    with sources.catalog.begin() as connection:
        deed = actor.deed("report.export", f"report:{scope}/{period}")
        journal.append(connection, deed, at=sources.clock.now())
    return response


def _released_only(found: Document, actor: Actor) -> Document:
    """Return a document without the air that its reader may not see before it is released."""
    air, notes = found["air"], found["notes"]
    if actor.may(Permission.READ_UNRELEASED) or not isinstance(air, list):
        return found
    shown = [row for row in air if row["released"]]
    if len(shown) == len(air) or not isinstance(notes, list):
        return found
    told = f"air of {len(air) - len(shown)} stations is not released by the ministry"
    return found | {"air": shown, "notes": [*notes, told]}


def _with_limits_told(found: Document, actor: Actor) -> Document:
    """Return a document that tells a reader whose scope is narrower than all."""
    parts = [" or ".join(scope.texts()) for scope in actor.scopes if not scope.everything]
    if not parts:
        return found
    notes = found["notes"]
    assert isinstance(notes, list)  # noqa: S101 - a document is typed by its schema alone
    return found | {"notes": [*notes, f"only what its reader sees: {' and '.join(parts)}"]}


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
