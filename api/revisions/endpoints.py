"""The revisions of periods, and closing one: three people, each with a permission."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from analytics.closing.states import State, StepRefusedError
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.closing import revisions
from api.closing.closing import NotPermittedError
from api.closing.seeing import sees, told_as_seen
from api.paging import Asked as PageAsked
from api.paging import Page, cursor_at
from api.problems import Problem, not_found, unprocessable
from api.reports.compute import parse_scope
from api.reports.endpoints import asked_period
from api.revisions.stepping import take_step
from api.sources import Given, Sources, Whole

router = APIRouter(tags=["revisions"])


@router.get("/revisions")
def list_revisions(
    sources: Given,
    whole: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.READ))],
    place: PageAsked,
    scope: Annotated[str | None, Query(max_length=80)] = None,
    period: Annotated[str | None, Query(max_length=40)] = None,
) -> Page[dict[str, Any]]:
    """Return what was ever prepared or closed of whole scopes that are seen, the first first."""
    if place.after is not None and not place.after.isdecimal():
        raise unprocessable("cursor: expected the `next` of a page")
    with sources.catalog.connect() as connection:
        found = [
            each
            for each in revisions.every(connection)
            if (scope in (None, each.scope) and period in (None, each.period))
            and each.id > int(place.after or 0)
            and sees(actor, whole.registry(), parse_scope(each.scope))
        ]
        shown = found[: place.limit]
        items = [_shown(actor, each, revisions.told_of(connection, each.id)) for each in shown]
    more = len(found) > len(shown)
    return Page(items=items, next=cursor_at(str(shown[-1].id)) if more else None)


@router.post("/reports/{scope}/{period}/close", status_code=HTTPStatus.CREATED)
def close(
    scope: str,
    period: str,
    sources: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.PREPARE_PERIOD))],
) -> dict[str, Any]:
    """Prepare a period."""
    return _taken(sources, actor, State.PREPARED, scope, period)


@router.post("/reports/{scope}/{period}/check", status_code=HTTPStatus.CREATED)
def check(
    scope: str,
    period: str,
    sources: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.CHECK_PERIOD))],
) -> dict[str, Any]:
    """Check a period that somebody else prepared, and close it."""
    return _taken(sources, actor, State.CLOSED, scope, period)


@router.post("/reports/{scope}/{period}/approve", status_code=HTTPStatus.CREATED)
def approve(
    scope: str,
    period: str,
    sources: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.APPROVE_PERIOD))],
) -> dict[str, Any]:
    """Approve a period that is closed."""
    return _taken(sources, actor, State.APPROVED, scope, period)


@router.post("/reports/{scope}/{period}/verify", status_code=HTTPStatus.CREATED)
def verify(
    scope: str,
    period: str,
    sources: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.VERIFY_PERIOD))],
) -> dict[str, Any]:
    """Say that one has verified an approved revision."""
    return _taken(sources, actor, State.VERIFIED, scope, period)


def _taken(
    sources: Sources, actor: Actor, wanted: State, scope: str, period: str
) -> dict[str, Any]:
    named, days = asked_period(sources, scope, period)
    if not sees(actor, sources.registry(), named):
        raise not_found("scope", repr(scope))
    try:
        done = take_step(sources, actor, wanted, named, days)
    except NotPermittedError as error:
        raise Problem(HTTPStatus.FORBIDDEN, str(error)) from error
    except StepRefusedError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from error
    with sources.catalog.connect() as connection:
        return _shown(actor, done, revisions.told_of(connection, done.id))


def _shown(actor: Actor, revision: revisions.Revision, told: list[str]) -> dict[str, Any]:
    return told_as_seen(actor, revision.told()) | {"who_was_told": told}
