from typing import Any

import pytest
from fastapi.testclient import TestClient


def items(client: TestClient, path: str) -> list[Any]:
    response = client.get(path)
    assert response.status_code == 200, response.text
    found: list[Any] = response.json()["items"]
    return found


def test_pages_by_cursor_make_the_whole_list_once(client: TestClient) -> None:
    seen: list[str] = []
    path = "/v1/devices?limit=3"
    while path:
        page = client.get(path).json()
        seen += [each["id"] for each in page["items"]]
        path = f"/v1/devices?limit=3&cursor={page['next']}" if page["next"] else ""

    assert seen == [
        "kh-air-1",
        "kh-gw",
        "kh-lamp-1",
        "kh-lamp-2",
        "kh-pv-1",
        "kh-pv-2",
        "la-pv-1",
    ]


def test_a_last_page_that_is_full_has_no_next(client: TestClient) -> None:
    assert client.get("/v1/devices?limit=7").json()["next"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("zone=la-city", ["la-pv-1"], id="zone"),
        pytest.param("device_class=streetlight", ["kh-lamp-1", "kh-lamp-2"], id="class"),
        pytest.param("zone=la-city&device_class=streetlight", [], id="both"),
        pytest.param("zone=nowhere", [], id="no such zone"),
    ],
)
def test_devices_are_filtered(client: TestClient, query: str, expected: list[str]) -> None:
    assert [each["id"] for each in items(client, f"/v1/devices?{query}")] == expected


def test_a_device_carries_zone_and_provenance(client: TestClient) -> None:
    device = client.get("/v1/devices/la-pv-1").json()

    assert (device["zone"], device["provenance"]) == ("la-city", "recorded")


def test_gateways_come_with_their_presence(client: TestClient) -> None:
    gateways = items(client, "/v1/gateways")

    assert [(each["id"], each["presence"]["alive"]) for each in gateways] == [
        ("kh-gw", True),
        ("la-gw", False),
    ]
    assert gateways[0]["presence"]["heard_at"] == "2026-10-02T17:00:00Z"
    steps = [{"at": "2026-10-31T01:00:00Z", "by_s": -3600.0}]
    assert gateways[0]["presence"]["clock_steps"] == steps
    assert gateways[0]["presence"]["not_taken"] == 7


def test_sites_are_filtered_by_zone(client: TestClient) -> None:
    assert [each["id"] for each in items(client, "/v1/sites?zone=la-city")] == ["la-site"]


def test_aid_batches_hold_their_lots(client: TestClient) -> None:
    batches = items(client, "/v1/aid-batches")

    assert [(each["id"], [lot["quantity"] for lot in each["lots"]]) for each in batches] == [
        ("kh-batch", [1])
    ]
    assert batches[0]["lots"][0]["shipped"] is None
