"""Coming in and going out, as somebody would try it who should not."""

import re
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.accounts import passwords, people
from api.accounts.first import first_admin
from api.accounts.sessions import LASTS
from api.sources import Sources
from api.tables import SESSION
from ingest.audit.journal import Entry, Outcome, entries, verify
from ingest.contract.clock import ManualClock
from tests.api.builders import NOW
from tests.api.people import (
    ELSEWHERE,
    LAOS,
    PASSWORD,
    a_door,
    a_token,
    a_user,
    bearer,
    form_token_on,
    try_to_log_in,
)

NOTE = {"text": "a note"}
COOKIE = "zonewatch_session"


def journal(sources: Sources) -> list[Entry]:
    with sources.catalog.connect() as connection:
        verify(connection)
        return entries(connection)


def told(sources: Sources) -> list[tuple[str, str, Outcome]]:
    return [(each.deed.actor, each.deed.action, each.deed.outcome) for each in journal(sources)]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def door(sources: Sources, clock: ManualClock) -> TestClient:
    a_user(sources, "walker", "technician", password=PASSWORD)
    return a_door(sources, clock=clock)


def test_a_page_asked_for_unknown_leads_to_the_form_and_back(door: TestClient) -> None:
    response = door.get("/board/zones/kh-coast?x=1")

    assert response.status_code == 303
    form = door.get(response.headers["location"]).text
    assert 'name="then" value="/board/zones/kh-coast?x=1"' in form


def test_who_logs_in_is_let_in_and_named(door: TestClient) -> None:
    assert try_to_log_in(door, "walker", PASSWORD) == 303

    page = door.get("/board/")
    assert page.status_code == 200
    assert "<span>walker</span>" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert door.get("/v1/me").json()["name"] == "walker"


def test_what_is_kept_of_a_session_is_not_its_cookie(door: TestClient, sources: Sources) -> None:
    try_to_log_in(door, "walker", PASSWORD)

    with sources.catalog.connect() as connection:
        assert connection.scalar(sa.select(SESSION.c.hash)) != door.cookies[COOKIE]


@pytest.mark.parametrize(
    ("base_url", "secure"),
    [("http://127.0.0.1:8080", False), ("http://localhost", False), ("https://zones.test", True)],
)
def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_wires(
    sources: Sources, base_url: str, *, secure: bool
) -> None:
    a_user(sources, "walker", password=PASSWORD)
    client = a_door(sources, base_url=base_url)
    token = form_token_on(client.get("/board/log-in").text)

    response = client.post(
        "/board/log-in", data={"form_token": token, "name": "walker", "password": PASSWORD}
    )

    kept = next(each for each in response.headers.get_list("set-cookie") if COOKIE in each)
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept
    assert f"Max-Age={int(LASTS.total_seconds())}" in kept
    assert ("Secure" in kept) is secure


@pytest.mark.parametrize(
    "then",
    ["//evil.test/board/", "https://evil.test", "/\\evil.test", "/v1/zones", "/board/\r\nX: y", ""],
)
def test_no_form_leads_away_from_the_board(door: TestClient, then: str) -> None:
    token = form_token_on(door.get("/board/log-in", params={"then": then}).text)
    fields = {"form_token": token, "name": "walker", "password": PASSWORD, "then": then}

    assert door.post("/board/log-in", data=fields).headers["location"] == "/board/"


@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_a_log_in_that_no_page_of_ours_sent_is_refused(door: TestClient, token: str | None) -> None:
    door.get("/board/log-in")
    fields = {"name": "walker", "password": PASSWORD} | (
        {} if token is None else {"form_token": token}
    )

    assert door.post("/board/log-in", data=fields).status_code == 403
    assert COOKIE not in door.cookies


def test_a_log_out_that_no_page_of_ours_sent_is_refused(door: TestClient) -> None:
    try_to_log_in(door, "walker", PASSWORD)

    assert door.post("/board/log-out").status_code == 403
    assert door.get("/board/").status_code == 200


