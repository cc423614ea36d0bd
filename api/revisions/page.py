"""The board's pages of periods: three people sign by forms, verifiers leave findings."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from analytics.closing.states import State, StepRefusedError
from analytics.periods import Days
from analytics.report import Scope
from api.accounts.actor import Actor, Permission
from api.accounts.forms import Posted
from api.accounts.guard import Require
from api.closing.seeing import sees
from api.desk import AtDesk, Desk
from api.findings.endpoints import NewAnswer, NewFinding, require_finding
from api.findings.endpoints import answer as answer_finding
from api.findings.endpoints import leave as leave_finding
from api.problems import Problem, unprocessable
from api.reports.endpoints import asked_period
from api.revisions.shown import period_shown, periods_shown
from api.revisions.stepping import take_step
from api.sources import Sources
from dashboards.board.views import MissingView
from dashboards.report.language import Language

router = APIRouter(prefix="/board", include_in_schema=False)

_HIGHEST: Final = 2_147_483_647  # an INTEGER key of any database
Reader = Annotated[Actor, Depends(Require(Permission.READ))]
Preparer = Annotated[Actor, Depends(Require(Permission.PREPARE_PERIOD))]
Checker = Annotated[Actor, Depends(Require(Permission.CHECK_PERIOD))]
Approver = Annotated[Actor, Depends(Require(Permission.APPROVE_PERIOD))]
Verifier = Annotated[Actor, Depends(Require(Permission.VERIFY_PERIOD))]
Finder = Annotated[Actor, Depends(Require(Permission.LEAVE_FINDING))]
Answerer = Annotated[Actor, Depends(Require(Permission.ANSWER_FINDING))]


@router.get("/periods")
def periods(desk: AtDesk, actor: Reader, scope: str = "", period: str = "") -> Response:
    """Return the page of what was prepared or closed, or lead to the period that was picked."""
    refusal = ""
    if scope and period:
        try:
            named, days = asked_period(desk.sources, scope, period.strip())
        except Problem as problem:
            refusal = problem.detail
        else:
            if sees(actor, desk.sources.registry(), named):
                return _led_to(desk, scope, days.label)
            refusal = scope
    return desk.shown(periods_shown(desk.sources, actor, Language(desk.language), refusal))


@router.get("/periods/{scope}/{period}")
def one_period(scope: str, period: str, desk: AtDesk, actor: Reader) -> HTMLResponse:
    """Return the page of one period."""
    return _page(desk, actor, scope, period)


@router.post("/periods/{scope}/{period}/close")
def close(scope: str, period: str, desk: AtDesk, actor: Preparer) -> Response:
    """Prepare a period."""
    return _step(desk, actor, State.PREPARED, scope, period)


@router.post("/periods/{scope}/{period}/check")
def check(scope: str, period: str, desk: AtDesk, actor: Checker) -> Response:
    """Check a period that somebody else prepared."""
    return _step(desk, actor, State.CLOSED, scope, period)


@router.post("/periods/{scope}/{period}/approve")
def approve(scope: str, period: str, desk: AtDesk, actor: Approver) -> Response:
    """Approve a period that is closed."""
    return _step(desk, actor, State.APPROVED, scope, period)


@router.post("/periods/{scope}/{period}/verify")
def verify(scope: str, period: str, desk: AtDesk, actor: Verifier) -> Response:
    """Say that one has verified an approved revision."""
    return _step(desk, actor, State.VERIFIED, scope, period)


@router.post("/periods/{scope}/{period}/findings")
def find(scope: str, period: str, fields: Posted, desk: AtDesk, actor: Finder) -> Response:
    """Leave a finding on a revision."""
    if _asked(desk.sources, actor, scope, period) is None:
        return desk.shown(MissingView(what=scope), HTTPStatus.NOT_FOUND)
    try:
        new = NewFinding(
            scope=scope,
            period=period,
            revision=int(fields.get("revision", "")),
            text=fields.get("text", "").strip(),
        )
    except (ValidationError, ValueError) as error:
        raise unprocessable("revision, text: expected a number and some words") from error
    leave_finding(new, desk.sources, actor)
    return _led_to(desk, scope, period)


@router.post("/findings/{number}/answer")
def answer(
    number: Annotated[int, Path(ge=1, le=_HIGHEST)], fields: Posted, desk: AtDesk, actor: Answerer
) -> Response:
    """Answer a finding."""
    require_finding(desk.sources, actor, number)
    try:
        new = NewAnswer(text=fields.get("text", "").strip())
    except ValidationError as error:
        raise unprocessable("text: expected some words") from error
    found = answer_finding(number, new, desk.sources, actor)
    return _led_to(desk, str(found["scope"]), str(found["period"]))


def _step(desk: Desk, actor: Actor, wanted: State, scope: str, period: str) -> Response:
    found = _asked(desk.sources, actor, scope, period)
    if found is None:
        return desk.shown(MissingView(what=scope), HTTPStatus.NOT_FOUND)
    try:
        take_step(desk.sources, actor, wanted, *found)
    except StepRefusedError as error:
        return _page(desk, actor, scope, period, refusal=str(error))
    return _led_to(desk, scope, found[1].label)


def _page(desk: Desk, actor: Actor, scope: str, period: str, *, refusal: str = "") -> HTMLResponse:
    found = _asked(desk.sources, actor, scope, period)
    if found is None:
        return desk.shown(MissingView(what=scope), HTTPStatus.NOT_FOUND)
    view = period_shown(desk.sources, actor, Language(desk.language), *found, refusal=refusal)
    return desk.shown(view, HTTPStatus.CONFLICT if refusal else HTTPStatus.OK)


def _asked(sources: Sources, actor: Actor, scope: str, period: str) -> tuple[Scope, Days] | None:
    """Return a scope that is seen and a period, or None where there is none like that."""
    try:
        named, days = asked_period(sources, scope, period)
    except Problem:
        return None
    return (named, days) if sees(actor, sources.registry(), named) else None


def _led_to(desk: Desk, scope: str, period: str) -> Response:
    place = f"/board/periods/{quote(scope)}/{quote(period)}?lang={desk.language}"
    return RedirectResponse(place, HTTPStatus.SEE_OTHER)
