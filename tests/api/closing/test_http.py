"""Closing, findings and lineage by HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.api.closing.october import October, running, sources_of
from tests.api.people import a_door, a_token, bearer

OCTOBER = "/v1/reports/zone:north/2026-10"


@pytest.fixture
def zone(signed: Path) -> Iterator[October]:
    with running(signed) as opened:
        yield opened


@pytest.fixture
def client(zone: October) -> TestClient:
    return a_door(sources_of(zone))


@pytest.fixture
def people(zone: October) -> dict[str, dict[str, str]]:
    sources = sources_of(zone)
    roles = {"pa": "preparer", "chan": "checker", "sok": "approver", "vera": "verifier"}
    return {name: bearer(a_token(sources, name, role=role)[1]) for name, role in roles.items()}


def test_three_people_close_a_quarter_of_a_month_in_turn(
    client: TestClient, people: dict[str, dict[str, str]]
) -> None:
    week = "/v1/reports/zone:north/2026-10-05..2026-10-11"
    turns = [("check", "chan", 409), ("close", "chan", 403), ("close", "pa", 201)]
    turns += [("approve", "sok", 409), ("check", "chan", 201), ("approve", "pa", 403)]
    turns += [("approve", "sok", 201), ("approve", "sok", 409), ("verify", "vera", 201)]
    for step, who, expected in turns:
        answer = client.post(f"{week}/{step}", headers=people[who])
        assert answer.status_code == expected, (step, who, answer.text)

    document = client.get(week, headers=people["vera"]).json()

    assert (document["revision"], document["status"]) == (1, "verified")
    steps = document["revisions"][0]["steps"]
    assert [each["by"] for each in steps] == ["pa", "chan", "sok", "vera"]


def test_a_verifiers_finding_is_answered(
    client: TestClient, people: dict[str, dict[str, str]]
) -> None:
    found = {"scope": "zone:north", "period": "2026-10", "revision": 1, "text": "a lamp twice?"}
    assert client.post("/v1/findings", json=found, headers=people["pa"]).status_code == 403
    left = client.post("/v1/findings", json=found, headers=people["vera"])
    number = left.json()["id"]
    reply = {"text": "no: two poles"}
    client.post(f"/v1/findings/{number}/answer", json=reply, headers=people["pa"])

    items = client.get("/v1/findings", headers=people["vera"]).json()["items"]

    assert [each["text"] for each in items[0]["answers"]] == ["no: two poles"]
    missing = found | {"revision": 9}
    assert client.post("/v1/findings", json=missing, headers=people["vera"]).status_code == 404


def test_a_figure_leads_to_messages_and_a_message_to_revisions(
    client: TestClient, people: dict[str, dict[str, str]]
) -> None:
    client.headers.update(people["vera"])
    figures = client.get(OCTOBER).json()["figures"]
    path = next(
        each["lineage"]
        for each in figures
        if (each["id"], each["device_class"]) == ("emissions_avoided", "school_pv")
    )

    figure = client.get(path).json()
    # 733 kWh, of which the counter tells; in mWh
    assert (figure["revision"], figure["credited_mwh"]) == (1, 733_000_000)
    assert len(figure["zone_days"]) == 31
    assert figure["method"]["id"] == "AMS-I.D/I.F"
    day = client.get(figure["device_days"][11]["lineage"]).json()
    assert day["day"] == "2026-10-12"
    # its chunks are of whole UTC days, and the local day lies in two
    assert [each["received_at"][:10] for each in day["messages"]] == ["2026-10-12", "2026-10-13"]
    message = client.get(day["messages"][0]["lineage"]).json()
    assert figure["device_days"][11]["lineage"] in message["device_days"]
    assert message["revisions"] == [{"scope": "zone:north", "period": "2026-10", "number": 1}]


@pytest.mark.parametrize(
    "name",
    ["device-day:no-one~2026-10-12", "device-day:pv-1~2026-13-41", "message:w1.zwa~0~0", "x~y"],
)
def test_a_lineage_of_nothing_is_not_found(
    client: TestClient, people: dict[str, dict[str, str]], name: str
) -> None:
    assert client.get(f"/v1/lineage/{name}", headers=people["vera"]).status_code == 404


def test_the_board_lists_who_signed_what(
    client: TestClient, people: dict[str, dict[str, str]]
) -> None:
    html = client.get("/board/periods", headers=people["vera"]).text

    for said in ("zone:north", "2026-10", "approved: sok", "checked and closed: chan"):
        assert said in html
