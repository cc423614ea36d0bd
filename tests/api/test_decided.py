"""Decisions on data over HTTP: entered, withdrawn, written down, and felt by what they touch."""

import pytest
from fastapi.testclient import TestClient

from analytics.service import decisions
from analytics.uptime.exclusions import Exclusion
from api.sources import Sources
from ingest import feed
from ingest.audit.journal import entries
from tests.api.people import LAOS, a_door, a_token, a_user, bearer

AN_EXCLUSION = {
    "of": {"holder": "zone", "id": "kh-coast"},
    "device_class": "streetlight",
    "from": "2026-10-01T00:00:00Z",
    "to": "2026-10-03T00:00:00Z",
    "reason": "grid_outage",
    "text": "the feeder was down, told by the utility",
}
AN_OVERRIDE = {
    "device": "kh-air-1",
    "metric": "pm25",
    "from": "2026-10-02T01:00:00Z",
    "to": "2026-10-02T03:00:00Z",
    "quality": 4,
    "text": "calibration",
}
A_RELEASE = {
    "of": {"holder": "device", "id": "kh-air-1"},
    "from": "2026-10-01T00:00:00Z",
    "text": "given out by the ministry",
}
ALL = [("exclusions", AN_EXCLUSION), ("overrides", AN_OVERRIDE), ("releases", A_RELEASE)]


@pytest.fixture
def admin(sources: Sources) -> dict[str, str]:
    return bearer(a_token(sources, a_user(sources, "an-admin", "admin"))[1])


@pytest.fixture
def client(sources: Sources) -> TestClient:
    return a_door(sources)


def fed(sources: Sources) -> list[tuple[str, int]]:
    with sources.catalog.connect() as connection:
        return sorted({(each.device, each.hour) for each in feed.changes(connection)})


@pytest.mark.parametrize(("resource", "body"), ALL)
def test_a_decision_is_entered_and_withdrawn_with_its_person(
    client: TestClient,
    sources: Sources,
    admin: dict[str, str],
    resource: str,
    body: dict[str, object],
) -> None:
    entered = client.post(f"/v1/{resource}", headers=admin, json=body)
    listed = client.get(f"/v1/{resource}", headers=admin).json()["items"]
    withdrawn = client.post(f"/v1/{resource}/1/withdraw", headers=admin)
    again = client.post(f"/v1/{resource}/1/withdraw", headers=admin)

    assert entered.status_code == 201
    assert entered.json().items() >= (body | {"actor": "an-admin", "withdrawn_at": None}).items()
    assert listed == [entered.json()]
    assert withdrawn.json()["withdrawn_by"] == "an-admin"
    assert again.status_code == 409
    name = resource.removesuffix("s")
    with sources.catalog.connect() as connection:
        told = [each.deed.action for each in entries(connection)]
    assert told == [f"{name}.enter", f"{name}.withdraw"]


def test_an_exclusion_touches_a_day_of_each_device_it_is_of(
    client: TestClient, sources: Sources, admin: dict[str, str]
) -> None:
    """Three nights of each of the two lamps: of 30 September, and of 1 and 2 October."""
    client.post("/v1/exclusions", headers=admin, json=AN_EXCLUSION)

    touched = fed(sources)

    assert [device for device, _ in touched] == ["kh-lamp-1"] * 3 + ["kh-lamp-2"] * 3
    with sources.catalog.connect() as connection:
        assert [each.text for each in decisions.standing(connection, Exclusion)] == [
            AN_EXCLUSION["text"]
        ]


def test_an_override_touches_its_hours(
    client: TestClient, sources: Sources, admin: dict[str, str]
) -> None:
    client.post("/v1/overrides", headers=admin, json=AN_OVERRIDE)

    assert [device for device, _ in fed(sources)] == ["kh-air-1"] * 2


@pytest.mark.parametrize(
    ("resource", "body", "wrong", "status"),
    [
        ("exclusions", AN_EXCLUSION, {"to": "2026-10-01T00:00:00Z"}, 422),
        ("exclusions", AN_EXCLUSION, {"to": "2028-10-01T00:00:00Z"}, 422),
        ("exclusions", AN_EXCLUSION, {"from": "2026-10-01T00:00:00"}, 422),
        ("exclusions", AN_EXCLUSION, {"of": {"holder": "zone", "id": "nowhere"}}, 404),
        ("exclusions", AN_EXCLUSION, {"reason": "whim"}, 422),
        ("overrides", AN_OVERRIDE, {"metric": "load_power"}, 422),
        ("overrides", AN_OVERRIDE, {"quality": 9}, 422),
        ("overrides", AN_OVERRIDE, {"device": "nobody"}, 404),
        ("releases", A_RELEASE, {"to": "2026-10-01T00:00:00Z"}, 422),
        ("releases", A_RELEASE, {"more": 1}, 422),
    ],
)
def test_what_cannot_be_decided_is_refused(
    client: TestClient,
    admin: dict[str, str],
    resource: str,
    body: dict[str, object],
    wrong: dict[str, object],
    status: int,
) -> None:
    assert client.post(f"/v1/{resource}", headers=admin, json=body | wrong).status_code == status


@pytest.mark.parametrize(("resource", "body"), ALL)
def test_who_does_not_see_it_neither_enters_nor_withdraws(
    client: TestClient,
    sources: Sources,
    admin: dict[str, str],
    resource: str,
    body: dict[str, object],
) -> None:
    abroad = bearer(a_token(sources, a_user(sources, "abroad", "admin", LAOS))[1])
    client.post(f"/v1/{resource}", headers=admin, json=body)

    assert client.post(f"/v1/{resource}", headers=abroad, json=body).status_code == 404
    assert client.post(f"/v1/{resource}/1/withdraw", headers=abroad).status_code == 404
    assert client.get(f"/v1/{resource}", headers=abroad).json()["items"] == []
