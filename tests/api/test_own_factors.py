"""A ministry's own factor: who may enter it, what it must say, and what it changes."""

from http import HTTPStatus
from typing import cast

import pytest
from fastapi.testclient import TestClient

from api.sources import Sources
from ingest.audit.journal import entries
from tests.api.people import a_door, bearer, everybody

REPORT = "/v1/reports/zone:kh-coast/2026-10"
NEW = {
    "country": "KH",
    "role": "cm_intermittent",
    "gas": "CO2",
    "value": "0.700",
    "unit": "t/MWh",
    "source": "Ministry of Environment",
    "version": "2026",
    "year": 2025,
    "valid_from": "2026-01-01",
    "evidence": "letter 12/2026, scanned",
    "licence": "public",
    "u95_percent": "5",
}


def enter(client: TestClient, token: str | None, **changed: object) -> int:
    return client.post("/v1/factors", headers=bearer(token), json=NEW | changed).status_code


def avoided(client: TestClient, token: str | None) -> dict[str, object]:
    document = client.get(REPORT, headers=bearer(token)).json()
    (found,) = [
        each
        for each in document["figures"]
        if (each["id"], each["device_class"]) == ("emissions_avoided", "school_pv")
    ]
    assert isinstance(found, dict)
    return found


def test_it_comes_before_the_default_in_reports(sources: Sources) -> None:
    known, client = everybody(sources), a_door(sources)

    assert enter(client, known["approver"]) == HTTPStatus.CREATED

    told = avoided(client, known["viewer"])
    (factor,) = cast("list[dict[str, str]]", told["factors"])
    assert (factor["value"], factor["source"]) == ("0.700", "Ministry of Environment")
    assert told["interval_covers"] == "metering, factors"


def test_it_is_listed_with_its_change_and_who_signed(sources: Sources) -> None:
    known, client = everybody(sources), a_door(sources)
    enter(client, known["approver"])
    enter(client, known["approver"], value="0.650")

    listed = client.get("/v1/factors?country=KH", headers=bearer(known["viewer"])).json()["items"]

    own = [each for each in listed if each["change"]]
    assert [(each["change"], each["value"], each["entered_by"]) for each in own] == [
        (1, "0.700", "a-approver"),
        (2, "0.650", "a-approver"),
    ]
    assert len(listed) > len(own)


def test_the_journal_knows_who_entered_it(sources: Sources) -> None:
    known, client = everybody(sources), a_door(sources)
    enter(client, known["approver"])

    with sources.catalog.connect() as connection:
        (entry,) = entries(connection)
    assert (entry.deed.actor, entry.deed.action) == ("a-approver", "factor.enter")
    assert entry.deed.object == "factor:KH/cm_intermittent/change:1"


@pytest.mark.parametrize("role", ["viewer", "technician", "manager", "preparer", "verifier"])
def test_who_does_not_sign_for_factors_enters_none(sources: Sources, role: str) -> None:
    known, client = everybody(sources), a_door(sources)

    assert enter(client, known[role]) == HTTPStatus.FORBIDDEN


def test_a_grid_that_is_not_seen_is_not_there(sources: Sources) -> None:
    """An admin for Laos alone."""
    known, client = everybody(sources), a_door(sources)

    assert enter(client, known["abroad"]) == HTTPStatus.NOT_FOUND
    assert enter(client, known["abroad"], country="LA") == HTTPStatus.CREATED


@pytest.mark.parametrize(
    "changed",
    [
        {"evidence": ""},
        {"value": "-0.1"},
        {"value": "700"},
        {"value": "NaN"},
        {"unit": "g/kWh"},
        {"role": "country"},
        {"gas": "CH4"},
        {"valid_from": "soon"},
    ],
    ids="-".join,
)
def test_what_is_no_factor_is_refused(sources: Sources, changed: dict[str, object]) -> None:
    known, client = everybody(sources), a_door(sources)

    assert enter(client, known["approver"], **changed) == HTTPStatus.UNPROCESSABLE_ENTITY


def test_claims_are_for_those_who_may_see_them(sources: Sources) -> None:
    known, client = everybody(sources), a_door(sources)

    allowed = {
        role: client.get("/v1/claims", headers=bearer(known[role])).status_code
        for role in ("viewer", "technician", "manager", "verifier")
    }
    assert allowed == {"viewer": 403, "technician": 403, "manager": 200, "verifier": 200}
