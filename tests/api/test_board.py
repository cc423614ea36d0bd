"""The board's routes, against the builders' zones; the pages themselves are tested beside them."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.sources import Sources
from ingest import ledger
from ingest.contract.metric import DeviceClass
from ingest.disk import Disk
from ingest.home import Home
from tests.api.builders import Viewers, a_block

PAGES = [
    "/board/",
    "/board/ledger",
    "/board/zones/kh-coast",
    "/board/devices/kh-pv-1",
    "/board/devices/kh-lamp-1",
]


def text_of(client: TestClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.text))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_that_its_data_are_simulated(client: TestClient, path: str) -> None:
    assert "SIMULATED" in text_of(client, path)


def test_a_page_of_recorded_data_says_so_and_nothing_of_simulation(client: TestClient) -> None:
    text = text_of(client, "/board/zones/la-city")

    assert "RECORDED" in text
    assert "SIMULATED" not in text


@pytest.mark.parametrize("path", [*PAGES, "/board/zones/sc-isle", "/board/devices/nothing"])
def test_a_page_asks_for_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    html = client.get(path).text

    asked = re.findall(r"""(?:src|href)=["']([^"']*)""", html)
    assert asked
    assert [each for each in asked if not each.startswith(("/board/", "#", "?"))] == []
    assert "<script" not in html
    assert " style=" not in html


def test_the_style_sheet_is_whole_and_asks_for_nothing(client: TestClient) -> None:
    css = client.get("/board/board.css").text

    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", css)) <= set(
        re.findall(r"--([a-z0-9-]+):", css)
    )
    assert "url(" not in css
    assert "@import" not in css


def test_the_programme_shows_each_provenance_by_itself(client: TestClient) -> None:
    text = text_of(client, "/board/")

    assert "26.573 kg CO2" in text
    assert "87.600 kg CO2" in text
    assert "114.173" not in text
    assert "balanced" in text


def test_a_zone_without_devices_has_no_figure_and_no_zero(client: TestClient) -> None:
    text = text_of(client, "/board/zones/sc-isle")

    assert "No devices are registered in this zone." in text
    assert "0.000" not in text


def test_a_zone_shows_its_figures_with_what_they_rest_on(client: TestClient) -> None:
    text = text_of(client, "/board/zones/kh-coast")

    assert "26.220 kg CO2" in text
    assert "0.353 kg CO2" in text
    assert "0.874 t CO2/MWh" in text
    assert "combined margin, intermittent" in text
    assert "not known whether it is on the grid (devices: 1)" in text
    assert "31.25 µg/m³" in text


def test_a_zone_shows_measured_and_credited_energy_apart(client: TestClient) -> None:
    text = text_of(client, "/board/zones/kh-coast")

    assert "Energy measured 35.000 kWh Energy estimated 0.000 kWh" in text
    assert "Energy credited 30.000 kWh" in text


def test_a_zone_shows_its_days_and_nights(client: TestClient) -> None:
    """Two lamps are required 10 h each in the first night, 6 h each of the second have passed."""
    text = text_of(client, "/board/zones/kh-coast")

    assert "2026-10-01: 17.833 kg CO2" in text
    assert "2026-10-02: 8.740 kg CO2" in text
    assert "2026-10-01: 20.600 kWh" in text
    assert "2026-10-01: 50.0 %" in text
    assert "2026-10-02: 0.0 %" in text


def test_a_days_curve_has_a_gap_where_readings_are_missing(
    client: TestClient, sources: Sources
) -> None:
    """Two intervals are joined: 23:45 to 23:50 local, and 23:35; 23:20 stands alone."""
    for minute in (20, 35):
        last = datetime(2026, 10, 2, 16, minute, tzinfo=UTC)
        block = a_block("kh-pv-1", DeviceClass.SCHOOL_PV, "active_power", [500.0], last=last)
        sources.store.write([block])

    html = client.get("/board/devices/kh-pv-1?day=2026-10-02").text

    [path] = re.findall(r'<path class="line series-1" d="([^"]*)"', html)
    assert re.sub(r"[^MLh]", "", path) == "MhMhLL"


def test_a_zone_counts_what_is_broken(client: TestClient) -> None:
    """Of five: a lamp with a fault word, a lamp never heard, a PV set silent for 16 minutes."""
    text = text_of(client, "/board/zones/kh-coast")

    assert "3 / 5" in text
    assert "Devices reporting a fault: 1 SHV-0001" in text
    assert "Devices gone silent: 1 kh-pv-2" in text
    assert "Devices never heard: 1 SHV-0002" in text


def test_a_name_cannot_smuggle_in_markup(client: TestClient) -> None:
    html = client.get("/board/zones/kh-coast").text

    assert "Coast &lt;east&gt;" in html
    assert "<east>" not in html


def test_a_device_page_opens_on_the_day_it_was_last_heard(client: TestClient) -> None:
    text = text_of(client, "/board/devices/kh-lamp-1")

    assert "2026-10-02 noon to noon" in text
    assert "‹ 2026-10-01" in text
    assert "SHV-0001" in text
    assert "60 W" in text


def test_a_device_page_of_a_day_lists_its_facts(client: TestClient) -> None:
    text = text_of(client, "/board/devices/kh-lamp-1?day=2026-10-01")

    assert "0.600 kWh" in text
    assert "10:00 h" in text
    assert "100.0 %" in text
    assert "2026-10-02 ›" in text


def test_only_a_device_that_can_earn_credit_shows_its_grid_connection(client: TestClient) -> None:
    assert "Grid connection off the grid" in text_of(client, "/board/devices/kh-lamp-1")
    assert "Grid connection" not in text_of(client, "/board/devices/kh-air-1")


def test_a_device_that_is_not_there_is_a_page_that_says_so(client: TestClient) -> None:
    response = client.get("/board/devices/<b>")

    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert "&lt;b&gt;" in response.text


def test_the_account_is_shown_by_gateway_and_day(client: TestClient) -> None:
    text = text_of(client, "/board/ledger")

    assert "kh-gw" in text
    assert "2026-10-01: Assigned 10, Stored 7, Repeated 1" in text
    assert "Quarantined: 9" in text
    assert "Pending: 10" in text
    assert "balanced" in text


def test_what_is_missing_raises_the_alarm_on_both_pages(
    client: TestClient, sources: Sources
) -> None:
    with sources.catalog.begin() as connection:
        ((_, account),) = ledger.load(connection).items()
        ledger.save(connection, [replace(account, low=11)])

    text = text_of(client, "/board/ledger")

    assert "Missing records, which no gateway holds any more: 1" in text
    assert "kh-gw 2026-10-01 boot-1 10 " in text
    assert "records are missing" in text_of(client, "/board/")
    assert client.get("/v1/ledger").json()["missing_ranges"] == [
        {"gateway": "kh-gw", "boot": "boot-1", "day": "2026-10-01", "numbers": [[10, 10]]}
    ]


def test_the_disk_is_shown_where_there_is_one(sources: Sources, tmp_path: Path) -> None:
    disk = Disk(home=Home(tmp_path), clock=sources.clock, free=lambda _: 2**31, floor=2**30)
    client = TestClient(create_app(replace(sources, disk=disk), Viewers()))

    assert "Days left – Free 2.0 GiB Floor 1.0 GiB" in text_of(client, "/board/ledger")
    assert "zonewatch_disk_free_bytes 2.147483648e+09" in client.get("/metrics").text


def test_the_root_leads_to_the_board(client: TestClient) -> None:
    response = client.get("/", follow_redirects=False)

    assert response.headers["location"] == "/board/"
