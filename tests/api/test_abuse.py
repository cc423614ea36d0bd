"""Too many, too large, too long; and secrets that must not come out anywhere."""

import logging
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from limits import parse

from api.abuse.gate import LARGEST_BODY, LONGEST_QUERY
from api.abuse.rates import Allowed, Rates, network_of
from api.accounts.catalog import CatalogAccounts
from api.accounts.port import LoopbackVisitors
from api.app import create_app
from api.sources import Sources
from ingest.contract.clock import ManualClock
from tests.api.builders import NOW, Viewers
from tests.api.people import (
    ELSEWHERE,
    HERE,
    PASSWORD,
    a_door,
    a_token,
    a_user,
    bearer,
    form_token_on,
    try_to_log_in,
)


def test_an_address_that_asks_too_often_is_told_when_to_come_again(sources: Sources) -> None:
    app = create_app(sources, Viewers(), Allowed(by_address="3/hour"))
    client, other = TestClient(app, client=HERE), TestClient(app, client=ELSEWHERE)

    answers = [client.get("/health/live") for _ in range(4)]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert 1 <= int(answers[3].headers["retry-after"]) <= 3_600
    assert answers[3].headers["x-content-type-options"] == "nosniff"
    assert other.get("/health/live").status_code == 200


def test_a_user_who_asks_too_often_is_slowed_from_every_address(sources: Sources) -> None:
    accounts = CatalogAccounts(sources.catalog, ManualClock(NOW))
    app = create_app(sources, accounts, Allowed(by_user="3/hour"))
    walker = bearer(a_token(sources, a_user(sources, "walker"))[1])
    guest = bearer(a_token(sources, a_user(sources, "guest"))[1])

    answers = [
        TestClient(app, client=address).get("/v1/me", headers=walker)
        for address in (HERE, ELSEWHERE, HERE, ELSEWHERE)
    ]

    assert [each.status_code for each in answers] == [200, 200, 200, 429]
    assert "retry-after" in answers[3].headers
    assert TestClient(app).get("/v1/me", headers=guest).status_code == 200


def test_a_request_that_needs_two_permissions_counts_once(sources: Sources) -> None:
    accounts = CatalogAccounts(sources.catalog, ManualClock(NOW))
    client = TestClient(create_app(sources, accounts, Allowed(by_user="1/hour")))
    secret = bearer(a_token(sources, a_user(sources, "walker"))[1])

    response = client.post("/v1/quarantine/1/note", json={"text": "a note"}, headers=secret)

    assert response.status_code == 201


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_addresses_of_one_owner_are_counted_as_one(address: str, counted_as: str) -> None:
    assert network_of(address) == counted_as


def test_what_a_bench_asks_for_is_allowed() -> None:
    fifty_a_second = 50 * 60

    for text in (Allowed().by_address, Allowed().by_user):
        item = parse(text)
        assert item.amount * 60 / item.get_expiry() >= fifty_a_second
    assert Rates().of_address("192.0.2.7") is None


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_that_is_too_large_is_refused(client: TestClient, *, declared: bool) -> None:
    whole = b"x" * (LARGEST_BODY + 1)

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(whole), 65_536):
            yield whole[start : start + 65_536]

    for path in ("/v1/quarantine/1/note", "/board/log-in"):
        response = client.post(
            path,
            content=whole if declared else pieces(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"


def test_a_query_that_is_too_long_is_refused(client: TestClient) -> None:
    assert client.get("/v1/zones?x=" + "y" * LONGEST_QUERY).status_code == 414


def test_a_form_with_too_many_fields_is_no_form(client: TestClient) -> None:
    fields = {f"field-{n}": "x" for n in range(100)}

    assert client.post("/board/log-in", data=fields).status_code == 403


def test_the_demos_visitor_looks_from_this_machine_alone_and_changes_nothing(
    sources: Sources,
) -> None:
    app = create_app(sources, LoopbackVisitors())
    here, elsewhere = TestClient(app, client=HERE), TestClient(app, client=ELSEWHERE)

    assert here.get("/v1/zones").status_code == 200
    assert TestClient(app, client=("::1", 1)).get("/board/").status_code == 200
    assert here.post("/v1/quarantine/1/note", json={"text": "x"}).status_code == 403
    assert elsewhere.get("/v1/zones").status_code == 401
    assert elsewhere.get("/v1/zones", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    assert elsewhere.get("/v1/zones", headers={"Host": "127.0.0.1"}).status_code == 401


def test_no_secret_comes_out_in_answers_logs_metrics_or_the_catalog(
    sources: Sources, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    a_user(sources, "walker", "admin", password=PASSWORD)
    _, secret = a_token(sources, "walker")
    door = a_door(sources)
    app_that_fails = TestClient(door.app, raise_server_exceptions=False)
    wrong = "a wrong passphrase"

    try_to_log_in(door, "walker", wrong)
    try_to_log_in(door, wrong, PASSWORD)
    try_to_log_in(door, "walker", PASSWORD)
    cookie = door.cookies["zonewatch_session"]
    form_token = form_token_on(door.get("/board/").text)
    texts = [
        door.get(path, headers=bearer(secret)).text
        for path in ("/v1/me", "/v1/audit", "/metrics", "/v1/zones?limit=0", "/v1/nothing")
    ]
    texts += [
        door.get(f"/v1/zones?token={secret}").text,
        door.get("/v1/zones", headers=bearer(f"{secret}x")).text,
        door.post("/v1/quarantine/1/note", content=PASSWORD, headers=bearer(secret)).text,
        door.post("/board/log-in", data={"name": "walker", "password": PASSWORD}).text,
    ]
    texts.append(_everything_in(sources.catalog))
    with sources.catalog.begin() as connection:
        connection.exec_driver_sql("DROP TABLE session")
        connection.exec_driver_sql("DROP TABLE token")
    for headers in (bearer(secret), {"Cookie": f"zonewatch_session={cookie}"}):
        answer = app_that_fails.get("/v1/zones", headers=headers)
        assert answer.status_code == 500
        texts.append(answer.text)
    texts += [str(each.msg) + str(each.args) for each in caplog.records if "httpx" not in each.name]

    for text in texts:
        for hidden in (PASSWORD, wrong, secret, cookie, form_token):
            assert hidden not in text


def _everything_in(catalog: sa.Engine) -> str:
    found = sa.MetaData()
    found.reflect(catalog)
    with catalog.connect() as connection:
        return repr([connection.execute(sa.select(table)).all() for table in found.sorted_tables])
