"""A period's report."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from analytics.periods import Days, PeriodError
from analytics.quoting import Document
from analytics.report import Scope
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.claims.endpoints import claims_for
from api.closing.published import UnknownRevisionError, published
from api.closing.seeing import as_seen, sees
from api.problems import not_found, unprocessable
from api.reports.answering import Wanted, answer
from api.reports.compute import (
    Computed,
    UnknownScopeError,
    UnreportablePeriodError,
    compute,
    document,
    parse_scope,
    reportable,
    zones_in,
)
from api.reports.periods import period_of
from api.sources import Given, Sources, Whole
from ingest.audit import journal
from ingest.catalog import snapshot

router = APIRouter(tags=["reports"])

Reader = Annotated[Actor, Depends(Require(Permission.READ))]


@router.get("/reports/{scope}/{period}")
def report(
    scope: str,
    period: str,
    sources: Given,
    whole: Whole,
    wanted: Wanted,
    actor: Reader,
    revision: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None,
) -> Response:
    """Return the report document of zone:ID, country:CODE, aid-batch:ID or programme.

    Of what was prepared or closed it is the newest revision, or the one asked for; the notes say
    so where its reader does not see the whole of what is still open. The format is asked for by
    Accept or `format`, the language by `lang` or Accept-Language; If-None-Match spares a report
    that the client holds.
    """
    found = seen_document(sources, whole, actor, Wished(scope, period, revision))
    response = answer(found, wanted)
    if response.status_code == HTTPStatus.NOT_MODIFIED:
        return response
    with sources.catalog.begin() as connection:
        deed = actor.deed("report.export", f"report:{scope}/{period}")
        journal.append(connection, deed, at=sources.clock.now())
    return response


@dataclass(frozen=True, slots=True)
class Wished:
    """What somebody asks a report of; a revision is the newest where none is named."""

    scope: str
    period: str
    revision: int | None = None


def seen_document(sources: Sources, whole: Sources, actor: Actor, wished: Wished) -> Document:
    """Return a report's document as somebody may see it, or raise a problem."""
    named, days = asked_period(sources, wished.scope, wished.period)
    found = _published(whole, actor, named, days, wished.revision)
    if found is None:
        result = computed(sources, named, days)
        found = document(result, software=sources.software, claims=claims_for(actor))
        found = _with_limits_told(found, actor)
    return as_seen(actor, found)


def asked_period(sources: Sources, scope: str, period: str) -> tuple[Scope, Days]:
    """Return scope and period, or raise a problem that names what is wrong."""
    try:
        named = parse_scope(scope)
        zones_in(sources.registry(), named)
        with sources.catalog.connect() as connection:
            days = period_of(period, named, sources.registry(), connection)
    except UnknownScopeError as error:
        raise not_found("scope", repr(error.text)) from error
    except PeriodError as error:
        raise unprocessable(str(error)) from error
    if not reportable(days):
        raise unprocessable(str(UnreportablePeriodError(days)))
    return named, days


def _published(
    sources: Sources, actor: Actor, scope: Scope, days: Days, revision: int | None
) -> Document | None:
    """Return a revision's document where its reader sees the whole of it."""
    if not sees(actor, sources.registry(), scope):
        if revision is not None:
            raise not_found("revision", revision)
        return None
    try:
        with sources.catalog.connect() as connection:
            return published(connection, scope, days.label, revision)
    except UnknownRevisionError as error:
        raise not_found("revision", error.number) from error


def _with_limits_told(found: Document, actor: Actor) -> Document:
    """Return a document that tells a reader whose scope is narrower than all."""
    parts = [" or ".join(scope.texts()) for scope in actor.scopes if not scope.everything]
    if not parts:
        return found
    notes = found["notes"]
    assert isinstance(notes, list)  # noqa: S101 - a document is typed by its schema alone
    return found | {"notes": [*notes, f"only what its reader sees: {' and '.join(parts)}"]}


def computed(sources: Sources, scope: Scope, days: Days) -> Computed:
    """Return what was computed, or raise a problem that names what is wrong."""
    try:
        with snapshot(sources.catalog) as connection:
            return compute(connection, sources.registry(), scope, days)
    except UnknownScopeError as error:
        raise not_found("scope", repr(error.text)) from error
    except UnreportablePeriodError as error:
        raise unprocessable(str(error)) from error
