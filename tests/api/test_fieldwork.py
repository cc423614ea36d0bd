"""Visits, samples, evidence, and putting a device into service, as people in the field do it."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.accounts.scope import EVERYTHING
from api.sources import Sources
from ingest import feed
from ingest.audit import journal
from ingest.contract.period import micros
from ingest.home import Home
from ingest.registry import tables
from ingest.registry.tables import METADATA as REGISTRY
from tests.api.builders import NOW
from tests.api.people import LAOS, PASSWORD, a_door, a_token, a_user, bearer, try_to_log_in

PHOTOGRAPH = b"\xff\xd8\xff\xe0 a photograph \r\n\r\n\x00 of a pole \r"
PDF = b"%PDF-1.7 a certificate"


@pytest.fixture
def field(sources: Sources, tmp_path: Path) -> Sources:
    REGISTRY.create_all(sources.catalog)
    return replace(sources, home=Home.create(tmp_path / "home"))


@pytest.fixture
def door(field: Sources) -> TestClient:
    door = a_door(field)
    door.headers.update(bearer(a_token(field, a_user(field, "tech"), role="technician")[1]))
    return door


@pytest.fixture
def from_laos(field: Sources) -> dict[str, str]:
    return bearer(a_token(field, a_user(field, "far", "admin", LAOS), scope=EVERYTHING)[1])


def put_in(door: TestClient, content: bytes = PHOTOGRAPH, **changed: str) -> tuple[int, Any]:
    fields = {"kind": "photograph", "device": "kh-lamp-1", "dated": "2026-10-02"} | changed
    answer = door.post("/v1/evidence", data=fields, files={"file": ("pole.jpg", content)})
    return answer.status_code, answer.json()


def deeds(catalog: Engine) -> list[tuple[str, str]]:
    with catalog.connect() as connection:
        return [(each.deed.actor, each.deed.action) for each in journal.entries(connection)]


def test_evidence_is_kept_under_its_hash_and_comes_back_to_the_byte(
    door: TestClient, field: Sources
) -> None:
    status, shown = put_in(door)
    put_in(door, kind="acceptance")

    digest = hashlib.sha256(PHOTOGRAPH).hexdigest()
    assert (status, shown["sha256"], shown["size"]) == (201, digest, len(PHOTOGRAPH))
    assert (shown["media_type"], shown["entered_by"]) == ("image/jpeg", "tech")
    back = door.get("/v1/evidence/1/file")
    assert back.content == PHOTOGRAPH
    assert back.headers["content-disposition"] == 'attachment; filename="evidence-1.jpg"'
    assert field.home is not None
    kept = [path for path in (field.home.path / "evidence").rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [digest]
    listed = door.get("/v1/evidence?device=kh-lamp-1").json()["items"]
    assert [each["kind"] for each in listed] == ["photograph", "acceptance"]
    assert door.get("/v1/evidence?device=kh-lamp-2").json()["items"] == []
    assert deeds(field.catalog) == [("tech", "evidence.add")] * 2


def test_an_erased_photograph_is_gone_and_what_it_was_of_stays(
    door: TestClient, field: Sources
) -> None:
    put_in(door)
    manager = bearer(a_token(field, a_user(field, "head", "manager"), role="manager")[1])
    why = {"why": "a person is in it"}
    assert door.post("/v1/evidence/1/erase", json=why).status_code == 403

    erased = door.post("/v1/evidence/1/erase", json=why, headers=manager).json()

    digest = hashlib.sha256(PHOTOGRAPH).hexdigest()
    assert (erased["sha256"], erased["erased_by"]) == (digest, "head")
    assert door.get("/v1/evidence/1/file").status_code == 410
    assert door.get("/v1/evidence/1").json()["erased_at"] == "2026-10-02T17:00:00Z"
    assert door.post("/v1/evidence/1/erase", json=why, headers=manager).status_code == 409
    assert field.home is not None
    assert [path for path in field.home.path.rglob("*") if path.name == digest] == []
    assert deeds(field.catalog)[-1] == ("head", "evidence.erase")


def test_what_something_rests_on_is_not_erased(door: TestClient, field: Sources) -> None:
    put_in(door, kind="calibration")
    put_in(door)
    door.post("/v1/visits", json=a_visit(evidence=2))
    put_in(door)
    manager = bearer(a_token(field, a_user(field, "head", "manager"), role="manager")[1])

    answers = [
        door.post(f"/v1/evidence/{number}/erase", json={"why": "asked to"}, headers=manager)
        for number in (1, 2, 3)
    ]

    assert [each.status_code for each in answers] == [409, 409, 200]
    assert "figures rest on it" in answers[0].json()["detail"]
    assert "visit 1 refers to it" in answers[1].json()["detail"]
    # the same photograph, put in twice: it goes with the last that speaks of it
    assert door.get("/v1/evidence/2/file").content == PHOTOGRAPH


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        pytest.param(b"<script>", {}, id="a page"),
        pytest.param(b"", {}, id="nothing"),
        pytest.param(PHOTOGRAPH, {"kind": "poem"}, id="kind"),
        pytest.param(PHOTOGRAPH, {"device": "kh-lamp-9"}, id="device"),
        pytest.param(PHOTOGRAPH, {"dated": "yesterday"}, id="day"),
    ],
)
def test_what_is_no_evidence_is_refused(
    door: TestClient, content: bytes, changed: dict[str, str]
) -> None:
    assert put_in(door, content, **changed)[0] == 422
    assert door.get("/v1/evidence").json()["items"] == []


def test_a_photograph_larger_than_a_page_is_taken_and_one_beyond_the_limit_is_not(
    door: TestClient,
) -> None:
    assert put_in(door, PHOTOGRAPH + bytes(3 << 20))[0] == 201
    assert put_in(door, PHOTOGRAPH + bytes(12 << 20))[0] == 413
    assert door.post("/v1/visits", content=bytes(2 << 20)).status_code == 413


def fed(sources: Sources) -> list[tuple[str, int]]:
    with sources.catalog.connect() as connection:
        return sorted({(each.device, each.hour) for each in feed.changes(connection)})


def a_visit(**changed: object) -> dict[str, object]:
    return {
        "site": "kh-site",
        "visited_at": "2026-10-02T02:00:00Z",
        "inspector": "an inspector",
        "instrument": "a sound level meter",
        "results": [{"metric": "sound_level", "value": 61.5, "unit": "dB"}],
    } | changed


def test_a_visit_is_written_down_and_is_no_series(door: TestClient, field: Sources) -> None:
    put_in(door, PDF, kind="calibration")

    made = door.post("/v1/visits", json=a_visit(evidence=1))

    assert made.status_code == 201
    (shown,) = door.get("/v1/visits").json()["items"]
    assert shown == made.json()
    assert (shown["site"], shown["evidence"], shown["entered_by"]) == ("kh-site", 1, "tech")
    assert shown["results"] == [{"metric": "sound_level", "value": 61.5, "unit": "dB"}]
    assert deeds(field.catalog)[-1] == ("tech", "visit.add")


def test_a_visit_is_shown_on_its_zones_page_and_on_no_other(door: TestClient) -> None:
    door.post("/v1/visits", json=a_visit(instrument="a sound level meter <1>"))

    page = door.get("/board/zones/kh-coast/condition").text

    assert "a sound level meter &lt;1&gt;" in page
    assert "61.5" in page
    assert "61.5" not in door.get("/board/zones/la-city/condition").text


@pytest.mark.parametrize(
    "changed",
    [
        {"site": "kh-nowhere"},
        {"visited_at": "2026-10-09T02:00:00Z"},
        {"visited_at": "2026-10-02T02:00:00"},
        {"evidence": 7},
        {"results": []},
        {"results": [{"metric": "sound_level", "value": 61.5, "unit": "dBA"}]},
        {"results": [{"metric": "loudness", "value": 61.5, "unit": "dB"}]},
        {"results": [{"metric": "sound_level", "value": "loud", "unit": "dB"}]},
        {"inspector": ""},
    ],
)
def test_a_visit_that_cannot_be_is_refused(door: TestClient, changed: dict[str, object]) -> None:
    assert door.post("/v1/visits", json=a_visit(**changed)).status_code in (404, 422)
    assert door.get("/v1/visits").json()["items"] == []


def test_a_sample_is_planned_visited_and_gives_a_share(door: TestClient, field: Sources) -> None:
    made = door.post("/v1/samples", json={"lot": "kh-lot-1", "expected_share": 0.9, "seed": 7})

    assert made.status_code == 201
    plan = made.json()
    assert (plan["population"], plan["places"], plan["working_percent"]) == (1, [1], None)
    found = {"place": 1, "working": True, "visited_on": "2026-10-01", "inspector": "an inspector"}
    door.post("/v1/samples/1/findings", json=found | {"working": False})
    after = door.post("/v1/samples/1/findings", json=found).json()
    assert (after["visited"], after["working"], after["to_visit"]) == (1, 1, [])
    # Wilson of 1 of 1 at z = 1.645 on paper: low = 1 / (1 + z^2) = 1 / 3.706 = 27.0 %.
    assert (after["working_percent"], after["low_percent"], after["high_percent"]) == (
        "100.0",
        "27.0",
        "100.0",
    )
    assert door.post("/v1/samples/1/findings", json=found | {"place": 2}).status_code == 422
    assert door.post("/v1/samples/2/findings", json=found).status_code == 404
    assert [each for each in deeds(field.catalog) if each[1] == "sample.plan"]


def test_nothing_of_another_country_is_seen(door: TestClient, from_laos: dict[str, str]) -> None:
    put_in(door)
    door.post("/v1/visits", json=a_visit())
    door.post("/v1/samples", json={"lot": "kh-lot-1", "expected_share": 0.9, "seed": 7})

    for path in ("/v1/evidence", "/v1/visits", "/v1/samples", "/v1/imports"):
        assert door.get(path, headers=from_laos).json()["items"] == []
    for path in ("/v1/evidence/1", "/v1/evidence/1/file", "/v1/samples/1"):
        assert door.get(path, headers=from_laos).status_code == 404
    assert door.post("/v1/visits", json=a_visit(), headers=from_laos).status_code == 422


def commissioned(door: TestClient, content: bytes = PHOTOGRAPH, **changed: str) -> tuple[int, str]:
    fields = {"number": "SHV-0001", "position": "10.61234, 103.52345"} | changed
    answer = door.post("/board/commission", data=fields, files={"file": ("pole.jpg", content)})
    return answer.status_code, answer.text


def test_a_device_is_put_into_service_with_position_and_photograph(
    door: TestClient, field: Sources
) -> None:
    status, page = commissioned(door)

    assert status == 200
    assert "Saved: SHV-0001 is kh-lamp-1; its photograph is evidence 1." in page
    with field.catalog.connect() as connection:
        registry = tables.load(connection)
    (entry,) = registry.entries
    assert (str(entry.item.latitude), str(entry.item.longitude)) == ("10.61234", "103.52345")  # type: ignore[union-attr]
    assert door.get("/v1/evidence/1").json()["device"] == "kh-lamp-1"
    assert deeds(field.catalog)[-1] == ("tech", "device.commission")


@pytest.mark.parametrize(
    ("changed", "content", "said"),
    [
        ({"number": "SHV-9"}, PHOTOGRAPH, "No device, or more than one"),
        ({"position": "here"}, PHOTOGRAPH, "not two numbers"),
        ({"position": "99.0, 103.5"}, PHOTOGRAPH, "not two numbers"),
        ({"position": "103.52345, 10.61234"}, PHOTOGRAPH, "not two numbers"),
        ({"position": "17.97, 102.63"}, PHOTOGRAPH, "more than 100 km"),
        ({}, PDF, "not a JPEG or PNG"),
        ({}, b"GIF89a", "not a JPEG or PNG"),
    ],
)
def test_a_slip_at_the_pole_is_told_and_nothing_is_kept(
    door: TestClient, field: Sources, changed: dict[str, str], content: bytes, said: str
) -> None:
    status, page = commissioned(door, content, **changed)

    assert status == 422
    assert said in page
    assert door.get("/v1/evidence").json()["items"] == []
    with field.catalog.connect() as connection:
        assert tables.load(connection).entries == ()


def test_the_pages_for_the_field_are_small_and_post_with_their_own_token(field: Sources) -> None:
    a_user(field, "walker", password=PASSWORD)
    door = a_door(field)
    assert try_to_log_in(door, "walker", PASSWORD) == 303

    page, style = door.get("/board/commission"), door.get("/board/board.css")

    assert len(page.content) + len(style.content) < 100_000
    assert door.get("/board/imports").status_code == 200
    assert commissioned(door)[0] == 403
    token = page.text.partition('name="form_token" value="')[2][:64]
    assert commissioned(door, form_token=token)[0] == 200


def test_now_is_when_the_photograph_is_dated(door: TestClient) -> None:
    commissioned(door)

    assert door.get("/v1/evidence/1").json()["dated"] == NOW.date().isoformat()


NOON = "2026-10-02T05:00:00Z"


def test_a_replacement_has_old_end_and_new_start_and_the_new_serial_from_then_on(
    door: TestClient, field: Sources
) -> None:
    counters = [{"metric": "energy_used", "old_end": 812.5, "new_start": 0.25}]
    event = {"kind": "replacement", "since": NOON, "serial": "S-2", "why": "struck by lightning"}

    made = door.post("/v1/devices/kh-lamp-1/life", json=event | {"counters": counters})

    assert made.status_code == 201
    assert door.get("/v1/devices/kh-lamp-1/life").json() == [made.json()]
    assert made.json()["counters"] == counters
    with field.catalog.connect() as connection:
        registry = tables.load(connection)
    noon = micros(datetime(2026, 10, 2, 5, tzinfo=UTC))
    after = registry.device("kh-lamp-1", noon)
    assert after is not None
    assert after.serial == "S-2"
    assert registry.device("kh-lamp-1", noon - 1) is None  # as it was entered elsewhere
    assert deeds(field.catalog) == [("tech", "device.replacement")]
    (change,) = door.get("/v1/counter-changes").json()["items"]
    assert (change["device"], change["at"], change["old_end"]) == ("kh-lamp-1", NOON, 812.5)
    assert fed(field) == [("kh-lamp-1", noon)]
    assert door.post("/v1/counter-changes/1/withdraw").json()["withdrawn_by"] == "tech"


def test_time_out_of_service_is_taken_out_by_who_may_decide_it(
    door: TestClient, field: Sources
) -> None:
    manager = bearer(a_token(field, a_user(field, "boss", "manager"))[1])
    event = {
        "kind": "out_of_service",
        "since": NOON,
        "until": "2026-10-02T15:00:00Z",
        "why": "flood",
    }

    by_technician = door.post("/v1/devices/kh-lamp-1/life", json=event).json()
    by_manager = door.post("/v1/devices/kh-lamp-1/life", json=event, headers=manager).json()

    assert (by_technician["exclusion"], by_manager["exclusion"]) == (None, 1)
    (exclusion,) = door.get("/v1/exclusions").json()["items"]
    assert (exclusion["reason"], exclusion["actor"]) == ("out_of_service", "boss")
    assert exclusion["of"] == {"holder": "device", "id": "kh-lamp-1"}
    assert {device for device, _ in fed(field)} == {"kh-lamp-1"}
    assert ("boss", "exclusion.enter") in deeds(field.catalog)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "replacement"},
        {"kind": "maintenance", "serial": "S-2"},
        {"kind": "move"},
        {"kind": "move", "latitude": 10.6},
        {"kind": "out_of_service", "until": "2026-10-01T05:00:00Z"},
        {"kind": "out_of_service", "since": "2026-11-01T05:00:00Z"},
        {"kind": "stolen"},
        {
            "kind": "replacement",
            "serial": "S-2",
            "counters": [{"metric": "load_power", "old_end": 1, "new_start": 0}],
        },
    ],
)
def test_what_cannot_become_of_a_device_is_refused(
    door: TestClient, changed: dict[str, object]
) -> None:
    event = {"since": NOON, "why": "a reason"} | changed

    assert door.post("/v1/devices/kh-lamp-1/life", json=event).status_code == 422
    assert door.get("/v1/devices/kh-lamp-1/life").json() == []


def test_a_maintenance_window_is_planned_ahead(door: TestClient) -> None:
    event = {
        "kind": "maintenance",
        "since": "2026-11-01T05:00:00Z",
        "until": "2026-11-01T09:00:00Z",
        "why": "cleaning",
    }

    assert door.post("/v1/devices/kh-lamp-1/life", json=event).status_code == 201
    assert door.post("/v1/devices/kh-lamp-9/life", json=event).status_code == 404
