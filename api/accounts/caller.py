"""Who a request comes from: found once, kept with the request."""

from dataclasses import replace
from http import HTTPStatus
from typing import Final, cast

from fastapi import Request

from api.accounts.actor import Actor
from api.accounts.port import Accounts
from api.problems import Problem

SESSION_COOKIE: Final = "zonewatch_session"
_SECRETS_IN_URL: Final = frozenset({"token", "access_token", "api_key", "apikey", "password"})


def accounts_of(request: Request) -> Accounts:
    """Return the accounts of the app that was asked."""
    return cast("Accounts", request.app.state.accounts)


def address_of(request: Request) -> str:
    """Return the address a request came from."""
    return request.client.host if request.client else ""


def caller_of(request: Request) -> Actor:
    """Return who a request comes from, or refuse a token that is nobody's."""
    known = getattr(request.state, "caller", None)
    if isinstance(known, Actor):
        return known
    found = replace(_identified(request), address=address_of(request))
    request.state.caller = found
    return found


def unauthorized(detail: str) -> Problem:
    """Return the problem of somebody who must say who they are."""
    return Problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})


def _identified(request: Request) -> Actor:
    if _SECRETS_IN_URL & request.query_params.keys():
        detail = "a secret has no place in a URL, which others log: it belongs in a header"
        raise Problem(HTTPStatus.BAD_REQUEST, detail)
    accounts = accounts_of(request)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        actor = accounts.actor_of(token) if scheme.lower() == "bearer" else None
        if actor is None:
            raise unauthorized("not a token that is valid here")
        return actor
    cookie = request.cookies.get(SESSION_COOKIE)
    actor = None if cookie is None else accounts.actor_of_session(cookie)
    if actor is not None:
        return replace(actor, by_cookie=True)
    return accounts.visitor(address_of(request))
