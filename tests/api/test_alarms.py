"""Alarms and repairs over HTTP."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from analytics.faults.fault import Consequence, Fault, RuleId
from analytics.service.alarmkeeper import AlarmKeeper
from analytics.service.faults import put_faults
from api.accounts.scope import Scope
from api.sources import Sources
from ingest.audit.journal import entries
from ingest.contract.period import DAY_US, HOUR_US, micros
from tests.api.builders import NOW
from tests.api.people import a_door, a_token, a_user, bearer

AT = micros(NOW)


def a_fault(rule: str, subject: str, **changed: object) -> Fault:
    fault = Fault(
        rule=RuleId(rule),
        subject=subject,
        consequence=Consequence.ALARM,
        began_at=AT - 3 * HOUR_US,
        raised_at=AT - 2 * HOUR_US,
        proven_at=AT - 2 * HOUR_US,
        evidence={"load_power": 0.5},
    )
    return replace(fault, **changed)  # type: ignore[arg-type]


FAULTS = (
    a_fault("lamp_out", "kh-lamp-1"),
    a_fault("zero_output", "la-pv-1"),
    a_fault("limit_exceeded", "kh-air-1", consequence=Consequence.ENVIRONMENT),
    a_fault("lamp_out", "kh-lamp-2", cleared_at=AT - HOUR_US),
)


def with_faults(sources: Sources, *faults: Fault) -> None:
    with sources.catalog.begin() as connection:
        put_faults(connection, faults, changed_at=AT)
    AlarmKeeper(catalog=sources.catalog, registry=sources.registry, clock=sources.clock).step()


@pytest.fixture
def door(sources: Sources) -> Iterator[TestClient]:
    with_faults(sources, *FAULTS)
    with a_door(sources) as client:
        yield client


def header(sources: Sources, role: str, **scope: object) -> dict[str, str]:
    name = a_user(sources, f"a-{role}", role)
    return bearer(a_token(sources, name, role=role, **scope)[1])  # type: ignore[arg-type]


def subjects(client: TestClient, headers: dict[str, str], query: str = "") -> list[str]:
    items = client.get(f"/v1/alarms{query}", headers=headers).json()["items"]
    return sorted(each["cause"]["subject"] for each in items)


def test_alarms_are_listed_by_zone_class_condition_and_acknowledgement(
    sources: Sources, door: TestClient
) -> None:
    headers = header(sources, "technician")
    (one,) = door.get("/v1/alarms?class=school_pv", headers=headers).json()["items"]
    door.post(f"/v1/alarms/{one['id']}/acknowledge", headers=headers, json={})

    assert subjects(door, headers) == ["kh-air-1", "kh-lamp-1", "kh-lamp-2", "la-pv-1"]
    assert subjects(door, headers, "?zone=la-city") == ["la-pv-1"]
    assert subjects(door, headers, "?class=streetlight") == ["kh-lamp-1", "kh-lamp-2"]
    assert subjects(door, headers, "?condition=cleared") == ["kh-lamp-2"]
    assert subjects(door, headers, "?acknowledged=true") == ["la-pv-1"]
    assert subjects(door, headers, "?acknowledged=false&condition=active") == [
        "kh-air-1",
        "kh-lamp-1",
    ]


def test_a_list_pages_by_cursor(sources: Sources, door: TestClient) -> None:
    headers, found, cursor = header(sources, "technician"), list[int](), ""
    for _ in range(10):
        page = door.get(f"/v1/alarms?limit=3{cursor}", headers=headers).json()
        found += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert found == [4, 3, 2, 1]


def test_an_alarm_tells_its_story(sources: Sources, door: TestClient) -> None:
    headers = header(sources, "technician")
    (one,) = door.get("/v1/alarms?zone=la-city", headers=headers).json()["items"]
    path = f"/v1/alarms/{one['id']}"
    door.post(f"{path}/comment", headers=headers, json={"text": "the road is flooded"})
    door.post(f"{path}/shelve", headers=headers, json={"until": "2026-10-05T00:00:00Z"})
    door.post(f"{path}/acknowledge", headers=headers, json={"text": "on my way"})

    told = door.get(path, headers=headers).json()

    assert told["cause"] == {"kind": "device", "subject": "la-pv-1", "rule": "zero_output"}
    assert (told["condition"], told["reaches"]) == ("active", ["la-pv-1"])
    assert (told["acknowledged_by"], told["shelved_until"]) == (
        "a-technician",
        "2026-10-05T00:00:00Z",
    )
    assert [(each["kind"], each["text"]) for each in told["actions"]] == [
        ("comment", "the road is flooded"),
        ("shelve", ""),
        ("acknowledge", "on my way"),
    ]
    assert [each["kind"] for each in told["notices"]] == ["raised"]
    assert told["evidence"] == {"load_power": 0.5}
    with sources.catalog.connect() as connection:
        assert [(each.deed.actor, each.deed.action) for each in entries(connection)] == [
            ("a-technician", "alarm.comment"),
            ("a-technician", "alarm.shelve"),
            ("a-technician", "alarm.acknowledge"),
        ]


def test_an_alarm_is_taken_from_its_shelf(sources: Sources, door: TestClient) -> None:
    headers = header(sources, "technician")
    door.post("/v1/alarms/1/shelve", headers=headers, json={"until": "2026-10-05T00:00:00Z"})

    back = door.post("/v1/alarms/1/shelve", headers=headers, json={"until": None})

    assert back.json()["shelved_until"] is None


@pytest.mark.parametrize(
    "body",
    [{}, {"until": "2026-10-02T16:00:00Z"}, {"until": "2027-10-02T17:00:00Z"}, {"until": "soon"}],
)
def test_a_shelf_needs_an_end_that_is_ahead_and_not_far(
    sources: Sources, door: TestClient, body: dict[str, str]
) -> None:
    answer = door.post("/v1/alarms/1/shelve", headers=header(sources, "technician"), json=body)

    assert answer.status_code == 422


def test_air_is_for_those_who_may_know_of_it_before_its_release(
    sources: Sources, door: TestClient
) -> None:
    headers = header(sources, "viewer")

    assert subjects(door, headers) == ["kh-lamp-1", "kh-lamp-2", "la-pv-1"]
    assert [door.get(f"/v1/alarms/{n}", headers=headers).status_code for n in (1, 2, 3, 4)].count(
        404
    ) == 1


def test_abroad_there_is_nothing_of_it(sources: Sources, door: TestClient) -> None:
    headers = header(sources, "technician", scope=Scope(countries=frozenset({"LA"})))
    home = door.get("/v1/alarms", headers=headers).json()["items"]
    elsewhere = {1, 2, 3, 4} - {each["id"] for each in home}

    answers = [
        door.post(f"/v1/alarms/{n}/comment", headers=headers, json={"text": "x"}).status_code
        for n in elsewhere
    ]

    assert [each["cause"]["subject"] for each in home] == ["la-pv-1"]
    assert answers == [404, 404, 404]
    assert [each["zone"] for each in door.get("/v1/repairs", headers=headers).json()["items"]] == [
        "la-city"
    ]


def test_a_ticket_is_assigned_closed_once_and_written_down(
    sources: Sources, door: TestClient
) -> None:
    headers = header(sources, "technician")
    (ticket,) = door.get("/v1/repairs?zone=la-city", headers=headers).json()["items"]
    path = f"/v1/repairs/{ticket['id']}"

    assigned = door.post(f"{path}/assign", headers=headers, json={"assignee": "a-technician"})
    closed = door.post(f"{path}/close", headers=headers, json={"cause": "fuse", "parts": "1 fuse"})
    again = door.post(f"{path}/close", headers=headers, json={"cause": "fuse"})

    assert (ticket["closed_at"], assigned.json()["assignee"]) == (None, "a-technician")
    assert (closed.json()["cause"], closed.json()["closed_by"], closed.json()["helped"]) == (
        "fuse",
        "a-technician",
        None,
    )
    assert again.status_code == 409
    with sources.catalog.connect() as connection:
        assert [each.deed.action for each in entries(connection)] == [
            "repair.assign",
            "repair.close",
        ]


def test_tickets_are_open_or_closed(sources: Sources, door: TestClient) -> None:
    headers = header(sources, "technician")
    found = door.get("/v1/repairs?closed=false", headers=headers).json()["items"]
    door.post(f"/v1/repairs/{found[0]['id']}/close", headers=headers, json={"cause": "fuse"})

    left = door.get("/v1/repairs?closed=false", headers=headers).json()["items"]
    done = door.get("/v1/repairs?closed=true", headers=headers).json()["items"]

    assert len(found) == len(left) + 1
    assert [each["id"] for each in done] == [found[0]["id"]]


def test_statistics_stand_beside_what_standards_bear_with(
    sources: Sources, door: TestClient
) -> None:
    headers = header(sources, "technician")

    told = door.get("/v1/alarms/statistics?weeks=2", headers=headers).json()

    assert (told["alarms"], told["technicians"], told["most_in_10_min"]) == (3, 1, 3)
    assert [(each["monday"], each["alarms"]) for each in told["weeks"]] == [("2026-09-28", 3)]
    assert told["mix_percent"] == {"low": "0.0", "medium": "100.0", "high": "0.0"}
    assert {each["standard"] for each in told["benchmarks"]} >= {"ISA-18.2-2009", "EEMUA 191"}
    rates = {each["lot"]: each["failures"] for each in told["failures_by_lot"]}
    assert rates["kh-lot-1"] == 1


def test_a_replayed_week_raises_nothing(sources: Sources) -> None:
    with_faults(sources, a_fault("lamp_out", "kh-lamp-1", late=True, began_at=AT - 5 * DAY_US))
    with a_door(sources) as client:
        (one,) = client.get("/v1/alarms", headers=header(sources, "technician")).json()["items"]

        story = client.get(f"/v1/alarms/{one['id']}", headers=header(sources, "manager")).json()

    assert (one["suppressed"], story["notices"], story["repairs"]) == ("late", [], [])
