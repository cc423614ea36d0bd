"""People and programs at the door of the builders' programme."""

import re
from datetime import timedelta
from functools import cache

from fastapi.testclient import TestClient

from api.accounts import people, tokens
from api.accounts.catalog import CatalogAccounts
from api.accounts.passwords import hash_of
from api.accounts.roles import roles
from api.accounts.scope import EVERYTHING, Scope
from api.accounts.tokens import NewToken
from api.app import create_app
from api.sources import Sources
from ingest.contract.clock import ManualClock
from tests.api.builders import NOW

PASSWORD = "correct horse battery"  # noqa: S105 - of nobody real
HERE = ("127.0.0.1", 50_000)
ELSEWHERE = ("192.0.2.7", 50_000)
LAOS = Scope(countries=frozenset({"LA"}))
A_DAY = timedelta(days=1)


def a_user(
    sources: Sources,
    name: str,
    role: str = "technician",
    scope: Scope = EVERYTHING,
    password: str | None = None,
) -> str:
    kept = None if password is None else _hash_of(password)
    with sources.catalog.begin() as connection:
        people.add(connection, name=name, role=role, scope=scope, password_hash=kept, at=NOW)
    return name


_hash_of = cache(hash_of)


def a_token(
    sources: Sources,
    account: str,
    *,
    role: str = "admin",
    scope: Scope = EVERYTHING,
    lasts: timedelta = A_DAY,
) -> tuple[int, str]:
    asked = NewToken(account=account, label="a program", role=role, scope=scope, lasts=lasts)
    with sources.catalog.begin() as connection:
        return tokens.create(connection, asked, at=NOW)


def everybody(sources: Sources) -> dict[str, str | None]:
    """Make one of each, and return the token each comes in with."""
    found: dict[str, str | None] = {"anonymous": None}
    for role in roles():
        found[role] = a_token(sources, a_user(sources, f"a-{role}", role), role=role)[1]
    found["abroad"] = a_token(sources, a_user(sources, "abroad", "admin", LAOS))[1]
    admin = "a-admin"
    found["expired"] = a_token(sources, admin, lasts=timedelta(0))[1]
    number, found["revoked"] = a_token(sources, admin)
    found["disabled"] = a_token(sources, a_user(sources, "left", "admin"))[1]
    with sources.catalog.begin() as connection:
        tokens.revoke(connection, number, at=NOW)
        people.disable(connection, "left", at=NOW)
    return found


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def a_door(
    sources: Sources,
    *,
    clock: ManualClock | None = None,
    base_url: str = "http://127.0.0.1:8080",
    address: tuple[str, int] = HERE,
) -> TestClient:
    """Return a browser in front of an installation with accounts."""
    app = create_app(sources, CatalogAccounts(sources.catalog, clock or ManualClock(NOW)))
    return TestClient(app, base_url=base_url, client=address, follow_redirects=False)


def form_token_on(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found is not None, html
    return found[1]


def try_to_log_in(client: TestClient, name: str, password: str, then: str = "/board/") -> int:
    token = form_token_on(client.get("/board/log-in").text)
    fields = {"form_token": token, "name": name, "password": password, "then": then}
    return client.post("/board/log-in", data=fields).status_code
