"""Permissions on routes: what a route requires, and a refusal to serve one that forgot to."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from api.abuse.rates import Rates
from api.accounts.actor import ANONYMOUS, Actor, Permission
from api.accounts.caller import SESSION_COOKIE, caller_of
from api.accounts.forms import Fields, Posted, token_given
from api.accounts.secrets import fits, form_token
from api.problems import Problem, too_many

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class UnguardedRouteError(Exception):
    """A route that changes something and requires no permission of its own."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} changes something and requires no permission")
        self.path = path


@dataclass(frozen=True, slots=True)
class Require:
    """A dependency that lets through whoever has a permission, and returns who it is."""

    permission: Permission

    def __call__(self, request: Request, fields: Posted) -> Actor:
        """Return the actor, or refuse."""
        actor = caller_of(request)
        if not actor.may(self.permission):
            raise self._refusal(actor)
        if actor.by_cookie and request.method not in _SAFE:
            refuse_foreign_form(request, fields, SESSION_COOKIE)
        rates = cast("Rates", request.app.state.rates)
        if actor.name != ANONYMOUS.name and not _counted(request):
            wait = rates.of_user(actor.name)
            if wait is not None:
                raise too_many(wait)
        return actor

    def _refusal(self, actor: Actor) -> Problem:
        if actor.name == ANONYMOUS.name:
            return LogInNeeded()
        detail = f"{actor.name} lacks the permission {self.permission}"
        return Problem(HTTPStatus.FORBIDDEN, detail)


class Guard:
    """A dependency of a route open to everybody that itself refuses who may not change anything."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OwnForm(Guard):
    """A dependency for routes open to everybody: the form must be from a page of ours."""

    cookie: str

    def __call__(self, request: Request, fields: Posted) -> None:
        """Refuse a form that another site's page made the browser send."""
        refuse_foreign_form(request, fields, self.cookie)


class LogInNeeded(Problem):
    """Whoever it is must say so first."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.UNAUTHORIZED,
            "nobody is let in unknown: a token or a session is needed",
            headers={"WWW-Authenticate": "Bearer"},
        )


def refuse_foreign_form(request: Request, fields: Fields, cookie: str) -> None:
    """Raise a problem where a request lacks the form token of its cookie."""
    held = request.cookies.get(cookie)
    if held is None or not fits(token_given(request, fields), form_token(held)):
        raise Problem(HTTPStatus.FORBIDDEN, "the form's token is missing or of another session")


def _counted(request: Request) -> bool:
    """Tell whether a request was counted already, by another permission it needed."""
    before = getattr(request.state, "counted", False)
    request.state.counted = True
    return bool(before)


def unguarded(app: FastAPI) -> Iterator[str]:
    """Yield the paths of routes that change something without requiring a permission for it."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if _mutates(route) and not _guarded(route):
            yield str(context.path)


def refuse_unguarded(app: FastAPI) -> None:
    """Raise UnguardedRouteError where an app has an unguarded route."""
    for path in unguarded(app):
        raise UnguardedRouteError(path)


def _mutates(route: BaseRoute) -> bool:
    return bool((getattr(route, "methods", None) or set()) - _SAFE)


def _guarded(route: BaseRoute) -> bool:
    return isinstance(route, APIRoute) and any(
        isinstance(call, Guard)
        or (isinstance(call, Require) and call.permission is not Permission.READ)
        for call in _calls(route.dependant)
    )


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)
