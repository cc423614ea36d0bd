"""A zone's condition over HTTP, and air that is for some before it is for all."""

from datetime import timedelta
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from analytics.air.days import AirDay
from analytics.air.sound import NoiseDay
from analytics.service import dayfacts
from api.sources import Sources
from ingest.contract.identity import DeviceId
from ingest.contract.period import rfc3339
from tests.api.builders import FIRST, NOW
from tests.api.people import a_door, a_token, a_user, bearer

_STATION = DeviceId("kh-air-1")


@pytest.fixture
def client(sources: Sources) -> TestClient:
    air = AirDay(device=_STATION, day=FIRST, pollutant="pm25", hours=(60_000_000,) * 24)
    with sources.catalog.begin() as connection:
        dayfacts.put(connection, [(_STATION, FIRST)], [air])
    return a_door(sources)


def as_(sources: Sources, role: str) -> dict[str, str]:
    return bearer(a_token(sources, a_user(sources, f"a-{role}", role))[1])


def test_the_condition_tells_each_class_device_and_lot(
    client: TestClient, sources: Sources
) -> None:
    told = client.get("/v1/zones/kh-coast/condition", headers=as_(sources, "manager")).json()

    lamps = next(row for row in told["availability"] if row["device_class"] == "streetlight")
    assert lamps["pieces"] >= 2
    assert 0 < float(lamps["proven_percent"]) <= float(lamps["high_percent"]) <= 100
    assert {row["device"] for row in told["devices"]} >= {"kh-lamp-1", "kh-lamp-2", "kh-pv-1"}
    assert {row["kind"] for row in told["groups"]} >= {"site"}


def test_air_is_internal_until_the_ministry_releases_it(
    client: TestClient, sources: Sources
) -> None:
    """60 µg/m³ for a day is above Cambodia's 50, and the ministry hears of it first."""
    viewer, ministry = as_(sources, "viewer"), as_(sources, "approver")
    path = "/v1/zones/kh-coast/condition"
    report = f"/v1/reports/zone:kh-coast/{FIRST}..{FIRST}"

    inside, outside = client.get(path, headers=ministry).json(), client.get(path, headers=viewer)

    (exceeded,) = inside["limits_exceeded"]
    assert (exceeded["pollutant"], exceeded["limit"], exceeded["all_clear"]) == ("pm25", "50", None)
    assert outside.json()["limits_exceeded"] == outside.json()["air_index"] == []
    assert client.get(report, headers=ministry).json()["air"][0]["released"] is False
    held_back = client.get(report, headers=viewer).json()
    assert held_back["air"] == []
    assert "air of 1 stations is not released by the ministry" in held_back["notes"]

    release = {
        "of": {"holder": "device", "id": _STATION},
        "from": rfc3339(NOW - timedelta(days=60)),
        "text": "given out",
    }
    assert client.post("/v1/releases", headers=ministry, json=release).status_code == 201

    assert client.get(path, headers=viewer).json()["limits_exceeded"] == [exceeded]
    assert client.get(report, headers=viewer).json()["air"][0]["released"] is True


def test_a_stations_pages_and_readings_wait_for_the_release_too(
    client: TestClient, sources: Sources
) -> None:
    viewer, technician = as_(sources, "viewer"), as_(sources, "technician")
    readings = f"/v1/devices/{_STATION}/readings?from=2026-10-02T16:00:00Z&to=2026-10-02T17:00:00Z"
    page = f"/board/devices/{_STATION}"

    assert [client.get(path, headers=technician).status_code for path in (readings, page)] == [
        200,
        200,
    ]
    assert [client.get(path, headers=viewer).status_code for path in (readings, page)] == [403, 404]
    zone = "/board/zones/kh-coast"
    assert page in client.get(zone, headers=technician).text
    assert "PM2.5" in client.get(zone, headers=technician).text
    assert "PM2.5" not in client.get(zone, headers=viewer).text


def test_a_day_that_goes_on_has_no_daily_mean_yet(client: TestClient, sources: Sources) -> None:
    """It is midnight; of 3 October twenty hours are told, which would be enough of a day."""
    third = FIRST + timedelta(days=2)
    hours = (900_000_000,) * 20 + (None,) * 4
    air = AirDay(device=_STATION, day=third, pollutant="pm25", hours=hours)
    with sources.catalog.begin() as connection:
        dayfacts.put(connection, [(_STATION, third)], [air])

    path = f"/v1/reports/zone:kh-coast/{FIRST}..{third}"
    (told,) = client.get(path, headers=as_(sources, "manager")).json()["air"]

    (pm25,) = told["pollutants"]
    assert (pm25["days"], pm25["valid_days"], pm25["highest"]) == (2, 1, "60.0")
    assert (told["index"]["days"], told["index"]["highest_on"]) == (1, FIRST.isoformat())


def test_noise_and_clocks_and_repairs_are_told(client: TestClient, sources: Sources) -> None:
    told = NoiseDay(
        device=_STATION, day=FIRST, whole=Decimal("61.2"), by_day=Decimal("62.0"), by_night=None
    )
    with sources.catalog.begin() as connection:
        dayfacts.put(connection, [(DeviceId("kh-air-9"), FIRST)], [told])

    found = client.get("/v1/zones/kh-coast/condition", headers=as_(sources, "manager")).json()

    assert found["noise"] == [
        {
            "device": "kh-air-1",
            "day": FIRST.isoformat(),
            "leq": "61.2",
            "lday": "62.0",
            "lnight": None,
            "unit": "dB",
        }
    ]
    assert found["clocks"] == []
    assert {row["device"] for row in found["repairs"]} >= {"kh-lamp-2"}
    page = client.get("/board/zones/kh-coast/condition", headers=as_(sources, "viewer")).text
    assert "61.2" in page
