"""Figures by HTTP, against values computed on paper from the builders' device-days.

Lamp: 0.6 kWh x 0.588 = 0.3528 kg. School PV: (20 + 10) kWh x 0.874 = 26.22 kg; the 5 kWh of a set
that nobody knows to be on the grid earn nothing. The recorded zone: 100 kWh x 0.876 = 87.6 kg.
"""

from typing import Any, TypeAlias

import sqlalchemy as sa
from fastapi.testclient import TestClient

from analytics.service import zonefigures
from analytics.service.tables import ZONE_FIGURE
from api.sources import Sources

Json: TypeAlias = Any

REPORT = "/v1/reports/zone:kh-coast/2026-10-01..2026-10-02"


def get(client: TestClient, path: str) -> Json:
    response = client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


def figure(document: Json, name: str, device_class: str) -> Json:
    return next(
        each
        for each in document["figures"]
        if (each["id"], each["device_class"]) == (name, device_class)
    )


def test_a_zones_summary_is_the_credited_figure(client: TestClient) -> None:
    assert get(client, "/v1/zones/kh-coast/summary") == {
        "zone": "kh-coast",
        "country": "KH",
        "provenance": "simulated",
        "devices": 5,
        "emissions_avoided": {"value": "26.573", "unit": "kg CO2"},
        # 10 h lit, of 4 + 10 + 6 h required of each of two lamps between 18:00 and 04:00
        "proven_percent": "25.0",
        # six device-days held, of two for each of five devices
        "coverage_percent": "60.0",
        "as_of": "2026-10-02T17:00:00Z",
    }


def test_a_summary_is_what_analytics_wrote_down_last(client: TestClient, sources: Sources) -> None:
    computed = get(client, "/v1/zones/kh-coast/summary")
    with sources.catalog.begin() as connection:
        zonefigures.keep_up(connection, sources.registry())
    assert get(client, "/v1/zones/kh-coast/summary") == computed

    with sources.catalog.begin() as connection:
        connection.execute(sa.update(ZONE_FIGURE).values(value="7"))

    assert get(client, "/v1/zones/kh-coast/summary")["devices"] == 7


def test_totals_of_provenances_never_mix(client: TestClient) -> None:
    totals = get(client, "/v1/programme")["totals"]

    assert [(each["provenance"], each["emissions_avoided"]["value"]) for each in totals] == [
        ("simulated", "26.573"),
        ("recorded", "87.600"),
    ]
    assert [each["energy_credited"]["value"] for each in totals] == ["30.600", "100.000"]
    assert [each["proven_percent"] for each in totals] == ["25.0", None]
    assert [each["coverage_percent"] for each in totals] == ["60.0", "50.0"]


def test_a_report_says_what_was_measured_and_what_of_it_is_credited(client: TestClient) -> None:
    document = get(client, REPORT)

    pv = figure(document, "emissions_avoided", "school_pv")
    assert pv["energy"] == {
        "measured": "0.035",
        "estimated": "0.000",
        "credited": "0.030",
        "unit": "MWh",
    }
    assert pv["reasons"] == [
        "coverage is below 90 % of what was handed over",
        "not known whether it is on the grid (devices: 1)",
    ]
    assert [factor["value"] for factor in pv["factors"]] == ["0.874"]
    assert document["provenance"] == "simulated"
    assert document["delivery"][0]["lot"] == "kh-lot-1"


def test_a_report_is_the_same_bytes_each_time(client: TestClient) -> None:
    assert client.get(REPORT).content == client.get(REPORT).content


def test_a_report_on_the_programme_holds_one_provenance(client: TestClient) -> None:
    document = get(client, "/v1/reports/programme/2026-10")

    assert document["provenance"] == "simulated"
    assert figure(document, "energy_generated", "school_pv")["value"] == "0.035"


def test_a_report_on_a_country_holds_its_zones(client: TestClient) -> None:
    document = get(client, "/v1/reports/country:LA/2026-10")

    assert document["provenance"] == "recorded"
    assert figure(document, "emissions_avoided", "all")["value"] == "0.1"


def test_a_report_without_devices_has_no_figures(client: TestClient) -> None:
    document = get(client, "/v1/reports/zone:sc-isle/2026-10")

    assert document["figures"] == []
    assert "No zone in scope has equipment." in document["notes"]


def test_a_figures_lineage_leads_to_its_device_days(client: TestClient) -> None:
    path = figure(get(client, REPORT), "emissions_avoided", "school_pv")["lineage"]

    lineage = get(client, path)

    assert lineage["credited_mwh"] == 30_000_000
    assert [
        (each["device"], each["day"], each["energy_mwh"], each["why_not_credited"])
        for each in lineage["device_days"]
    ] == [
        ("kh-pv-1", "2026-10-01", 20_000_000, None),
        ("kh-pv-1", "2026-10-02", 10_000_000, None),
        ("kh-pv-2", "2026-10-01", 5_000_000, "not known whether it is on the grid"),
    ]


def test_every_lineage_that_a_programme_report_names_can_be_followed(client: TestClient) -> None:
    document = get(client, "/v1/reports/programme/2026-10")

    followed = [get(client, each["lineage"])["energy_mwh"] for each in document["figures"]]

    of_each = [35_600_000, 35_000_000, 600_000]
    assert followed == [*of_each, 35_000_000, 600_000, *of_each]


def test_factors_come_with_source_and_role(client: TestClient) -> None:
    factors = get(client, "/v1/factors?country=KH")["items"]

    lamps = next(each for each in factors if each["role"] == "cm_energy_efficiency")
    assert (lamps["value"], lamps["unit"], lamps["gas"]) == ("0.588", "t/MWh", "CO2")


def test_methods_name_the_role_of_their_factor(client: TestClient) -> None:
    methods = get(client, "/v1/methods")["items"]

    assert {each["id"]: each["role"] for each in methods} == {
        "AMS-I.D/I.F": "cm_intermittent",
        "AMS-I.L": None,
        "AMS-II.L": "cm_energy_efficiency",
        "AMS-III.C": "cm_consumption",
        "zw-street-lighting-metered-service": "cm_energy_efficiency",
    }
