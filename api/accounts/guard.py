"""Permissions on routes: what a route requires, and a refusal to serve one that forgot to."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, cast

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from api.accounts.actor import ANONYMOUS, Actor, Permission
from api.accounts.port import Accounts
from api.problems import Problem

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

    def __call__(self, request: Request) -> Actor:
        """Return the actor, or refuse."""
        actor = _actor(request)
        if not actor.may(self.permission):
            detail = f"{actor.name} lacks the permission {self.permission}"
            raise Problem(HTTPStatus.FORBIDDEN, detail)
        return actor


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


def _actor(request: Request) -> Actor:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return ANONYMOUS
    accounts = cast("Accounts", request.app.state.accounts)
    actor = accounts.actor_of(token) if scheme.lower() == "bearer" else None
    if actor is None:
        raise Problem(HTTPStatus.UNAUTHORIZED, "not a token that is known here")
    return actor


def _mutates(route: BaseRoute) -> bool:
    return bool((getattr(route, "methods", None) or set()) - _SAFE)


def _guarded(route: BaseRoute) -> bool:
    return isinstance(route, APIRoute) and any(
        isinstance(call, Require) and call.permission is not Permission.READ
        for call in _calls(route.dependant)
    )


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)
