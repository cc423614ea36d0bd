"""What lies outside of somebody's scope is not there for them, anywhere."""

import csv
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.accounts.scope import EVERYTHING, NOTHING, Scope, ScopeError
from api.accounts.seen import SeenRegistries, within
from api.sources import Sources
from ingest.contract.identity import GatewayId
from ingest.contract.period import micros
from ingest.registry.registry import Entered, Registry
from ingest.tables import QUARANTINE
from tests.api.builders import DEVICES, a_registry
from tests.api.people import LAOS, a_door, a_token, a_user, bearer

KH_BATCH = Scope(aid_batches=frozenset({"kh-batch"}))
COAST = Scope(zones=frozenset({"kh-coast"}))
ISLE_OR_LAOS = Scope.parse(["zone:sc-isle", "country:LA"])
OF_CAMBODIA = ("kh-", "Coast")
BODY = {  # what any of the routes asks for
    "text": "a note",
    "why": "a reason",
    "place": 1,
    "working": True,
    "visited_on": "2026-10-01",
    "inspector": "somebody",
    "kind": "maintenance",
    "since": "2026-10-01T00:00:00Z",
    "until": "2026-10-05T00:00:00Z",
    "assignee": "somebody",
    "cause": "a fuse",
}


_ROLES = ("admin", "preparer", "checker", "approver", "verifier")


@pytest.fixture
def abroad(sources: Sources) -> TestClient:
    client = a_door(sources)
    client.headers.update(bearer(a_token(sources, a_user(sources, "neighbor", "admin", LAOS))[1]))
    return client


def ids(client: TestClient, path: str) -> list[str]:
    return [each["id"] for each in client.get(path).json()["items"]]


def rows_with_an_id() -> list[tuple[str, str, str]]:
    """Return method and example of each route, and a role that may use it."""
    table = Path(__file__).with_name("routes.csv")
    with table.open(encoding="utf-8", newline="") as file:
        return [
            (row["method"], row["example"], next(r for r in _ROLES if row[r] != "403"))
            for row in csv.DictReader(file)
            if "{" in row["route"]
        ]


def named_otherwise(text: str) -> str:
    """Put names of nothing in the place of what lies abroad, letter for letter."""
    others = {"kh-coast": "no-where", "kh-pv-1": "no-th-1", "kh-lot-1": "no-lot-1"}
    for name, other in others.items():
        text = text.replace(name, other)
    return text


@pytest.mark.parametrize(("method", "path", "role"), rows_with_an_id())
def test_what_lies_abroad_is_answered_like_what_does_not_exist(
    sources: Sources, method: str, path: str, role: str
) -> None:
    abroad = a_door(sources)
    token = a_token(sources, a_user(sources, "neighbor", role, LAOS), role=role)[1]
    abroad.headers.update(bearer(token))
    nothing = named_otherwise(path)
    nothing = re.sub(r"/1(?=/|$)", "/7", nothing)
    body = BODY if method == "POST" else None

    there = abroad.request(method, path, json=body)
    not_there = abroad.request(method, nothing, json=body)

    assert path != nothing
    assert there.status_code == not_there.status_code == 404
    told = named_otherwise(there.text)
    told = re.sub(r"(/| )1\b", r"\g<1>7", told)
    assert told == not_there.text


@pytest.mark.parametrize(
    "path",
    [
        "/v1/zones",
        "/v1/sites",
        "/v1/gateways",
        "/v1/devices",
        "/v1/devices?zone=kh-coast",
        "/v1/aid-batches",
        "/v1/programme",
        "/v1/ledger",
        "/v1/ledger?gateway=kh-gw",
        "/v1/quarantine",
        "/v1/reports/programme/2026-10",
        "/v1/reports/country:LA/2026-10",
        "/metrics",
        "/board/",
        "/board/zones/la-city",
    ],
)
def test_no_list_or_total_names_anything_abroad(abroad: TestClient, path: str) -> None:
    response = abroad.get(path)

    assert response.status_code == 200
    asked = "?gateway=kh-gw" in path
    found = [name for name in OF_CAMBODIA if name in response.text.replace("kh-gw" * asked, "")]
    assert found == []


def test_lists_hold_what_is_seen(abroad: TestClient) -> None:
    assert ids(abroad, "/v1/zones") == ["la-city"]
    assert ids(abroad, "/v1/devices") == ["la-pv-1"]
    assert abroad.get("/v1/ledger").json()["total"]["assigned"] == 0
    assert abroad.get("/v1/programme").json()["totals"][0]["devices"] == 1