def test_a_change_that_no_page_of_ours_sent_is_refused_and_not_made(
    door: TestClient, sources: Sources
) -> None:
    try_to_log_in(door, "walker", PASSWORD)
    before = len(journal(sources))

    plain = door.post("/v1/quarantine/1/note", json=NOTE)
    wrong = door.post("/v1/quarantine/1/note", json=NOTE, headers={"X-Form-Token": "0" * 64})

    assert (plain.status_code, wrong.status_code) == (403, 403)
    assert door.get("/v1/quarantine/1").json()["notes"] == []
    assert len(journal(sources)) == before


def test_a_change_from_a_page_of_ours_is_made(door: TestClient) -> None:
    try_to_log_in(door, "walker", PASSWORD)
    token = form_token_on(door.get("/board/").text)

    made = door.post("/v1/quarantine/1/note", json=NOTE, headers={"X-Form-Token": token})

    assert made.status_code == 201
    assert made.json()["actor"] == "walker"


def test_a_token_of_a_program_needs_no_form(sources: Sources, door: TestClient) -> None:
    _, secret = a_token(sources, "walker")

    response = door.post("/v1/quarantine/1/note", json=NOTE, headers=bearer(secret))

    assert response.status_code == 201


def test_the_form_token_of_another_session_is_refused(sources: Sources, door: TestClient) -> None:
    a_user(sources, "thief", "viewer", password=PASSWORD)
    other = a_door(sources)
    try_to_log_in(other, "thief", PASSWORD)
    stolen = form_token_on(other.get("/board/").text)
    try_to_log_in(door, "walker", PASSWORD)

    response = door.post("/board/log-out", data={"form_token": stolen})

    assert response.status_code == 403


def test_the_cookie_of_a_session_that_was_left_is_worth_nothing(door: TestClient) -> None:
    try_to_log_in(door, "walker", PASSWORD)
    cookie = door.cookies[COOKIE]
    token = form_token_on(door.get("/board/").text)

    assert door.post("/board/log-out", data={"form_token": token}).status_code == 303

    assert COOKIE not in door.cookies
    door.cookies.set(COOKIE, cookie)
    assert door.get("/v1/zones").status_code == 401


def test_a_new_log_in_ends_the_session_before_and_takes_over_no_cookie(door: TestClient) -> None:
    try_to_log_in(door, "walker", PASSWORD)
    before = door.cookies[COOKIE]
    try_to_log_in(door, "walker", PASSWORD)
    after = door.cookies[COOKIE]

    assert before != after
    door.cookies.clear()
    door.cookies.set(COOKIE, before)
    assert door.get("/v1/zones").status_code == 401


def test_a_session_ends_by_itself(door: TestClient, clock: ManualClock) -> None:
    try_to_log_in(door, "walker", PASSWORD)
    kept = {"Cookie": f"{COOKIE}={door.cookies[COOKIE]}"}
    door.cookies.clear()

    clock.set(NOW + LASTS - timedelta(seconds=1))
    assert door.get("/v1/zones", headers=kept).status_code == 200
    clock.set(NOW + LASTS)
    assert door.get("/v1/zones", headers=kept).status_code == 401


def test_who_is_disabled_is_out_at_once(door: TestClient, sources: Sources) -> None:
    try_to_log_in(door, "walker", PASSWORD)
    with sources.catalog.begin() as connection:
        people.disable(connection, "walker", at=NOW)

    assert door.get("/v1/zones").status_code == 401
    assert try_to_log_in(door, "walker", PASSWORD) == 401


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "password"])
def test_a_secret_in_a_url_is_refused_even_a_right_one(
    door: TestClient, sources: Sources, name: str
) -> None:
    _, secret = a_token(sources, "walker")

    response = door.get("/v1/zones", params={name: secret})

    assert response.status_code == 400
    assert secret not in response.text


