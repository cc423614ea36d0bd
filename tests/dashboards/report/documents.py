"""A report document by hand, with every section that a report may hold."""

from typing import Any, TypeAlias

Json: TypeAlias = Any

EVIL = '=HYPERLINK("http://example.org","x")'
FACTOR = {
    "country": "KH",
    "role": "cm_intermittent",
    "gas": "CO2",
    "source": "IFI (UNFCCC) Default Grid Factors 2021",
    "version": "v3.1",
    "year": 2021,
    "value": "0.874",
    "unit": "t/MWh",
}


def a_figure(name: str, device_class: str, value: str | None, unit: str, **more: object) -> Json:
    return {
        "id": name,
        "device_class": device_class,
        "value": value,
        "unit": unit,
        "lower": None,
        "upper": None,
        "interval_covers": None,
        "energy": {
            "measured": "1502.250",
            "estimated": "0.000",
            "credited": "1412.125",
            "unit": "MWh",
        },
        "coverage": {
            "handed_over": 1200,
            "metered": 1100,
            "sampled": 0,
            "unmonitored": 100,
            "percent": "91.7",
        },
        "assumed_inputs": ["lamp load 60 W (assumed; plausibility cap only)"],
        "method": {"id": "AMS-I.D/I.F", "version": "18.0/5.0"},
        "factors": [FACTOR],
        "status": "publishable",
        "reasons": ["not known whether it is on the grid (devices: 12)"],
        "lineage": f"/v1/lineage/zone:kh-coast~2026-10~{name}~{device_class}",
    } | more


def a_document(**changes: object) -> Json:
    """Return a document of October in a zone; changes replace its parts."""
    interval = {"lower": "1220.1", "upper": "1248.9", "interval_covers": "metering only"}
    return {
        "scope": {"kind": "zone", "id": "kh-coast"},
        "country": "KH",
        "provenance": "simulated",
        "period": {
            "label": "2026-10",
            "from": "2026-09-30T17:00:00Z",
            "to": "2026-10-31T17:00:00Z",
            "timezone": "Asia/Phnom_Penh",
        },
        "revision": 2,
        "status": "approved",
        "as_of": "2026-11-03T09:30:00Z",
        "software": "0.1.0",
        "figures": [
            a_figure("emissions_avoided", "all", "1234.5", "t CO2", **interval),
            a_figure("emissions_avoided", "bus", "-56.7", "t CO2"),
            a_figure("energy_generated", "school_pv", "1502.250", "MWh"),
            a_figure("distance_driven", "bus", None, "km", status="no_data"),
        ],
        "availability": [
            {
                "device_class": "streetlight",
                "proven_percent": "87.3",
                "low_percent": "87.3",
                "point_percent": None,
                "high_percent": "93.1",
                "data_percent": "95.0",
                "technical_percent": None,
                "contractual_percent": None,
            }
        ],
        "air": [{"device": "kh-air-1", "metric": "pm25", "value": "31.2", "unit": "ug/m3"}],
        "delivery": [
            {
                "lot": "kh-lot-1",
                "aid_batch": EVIL,
                "zone": "kh-coast",
                "device_class": "streetlight",
                "quantity": 1200,
                "signed": "2025-06-01",
                "shipped": None,
                "accepted": None,
                "handed_over": "2026-01-15",
                "installed": None,
            }
        ],
        "claims": [{"name": "Lights", "value": "1500.0", "unit": "t CO2", "year": 2026}],
        "repairs": [{"number": "R-17", "device": "kh-lamp-1", "cause": "lamp out"}],
        "sensitivity": [],
        "memo": [{"name": "standard coal", "value": "185.3", "unit": "tce"}],
        "revisions": [{"number": 1, "cause": "@late data"}],
        "notes": [
            "Avoided by donated equipment, not the inventory of a zone.",
            "SIMULATED: not a measurement of real equipment; cannot be published.",
        ],
    } | changes


def an_empty_document() -> Json:
    """Return the document of a period of which nothing is known."""
    sections = ("figures", "availability", "air", "delivery", "claims", "repairs", "revisions")
    nothing: dict[str, object] = {name: [] for name in (*sections, "sensitivity", "memo")}
    return a_document(provenance="real", as_of=None, notes=["Nothing has been computed yet."]) | (
        nothing
    )
