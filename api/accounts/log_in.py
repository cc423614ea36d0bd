"""The board's door: a form to come in by, and one to leave by."""

import re
from http import HTTPStatus
from math import ceil
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.accounts.caller import SESSION_COOKIE, accounts_of, address_of, caller_of
from api.accounts.forms import Posted
from api.accounts.guard import LogInNeeded, OwnForm
from api.accounts.port import LogInRefusedError, TooManyTriesError, is_loopback
from api.accounts.secrets import form_token, new_secret
from api.accounts.sessions import LASTS
from api.problems import answer
from dashboards.board.pages import page
from dashboards.board.views import LogInTrouble, LogInView, Person

VISIT_COOKIE: Final = "zonewatch_visit"
_HOME: Final = "/board/"
_LOG_IN: Final = "/board/log-in"
_OURS: Final = re.compile(r"/board/[A-Za-z0-9._~/%?=&:-]{0,500}")
_router = APIRouter(prefix="/board", include_in_schema=False)


def mount(app: FastAPI) -> None:
    """Serve the door, and lead there whoever asks for a page unknown."""
    app.include_router(_router)
    app.add_exception_handler(LogInNeeded, _lead_there)


def person_of(request: Request) -> Person | None:
    """Return who is logged in and looks at a page."""
    cookie = request.cookies.get(SESSION_COOKIE)
    caller = caller_of(request)
    if cookie is None or not caller.by_cookie:
        return None
    return Person(name=caller.name, form_token=form_token(cookie))


GivenPerson = Annotated[Person | None, Depends(person_of)]


@_router.get("/log-in")
def show(request: Request, then: str = _HOME) -> Response:
    """Return the form."""
    return _form(request, _own(then))


@_router.post("/log-in", dependencies=[Depends(OwnForm(VISIT_COOKIE))])
def log_in(request: Request, fields: Posted) -> Response:
    """Begin a session, or show the form again with what is wrong."""
    then, before = _own(fields.get("then", "")), request.cookies.get(SESSION_COOKIE)
    name, password = fields.get("name", "").strip(), fields.get("password", "")
    try:
        cookie = accounts_of(request).log_in(
            name, password, address=address_of(request), before=before
        )
    except LogInRefusedError:
        return _form(request, then, LogInTrouble.WRONG)
    except TooManyTriesError as error:
        return _form(request, then, LogInTrouble.EARLY, ceil(error.wait.total_seconds()))
    response = RedirectResponse(then, HTTPStatus.SEE_OTHER)
    _set(response, request, SESSION_COOKIE, cookie, lasts_s=int(LASTS.total_seconds()))
    response.delete_cookie(VISIT_COOKIE, path=_LOG_IN)
    return response


@_router.post("/log-out", dependencies=[Depends(OwnForm(SESSION_COOKIE))])
def log_out(request: Request) -> Response:
    """End the session."""
    cookie = request.cookies[SESSION_COOKIE]
    accounts_of(request).log_out(cookie, address=address_of(request))
    response = RedirectResponse(_LOG_IN, HTTPStatus.SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE)
    return response


def _form(
    request: Request, then: str, trouble: LogInTrouble | None = None, wait_s: int = 0
) -> Response:
    visit = request.cookies.get(VISIT_COOKIE) or new_secret()
    view = LogInView(form_token=form_token(visit), then=then, trouble=trouble, wait_s=wait_s)
    response = HTMLResponse(page(view), _STATUS[trouble])
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    _set(response, request, VISIT_COOKIE, visit, path=_LOG_IN)
    return response


_STATUS: Final = {
    None: HTTPStatus.OK,
    LogInTrouble.WRONG: HTTPStatus.UNAUTHORIZED,
    LogInTrouble.EARLY: HTTPStatus.TOO_MANY_REQUESTS,
}


def _set(
    response: Response,
    request: Request,
    name: str,
    value: str,
    *,
    lasts_s: int | None = None,
    path: str = "/",
) -> None:
    """Set a cookie no script reads; over the network it travels encrypted or not at all."""
    host = request.url.hostname or ""
    response.set_cookie(
        name,
        value,
        max_age=lasts_s,
        path=path,
        secure=not (host == "localhost" or is_loopback(host)),
        httponly=True,
        samesite="lax",
    )


def _own(then: str) -> str:
    """Return a page of the board; an address elsewhere is not followed."""
    return then if _OURS.fullmatch(then) else _HOME


def _lead_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, LogInNeeded)  # noqa: S101 - Starlette's signature is wider
    if request.method != "GET" or not request.url.path.startswith(_HOME):
        return answer(error, request)
    query = f"?{request.url.query}" if request.url.query else ""
    then = quote(request.url.path + query, safe="")
    return RedirectResponse(f"{_LOG_IN}?then={then}", HTTPStatus.SEE_OTHER)