def test_a_password_is_not_found_by_trying(door: TestClient, clock: ManualClock) -> None:
    answers = [try_to_log_in(door, "walker", f"wrong password {n}") for n in range(8)]
    assert answers == [401] * 5 + [429] * 3

    elsewhere = TestClient(
        door.app, base_url="http://127.0.0.1", client=ELSEWHERE, follow_redirects=False
    )
    assert try_to_log_in(elsewhere, "walker", PASSWORD) == 429, "no more tries from elsewhere"
    clock.set(NOW + timedelta(seconds=1))
    assert try_to_log_in(door, "walker", PASSWORD) == 303
    assert try_to_log_in(door, "walker", "wrong again, one") == 401, "a right one forgives"


def test_the_wait_doubles_and_stays_bounded_for_an_account(
    door: TestClient, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.accounts.catalog.is_right", lambda *_: False)
    for _ in range(5):
        try_to_log_in(door, "walker", "wrong password")
    waits = []
    for _ in range(8):
        token = form_token_on(door.get("/board/log-in").text)
        fields = {"form_token": token, "name": "walker", "password": "wrong password"}
        refused = door.post("/board/log-in", data=fields)
        waits.append(int(refused.headers["retry-after"]))
        clock.set(clock.now() + timedelta(seconds=waits[-1]))
        assert try_to_log_in(door, "walker", "wrong password") == 401

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_many_names_from_one_address_are_slowed_down(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.accounts.catalog.is_right", lambda *_: False)

    answers = [try_to_log_in(door, f"name-{n}", "a common password") for n in range(22)]

    assert answers == [401] * 20 + [429] * 2


def test_unknown_names_are_answered_alike_and_hashed_alike(
    sources: Sources, door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_user(sources, "program", "viewer")
    a_user(sources, "gone", "viewer", password=PASSWORD)
    with sources.catalog.begin() as connection:
        people.disable(connection, "gone", at=NOW)
    compared: list[str] = []

    class Slow:
        def verify(self, password: str, kept: str) -> bool:
            compared.append(kept)
            return password == PASSWORD

    slow = Slow()
    monkeypatch.setattr(passwords, "_argon2", lambda: slow)
    monkeypatch.setattr(passwords, "_nobodys", lambda: "nobody's")
    pages = set()
    for name in ("walker", "nobody-there", "program", "gone"):
        token = form_token_on(door.get("/board/log-in").text)
        fields = {"form_token": token, "name": name, "password": "wrong password"}
        response = door.post("/board/log-in", data=fields)
        pages.add((response.status_code, re.sub("[0-9a-f]{64}", "", response.text)))

    assert len(pages) == 1
    assert len(compared) == 4
    assert compared[1:] == ["nobody's"] * 3


def test_many_log_ins_at_once_are_sent_away_before_they_take_every_thread(
    door: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.accounts.passwords._WAITING", BoundedSemaphore(1))
    answers: list[int] = []

    class Slow:
        def verify(self, *_: str) -> bool:
            if not answers:
                answers.append(0)
                answers.append(try_to_log_in(a_second_door, "walker", PASSWORD))
            return True

    a_second_door = TestClient(door.app, base_url="http://127.0.0.1", follow_redirects=False)
    monkeypatch.setattr(passwords, "_argon2", Slow)

    assert try_to_log_in(door, "walker", PASSWORD) == 303
    assert answers == [0, 429]
    assert try_to_log_in(door, "walker", PASSWORD) == 303


def test_the_password_hash_of_nobody_lets_nobody_in(
    sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_user(sources, "program", "viewer")
    monkeypatch.setattr("pwdlib.PasswordHash.verify", lambda *_: True)

    assert try_to_log_in(a_door(sources), "program", PASSWORD) == 401
    assert try_to_log_in(a_door(sources), "nobody-there", PASSWORD) == 401


def test_log_ins_are_written_down_good_and_bad(door: TestClient, sources: Sources) -> None:
    try_to_log_in(door, "walker", "wrong password")
    try_to_log_in(door, "typed my passw0rd here", PASSWORD)
    try_to_log_in(door, "walker", PASSWORD)
    token = form_token_on(door.get("/board/").text)
    door.post("/board/log-out", data={"form_token": token})

    assert told(sources) == [
        ("walker", "log_in", Outcome.REFUSED),
        ("unknown", "log_in", Outcome.REFUSED),
        ("walker", "log_in", Outcome.DONE),
        ("walker", "log_out", Outcome.DONE),
    ]
    assert {each.deed.address for each in journal(sources)} == {"127.0.0.1"}


def test_exports_and_changes_are_written_down_with_who_and_what(
    door: TestClient, sources: Sources
) -> None:
    _, secret = a_token(sources, "walker")
    door.get("/v1/reports/zone:kh-coast/2026-10", headers=bearer(secret))
    door.get("/v1/reports/zone:nowhere/2026-10", headers=bearer(secret))
    door.post("/v1/quarantine/1/note", json=NOTE, headers=bearer(secret))
    door.post("/v1/quarantine/99/note", json=NOTE, headers=bearer(secret))

    assert [(each.deed.action, each.deed.object) for each in journal(sources)] == [
        ("report.export", "report:zone:kh-coast/2026-10"),
        ("quarantine.note", "quarantine:1"),
    ]


def test_a_change_that_cannot_be_written_down_is_not_made(
    door: TestClient, sources: Sources
) -> None:
    _, secret = a_token(sources, "walker")
    with sources.catalog.begin() as connection:
        connection.exec_driver_sql("DROP TABLE audit")
    client = TestClient(door.app, raise_server_exceptions=False)

    response = client.post("/v1/quarantine/1/note", json=NOTE, headers=bearer(secret))

    assert response.status_code == 500
    assert client.get("/v1/quarantine/1", headers=bearer(secret)).json()["notes"] == []


def test_the_journal_is_paged_and_who_does_not_see_all_sees_their_own(
    door: TestClient, sources: Sources
) -> None:
    verifier = a_token(sources, a_user(sources, "reader", "verifier"))[1]
    abroad = a_token(sources, a_user(sources, "neighbor", "admin", LAOS))[1]
    for secret in (verifier, abroad, verifier):
        door.get("/v1/reports/zone:la-city/2026-10", headers=bearer(secret))

    first = door.get("/v1/audit?limit=2", headers=bearer(verifier)).json()
    second = door.get(f"/v1/audit?cursor={first['next']}", headers=bearer(verifier)).json()
    own = door.get("/v1/audit", headers=bearer(abroad)).json()

    assert [each["actor"] for each in first["items"]] == ["reader", "neighbor"]
    assert [each["number"] for each in second["items"]] == [3]
    assert [each["actor"] for each in own["items"]] == ["neighbor"]


def test_a_token_is_no_more_than_its_account(door: TestClient, sources: Sources) -> None:
    viewer = a_token(sources, a_user(sources, "guest", "viewer"), role="admin")[1]
    narrow = a_token(sources, "walker", role="viewer", scope=LAOS)[1]

    note = door.post("/v1/quarantine/1/note", json=NOTE, headers=bearer(viewer))
    mine = door.get("/v1/me", headers=bearer(narrow)).json()

    assert note.status_code == 403
    assert mine["permissions"] == ["read"]
    assert mine["scopes"] == [["all"], ["country:LA"]]
    zones = door.get("/v1/zones", headers=bearer(narrow)).json()["items"]
    assert [zone["id"] for zone in zones] == ["la-city"]


def test_the_first_start_makes_one_admin_whose_password_is_shown_once(
    sources: Sources, clock: ManualClock
) -> None:
    password = first_admin(sources.catalog, clock)

    assert password is not None
    assert first_admin(sources.catalog, clock) is None
    door = a_door(sources, clock=clock)
    assert try_to_log_in(door, "admin", "admin") == 401
    assert try_to_log_in(door, "admin", password) == 303
    assert "read_audit" in door.get("/v1/me").json()["permissions"]
