"""What samples told, from the list that was signed to the report."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.sources import Sources
from ingest.contract.identity import ZoneId
from ingest.contract.metric import DeviceClass
from ingest.home import Home
from ingest.registry.registry import Entered, Registry
from ingest.registry.tables import METADATA as REGISTRY
from tests.api.builders import a_lot, a_registry
from tests.api.people import LAOS, a_door, a_token, a_user, bearer

PDF = b"%PDF-1.7 a signed list"
SETS = replace(
    a_lot(),
    id="kh-lot-sets",
    device_class=DeviceClass.HOUSEHOLD_PV,
    quantity=50,
    zone=ZoneId("kh-coast"),
    rated_power_w=Decimal(1_000),
)
BIKES = replace(
    a_lot(),
    id="la-lot-bikes",
    device_class=DeviceClass.E_MOTORBIKE,
    quantity=40,
    zone=ZoneId("la-city"),
    handed_over=date(2026, 1, 15),
    rated_power_w=None,
)


@pytest.fixture
def field(sources: Sources, tmp_path: Path) -> Sources:
    REGISTRY.create_all(sources.catalog)
    lots = [Entered(change=1, valid_from=0, item=lot) for lot in (SETS, BIKES)]
    registry = Registry([*a_registry().entries, *lots])
    home = Home.create(tmp_path / "home")
    return replace(sources, home=home, registry=lambda: registry)


@pytest.fixture
def door(field: Sources) -> TestClient:
    door = a_door(field)
    door.headers.update(bearer(a_token(field, a_user(field, "boss"), role="manager")[1]))
    fields = {"kind": "acceptance", "device": "kh-pv-1", "dated": "2026-10-02"}
    door.post("/v1/evidence", data=fields, files={"file": ("list.pdf", PDF)})
    return door


def planned(door: TestClient, lot: str) -> list[int]:
    plan = {"lot": lot, "expected_share": 0.9, "seed": 7}
    places: list[int] = door.post("/v1/samples", json=plan).json()["places"]
    return places


def results(places: Sequence[int], value: str) -> list[dict[str, object]]:
    return [{"place": place, "value": value} for place in places]


def told(places: Sequence[int], value: str, **changed: object) -> dict[str, object]:
    return {
        "sample": 1,
        "first": "2026-10-01",
        "last": "2026-10-02",
        "results": results(places, value),
        "grid_connection": "on",
        "evidence": 1,
        "text": "meters read by hand",
    } | changed


def figure(door: TestClient, zone: str, device_class: str) -> dict[str, Any]:
    report = door.get(f"/v1/reports/zone:{zone}/2026-10-01..2026-10-02").json()
    (found,) = (
        each
        for each in report["figures"]
        if (each["id"], each["device_class"]) == ("emissions_avoided", device_class)
    )
    return dict(found)


def test_what_a_sample_told_is_in_the_report_until_it_is_withdrawn(door: TestClient) -> None:
    """50 sets of 30 kWh, of which no two differ: 1.5 MWh at 0.874 t/MWh is 1.3 t."""
    places = planned(door, "kh-lot-sets")
    assert figure(door, "kh-coast", "household_pv")["status"] == "no_data"

    entered = door.post("/v1/sampled", json=told(places, "30"))

    assert entered.status_code == 201, entered.json()
    found = figure(door, "kh-coast", "household_pv")
    assert (found["value"], found["energy"]["credited"]) == ("1.3", "1.500")
    assert (found["coverage"]["sampled"], found["coverage"]["percent"]) == (50, "100.0")
    assert found["interval_covers"] == "metering, sampling"
    assert f"sample of {len(places)} of 50" in found["reasons"][0]
    assert door.post("/v1/sampled/1/withdraw").json()["withdrawn_by"] == "boss"
    assert figure(door, "kh-coast", "household_pv")["status"] == "no_data"


def test_a_place_that_nobody_reached_counts_as_nothing(door: TestClient) -> None:
    places = planned(door, "kh-lot-sets")

    assert door.post("/v1/sampled", json=told(places[1:], "30")).status_code == 201

    credited = float(figure(door, "kh-coast", "household_pv")["energy"]["credited"])
    assert 0 < credited < 1.5 * (1 - 1 / len(places))


def test_sets_off_the_grid_are_credited_by_each_ones_tiers(door: TestClient) -> None:
    """50 households of 57 kWh: 55 kWh at 6.8 kg/kWh and 2 at 1.3 are 376.6 kg each, 18.8 t."""
    places = planned(door, "kh-lot-sets")
    off = {"grid_connection": "off", "building_type": "household", "no_grid_evidence": 1}

    entered = door.post("/v1/sampled", json=told(places, "57", **off))

    assert entered.status_code == 201, entered.json()
    found = figure(door, "kh-coast", "household_pv")
    assert (found["value"], found["energy"]["credited"]) == ("18.8", "2.850")
    assert "AMS-I.L" in found["method"]["id"]
    assert (found["coverage"]["handed_over"], found["coverage"]["sampled"]) == (50, 50)
    again = told(places, "1", first="2026-01-01", last="2026-01-31", **off)
    assert door.post("/v1/sampled", json=again).status_code == 422


def test_odometers_of_a_sample_make_fuel_less_charging(door: TestClient) -> None:
    """40 bikes of 500 km in the first year: 20,000 km x 2.4 l/100 km of gasoline, 2.137 kg/l at its
    lower bound, is 1,025.8 kg; charging 600 kWh / 0.8 at 0.555 kg/kWh is 416.3 kg.
    """
    places = planned(door, "la-lot-bikes")

    door.post("/v1/sampled", json=told(places, "500", grid_connection=None))

    found = figure(door, "la-city", "e_motorbike")
    assert found["value"] == "0.6"
    assert found["status"] == "for_review"
    assert any("2.4 l/100 km" in text for text in found["assumed_inputs"])


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"evidence": 7}, id="no evidence"),
        pytest.param({"sample": 9}, id="no sample"),
        pytest.param({"first": "2026-10-03", "last": "2026-10-02"}, id="backward"),
        pytest.param({"last": "2026-10-09"}, id="to come"),
        pytest.param({"grid_connection": "off"}, id="off the grid, supplying nobody"),
        pytest.param(
            {"grid_connection": "off", "building_type": "household"}, id="no proof of no grid"
        ),
        pytest.param({"building_type": "household"}, id="a household on the grid"),
        pytest.param({"grid_connection": "unknown"}, id="grid not known"),
        pytest.param({"grid_connection": None}, id="grid not looked at"),
        pytest.param({"results": [{"place": 1, "value": "-1"}]}, id="below nothing"),
        pytest.param({"results": [{"place": 49, "value": "1"}] * 2}, id="twice"),
        pytest.param({"results": [{"place": 51, "value": "1"}]}, id="not drawn"),
        pytest.param({"results": [{"place": 2, "value": "58"}]}, id="more than 1 kW can give"),
    ],
)
def test_what_no_sample_told_is_refused(door: TestClient, changed: dict[str, object]) -> None:
    places = planned(door, "kh-lot-sets")

    answer = door.post("/v1/sampled", json=told(places, "30") | changed)

    assert answer.status_code in (404, 422)
    assert door.get("/v1/sampled").json()["items"] == []


def test_days_of_a_lot_are_told_once(door: TestClient) -> None:
    places = planned(door, "kh-lot-sets")
    door.post("/v1/sampled", json=told(places, "30"))

    again = door.post("/v1/sampled", json=told(places, "1", first="2026-10-02"))

    assert again.status_code == 422


def test_a_sample_of_another_country_is_neither_seen_nor_told(
    door: TestClient, field: Sources
) -> None:
    places = planned(door, "kh-lot-sets")
    door.post("/v1/sampled", json=told(places, "30"))
    abroad = bearer(a_token(field, a_user(field, "abroad", "admin", LAOS))[1])

    assert door.get("/v1/sampled", headers=abroad).json()["items"] == []
    assert door.post("/v1/sampled/1/withdraw", headers=abroad).status_code == 404
    assert door.post("/v1/sampled", headers=abroad, json=told(places, "1")).status_code in (
        404,
        422,
    )
