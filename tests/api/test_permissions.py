import re

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require, UnguardedRouteError, refuse_unguarded, unguarded
from api.accounts.scope import EVERYTHING
from api.app import create_app
from api.sources import Sources
from tests.api.builders import Viewers


class OneOperator(Viewers):
    """Knows one token; whoever has none is a viewer."""

    def actor_of(self, token: str) -> Actor | None:
        permissions = frozenset({Permission.READ, Permission.NOTE_QUARANTINE})
        operator = Actor(name="operator", permissions=permissions, scopes=(EVERYTHING,))
        return {"right": operator}.get(token)


def mutating_routes(app: FastAPI) -> list[tuple[str, str]]:
    return [
        (method, re.sub(r"\{[^}]*\}", "1", str(context.path)))
        for context in iter_route_contexts(app.routes)
        for method in sorted((context.methods or set()) - {"GET", "HEAD", "OPTIONS"})
    ]


def test_every_mutating_route_requires_a_permission(sources: Sources) -> None:
    assert list(unguarded(create_app(sources))) == []


def test_every_mutating_route_refuses_whoever_is_anonymous(sources: Sources) -> None:
    app = create_app(sources)
    client = TestClient(app)

    answers = {
        route: client.request(*route, json={"text": "a note"}).status_code
        for route in mutating_routes(app)
    }

    assert answers == {
        ("POST", "/v1/quarantine/1/note"): 401,
        ("POST", "/v1/quarantine/1/replay"): 401,
        ("POST", "/v1/quarantine/1/drop"): 401,
        ("POST", "/v1/factors"): 401,
        **{
            ("POST", f"/v1/{resource}{what}"): 401
            for resource in ("exclusions", "overrides", "releases", "sampled")
            for what in ("", "/1/withdraw")
        },
        **{("POST", f"/v1/alarms/1/{deed}"): 401 for deed in ("acknowledge", "shelve", "comment")},
        **{("POST", f"/v1/repairs/1/{deed}"): 401 for deed in ("assign", "close")},
        ("POST", "/v1/devices/1/life"): 401,
        ("POST", "/v1/counter-changes/1/withdraw"): 401,
        ("POST", "/v1/notices/replies/sms"): 403,
        ("POST", "/v1/notices/replies/telegram"): 403,
        ("POST", "/told/1"): 404,
        ("POST", "/v1/imports"): 401,
        ("POST", "/v1/evidence"): 401,
        ("POST", "/v1/evidence/1/erase"): 401,
        ("POST", "/v1/visits"): 401,
        ("POST", "/v1/samples"): 401,
        ("POST", "/v1/samples/1/findings"): 401,
        ("POST", "/board/imports"): 401,
        ("POST", "/board/commission"): 401,
        **{
            ("POST", f"/board/periods/1/1/{deed}"): 401
            for deed in ("close", "check", "approve", "verify", "findings")
        },
        ("POST", "/board/findings/1/answer"): 401,
        ("POST", "/board/alarms/1"): 401,
        ("POST", "/board/repairs/1"): 401,
        ("POST", "/v1/reports/1/1/close"): 401,
        ("POST", "/v1/reports/1/1/check"): 401,
        ("POST", "/v1/reports/1/1/approve"): 401,
        ("POST", "/v1/reports/1/1/verify"): 401,
        ("POST", "/v1/subscriptions"): 401,
        ("POST", "/v1/subscriptions/1/end"): 401,
        ("POST", "/v1/findings"): 401,
        ("POST", "/v1/findings/1/answer"): 401,
        ("POST", "/board/log-in"): 403,
        ("POST", "/board/log-out"): 403,
    }


@pytest.mark.parametrize("dependencies", [[], [Depends(Require(Permission.READ))]])
def test_a_planted_route_without_a_permission_of_its_own_is_found(
    sources: Sources, dependencies: list[object]
) -> None:
    app = create_app(sources)
    planted = APIRouter()

    @planted.delete("/planted", dependencies=dependencies)  # type: ignore[arg-type]
    def forget_everything() -> None: ...

    app.include_router(planted, prefix="/v1")

    assert list(unguarded(app)) == ["/v1/planted"]
    with pytest.raises(UnguardedRouteError):
        refuse_unguarded(app)
    assert callable(forget_everything)


def test_a_note_carries_its_actor_and_the_time(sources: Sources) -> None:
    client = TestClient(create_app(sources, OneOperator()))
    headers = {"Authorization": "Bearer right"}

    made = client.post("/v1/quarantine/2/note", json={"text": "old firmware"}, headers=headers)
    client.post("/v1/quarantine/2/note", json={"text": "replaced"}, headers=headers)

    assert made.status_code == 201
    notes = client.get("/v1/quarantine/2").json()["notes"]
    assert [(each["actor"], each["text"]) for each in notes] == [
        ("operator", "old firmware"),
        ("operator", "replaced"),
    ]
    assert notes[0]["noted_at"] == "2026-10-02T17:00:00Z"
    assert client.get("/v1/quarantine/1").json()["notes"] == []


@pytest.mark.parametrize("header", ["Bearer wrong", "Basic right", "right"])
def test_a_token_that_nobody_has_is_refused_even_for_reading(sources: Sources, header: str) -> None:
    client = TestClient(create_app(sources, OneOperator()))

    response = client.get("/v1/zones", headers={"Authorization": header})

    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("text", ["", "x" * 2_001, "a\x00b"])
def test_a_note_that_cannot_be_kept_is_refused(sources: Sources, text: str) -> None:
    client = TestClient(create_app(sources, OneOperator()))
    headers = {"Authorization": "Bearer right"}

    response = client.post("/v1/quarantine/1/note", json={"text": text}, headers=headers)

    assert response.status_code == 422


def test_a_note_needs_an_entry(sources: Sources) -> None:
    client = TestClient(create_app(sources, OneOperator()))
    headers = {"Authorization": "Bearer right"}

    response = client.post("/v1/quarantine/99/note", json={"text": "a note"}, headers=headers)

    assert response.status_code == 404