def test_the_boards_account_is_of_what_is_seen(abroad: TestClient, client: TestClient) -> None:
    def account(html: str) -> list[str]:
        shown = html.partition('<dl class="ledger">')[2].partition("</dl>")[0]
        return re.findall(r"<dd[^>]*>\D*(\d+)", shown)

    assert account(client.get("/board/").text)[0] == "10"
    assert set(account(abroad.get("/board/").text)) == {"0"}


def test_a_report_over_what_is_seen_says_so(abroad: TestClient, client: TestClient) -> None:
    own = abroad.get("/v1/reports/programme/2026-10").json()
    whole = client.get("/v1/reports/programme/2026-10").json()

    assert "only what its reader sees: country:LA" in own["notes"]
    assert not any("reader" in note for note in whole["notes"])


def test_a_zone_has_the_same_digits_for_all_who_see_it(
    sources: Sources, client: TestClient
) -> None:
    coast = a_door(sources)
    coast.headers.update(bearer(a_token(sources, a_user(sources, "guest", "viewer", COAST))[1]))

    path = "/v1/zones/kh-coast/summary"
    assert coast.get(path).content == client.get(path).content


def test_quarantine_of_nobody_known_is_for_who_sees_all(
    abroad: TestClient, sources: Sources, client: TestClient
) -> None:
    with sources.catalog.begin() as connection:
        connection.execute(sa.update(QUARANTINE).where(QUARANTINE.c.id == 1).values(gateway=None))
        connection.execute(
            sa.update(QUARANTINE).where(QUARANTINE.c.id == 2).values(gateway="la-gw")
        )

    assert [each["id"] for each in abroad.get("/v1/quarantine").json()["items"]] == [2]
    assert [each["id"] for each in client.get("/v1/quarantine").json()["items"]] == [1, 2]
    assert abroad.get("/v1/quarantine/1").status_code == 404
    assert abroad.get("/v1/quarantine/2").status_code == 200


def test_an_aid_batch_is_its_lots_and_their_devices() -> None:
    seen = within(a_registry(), KH_BATCH)

    assert [device.id for device in seen.devices()] == ["kh-lamp-1"]
    assert [zone.id for zone in seen.zones()] == ["kh-coast"]
    assert [batch.id for batch in seen.aid_batches()] == ["kh-batch"]
    assert [lot.id for lot in seen.lots()] == ["kh-lot-1"]
    assert [gateway.id for gateway in seen.gateways()] == ["kh-gw"]


@pytest.mark.parametrize(
    ("scopes", "zones"),
    [
        pytest.param((EVERYTHING,), ["kh-coast", "la-city", "sc-isle"], id="all"),
        pytest.param((NOTHING,), [], id="nothing"),
        pytest.param((EVERYTHING, LAOS), ["la-city"], id="narrowed"),
        pytest.param((COAST, LAOS), [], id="apart"),
        pytest.param((ISLE_OR_LAOS,), ["la-city", "sc-isle"], id="or"),
    ],
)
def test_several_scopes_are_narrower_than_each(scopes: tuple[Scope, ...], zones: list[str]) -> None:
    seen = SeenRegistries().of(a_registry(), scopes)

    assert [zone.id for zone in seen.zones()] == zones


def test_what_moved_away_is_seen_no_longer_and_nothing_dangles() -> None:
    later = micros(datetime(2026, 10, 1, tzinfo=UTC))
    moved = replace(
        next(each for each in DEVICES if each.id == "kh-pv-1"), gateway=GatewayId("la-gw")
    )
    registry = Registry([*a_registry().entries, Entered(change=2, valid_from=later, item=moved)])

    coast, laos = within(registry, COAST), within(registry, LAOS)

    assert coast.device("kh-pv-1") is None
    assert [device.id for device in laos.devices()] == ["kh-pv-1", "la-pv-1"]
    assert laos.device("kh-pv-1", later - 1) is None
    assert all(
        laos.zone_of(device, at).id == "la-city" for at in (None, 0) for device in laos.devices()
    )


def test_a_registry_that_was_changed_is_seen_as_it_is_now() -> None:
    seen, first = SeenRegistries(), a_registry()
    empty = Registry()

    assert seen.of(first, (LAOS,)) is seen.of(first, (LAOS,))
    assert seen.of(empty, (LAOS,)).zones() == ()


@pytest.mark.parametrize(
    "text", ["", "kh", "country:kh", "country:", "zone:", "zone:A", "planet:x"]
)
def test_a_text_that_is_no_scope_is_refused(text: str) -> None:
    with pytest.raises(ScopeError):
        Scope.parse([text])


@pytest.mark.parametrize("texts", [["all"], ["country:KH", "zone:a-1", "aid-batch:b"], []])
def test_a_scope_is_read_as_it_was_written(texts: list[str]) -> None:
    assert Scope.parse(texts).texts() == texts
