"""Every route times everybody: what each is answered stands in one table, routes.csv.

A route without a row fails, and so does a row without a route.
"""

import csv
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from api.accounts.roles import roles
from api.sources import Sources
from ingest.audit.journal import entries
from tests.api.people import a_door, bearer, everybody

TABLE = Path(__file__).with_name("routes.csv")
NOT_A_ROLE = ("anonymous", "abroad", "expired", "revoked", "disabled")


def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    return {
        (method, str(context.path))
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or set()) - {"HEAD", "OPTIONS"}
    }


def answers(client: TestClient, row: dict[str, str], known: dict[str, str | None]) -> list[str]:
    body = {"text": "a note", "why": "a reason"} if row["method"] == "POST" else None
    return [
        str(
            client.request(
                row["method"], row["example"], headers=bearer(token), json=body
            ).status_code
        )
        for token in known.values()
    ]


def test_every_route_has_a_row_and_every_row_a_route(sources: Sources) -> None:
    app = a_door(sources).app
    assert isinstance(app, FastAPI)

    assert {(row["method"], row["route"]) for row in rows()} == routes_of(app)


def test_every_role_has_a_column() -> None:
    assert set(rows()[0]) == {"method", "route", "example", *NOT_A_ROLE, *roles()}


def test_everybody_is_answered_as_the_table_says(sources: Sources) -> None:
    known = everybody(sources)
    client = a_door(sources)

    found = [
        {**row, **dict(zip(known, answers(client, row, known), strict=True))} for row in rows()
    ]

    assert found == rows()


def test_every_change_that_is_made_is_in_the_journal(sources: Sources) -> None:
    known = everybody(sources)
    client = a_door(sources)
    changes = [row for row in rows() if row["method"] != "GET" and row["admin"].startswith("2")]

    for row in changes:
        answers(client, row, {"admin": known["admin"]})

    with sources.catalog.connect() as connection:
        found = entries(connection)
    assert changes
    assert [each.deed.actor for each in found] == ["a-admin"] * len(changes)
