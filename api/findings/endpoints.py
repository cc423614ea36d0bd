"""Findings on revisions, and their answers."""

from http import HTTPStatus
from typing import Annotated, Any, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.closing import findings, revisions
from api.closing.findings import Finding, Said
from api.closing.seeing import sees
from api.instants import shown
from api.paging import Asked, Page, cursor_at
from api.problems import not_found, unprocessable
from api.reports.compute import parse_scope
from api.sources import Sources, Whole
from ingest.audit import journal

router = APIRouter(tags=["findings"])

_HIGHEST: Final = 2_147_483_647  # an INTEGER key of any database
Text = Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]


class NewFinding(BaseModel):
    """A finding to be left on a revision."""

    scope: Annotated[str, Field(max_length=80)]
    period: Annotated[str, Field(max_length=40)]
    revision: Annotated[int, Field(ge=1, le=_HIGHEST)]
    text: Text


class NewAnswer(BaseModel):
    """An answer to a finding."""

    text: Text


@router.get("/findings")
def list_findings(
    sources: Whole, place: Asked, actor: Annotated[Actor, Depends(Require(Permission.READ))]
) -> Page[dict[str, Any]]:
    """Return the findings on whole scopes that are seen, in the order they were left."""
    if place.after is not None and not place.after.isdecimal():
        raise unprocessable("cursor: expected the `next` of a page")
    with sources.catalog.connect() as connection:
        found = [
            each
            for each in findings.findings(connection, after=int(place.after or 0))
            if _seen(sources, actor, each.scope)
        ]
    here = found[: place.limit]
    more = len(found) > len(here)
    return Page(
        items=[_shown(each) for each in here],
        next=cursor_at(str(here[-1].said.id)) if more else None,
    )


@router.post("/findings", status_code=HTTPStatus.CREATED)
def leave(
    new: NewFinding,
    sources: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.LEAVE_FINDING))],
) -> dict[str, Any]:
    """Leave a finding on a revision."""
    with sources.catalog.begin() as connection:
        known = revisions.history(connection, new.scope, new.period)
        revision = next((each for each in known if each.number == new.revision), None)
        if revision is None or not _seen(sources, actor, new.scope):
            raise not_found("revision", f"{new.scope} {new.period} {new.revision}")
        at = sources.clock.now()
        number = findings.leave(connection, revision.id, actor=actor.name, text=new.text, at=at)
        journal.append(connection, actor.deed("finding.leave", f"finding:{number}"), at=at)
        return _shown(_found(connection, sources, actor, number))


@router.post("/findings/{number}/answer", status_code=HTTPStatus.CREATED)
def answer(
    number: Annotated[int, Path(ge=1, le=_HIGHEST)],
    new: NewAnswer,
    sources: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.ANSWER_FINDING))],
) -> dict[str, Any]:
    """Answer a finding."""
    with sources.catalog.begin() as connection:
        _found(connection, sources, actor, number)
        at = sources.clock.now()
        findings.answer(connection, number, actor=actor.name, text=new.text, at=at)
        journal.append(connection, actor.deed("finding.answer", f"finding:{number}"), at=at)
        return _shown(_found(connection, sources, actor, number))


def require_finding(sources: Sources, actor: Actor, number: int) -> None:
    """Make sure that there is a finding on what is seen, or raise a problem."""
    with sources.catalog.connect() as connection:
        _found(connection, sources, actor, number)


def _found(connection: sa.Connection, sources: Sources, actor: Actor, number: int) -> Finding:
    for each in findings.findings(connection, after=number - 1, limit=1):
        if each.said.id == number and _seen(sources, actor, each.scope):
            return each
    raise not_found("finding", number)


def _seen(sources: Sources, actor: Actor, scope: str) -> bool:
    return sees(actor, sources.registry(), parse_scope(scope))


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        **_said(finding.said),
        "scope": finding.scope,
        "period": finding.period,
        "revision": finding.revision,
        "answers": [_said(each) for each in finding.answers],
    }


def _said(said: Said) -> dict[str, Any]:
    return {"id": said.id, "actor": said.actor, "at": shown(said.at), "text": said.text}
