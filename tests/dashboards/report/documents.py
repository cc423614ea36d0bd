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


STATEMENT = (
    "Avoided by donated equipment, not the inventory of a zone. Who may claim it, host or donor, is"
    " for the two to agree. ITMO: no, it is not meant as an internationally transferred outcome."
)
LIMITS = [
    {
        "jurisdiction": "KH",
        "national": True,
        "value": "50",
        "unit": "ug/m3",
        "allowance": None,
        "days_above": 2,
        "source": "Ministry of Environment spokesman 2024-01-29",
        "evidence": "source",
    },
    {
        "jurisdiction": "WHO_AQG",
        "national": False,
        "value": "15",
        "unit": "ug/m3",
        "allowance": "99th percentile (3-4 exceedance days per year)",
        "days_above": 29,
        "source": "WHO global air quality guidelines 2021",
        "evidence": "source",
    },
]
AIR = {
    "zone": "kh-coast",
    "station": "kh-air-1",
    "released": True,
    "pollutants": [
        {
            "pollutant": "pm25",
            "averaging": "24h",
            "mean": "31.2",
            "highest": "58.4",
            "highest_on": "2026-10-09",
            "unit": "ug/m3",
            "reference_temperature_c": None,
            "valid_days": 30,
            "days": 31,
            "limits": LIMITS,
        }
    ],
    "index": {
        "scheme": "us_epa",
        "versions": ["2024"],
        "days": 30,
        "highest": 152,
        "highest_on": "2026-10-09",
        "dominant": "pm25",
        "days_by_category": {"moderate": 29, "unhealthy": 1},
    },
}
LOT = {
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
    "supplier": "a supplier",
    "warranty_until": "2028-01-14",
    "registered": 1200,
    "online": 1100,
    "proven": 1048,
    "on": "2026-10-31",
}
CLAIM = {
    "id": "kh-coast-tonnes",
    "kind": "claim",
    "zone": "kh-coast",
    "year": None,
    "claimed": {"value": "1500", "unit": "t", "per": "year"},
    "claimed_in_period": "127.4",
    "if_carbon": "5500.0",
    "gas": "not said",
    "scope": "the vehicles only, in one secondary page",
    "source": "@press",
    "computed": "1234.5",
    "unit": "t CO2",
    "computed_scope": ["bus", "school_pv"],
    "progress_percent": "969.0",
    "reasons": ["scope", "simulated"],
}
REPAIR = {
    "number": "R-17",
    "zone": "kh-coast",
    "device": "kh-lamp-1",
    "painted_number": "SHV-0001",
    "devices": 1,
    "lot": "kh-lot-1",
    "fault": "lamp_out",
    "since": "2026-10-03T12:00:00Z",
    "opened": "2026-10-04T02:00:00Z",
    "closed": "2026-10-06T09:00:00Z",
    "cause": "driver",
    "parts": "1 driver",
    "helped": True,
}
HEADLINE = {
    "id": "headline",
    "value": "1234.5",
    "unit": "t CO2",
    "factors": ["KH cm_intermittent 0.874 t/MWh (IFI (UNFCCC) Default Grid Factors 2021)"],
    "reason": None,
}
COAL = {
    "id": "standard_coal",
    "value": "185.300",
    "unit": "tce",
    "label": "China thermal 2020 equivalent",
    "constant": "305.5 gce/kWh",
    "source": "China, thermal power 2020",
    "evidence": "source",
}
BATTERIES = {
    "id": "battery",
    "value": None,
    "unit": "kg",
    "label": "embodied emissions of streetlights' batteries, 0.5 kWh each over 8 years (assumed)",
    "constant": "34 to 246 kg CO2e/kWh",
    "source": "Ankathi 2024",
    "evidence": "recalled: verify before publishing",
    "low": "212.300",
    "high": "1536.100",
}


def a_revision(number: int, status: str, cause: Json, *signed: tuple[str, str]) -> Json:
    return {
        "revision": number,
        "scope": "zone:kh-coast",
        "period": "2026-10",
        "status": status,
        "sha256": f"{number}" * 64,
        "made_at": "2026-11-03T09:30:00Z",
        "as_of": "2026-11-03T09:30:00Z",
        "software": "0.1.0",
        "registry_change": 7,
        "watermark": [{"worker": "w1", "file": "w1-000001", "offset": 4096}],
        "cause": cause,
        "steps": [
            {"state": state, "by": name, "role": "checker", "at": "2026-11-03T09:30:00Z"}
            for state, name in signed
        ],
    }


FIRST = a_revision(1, "closed", {"text": "first prepared"}, ("prepared", "pa"))
SECOND = a_revision(
    2,
    "approved",
    {
        "text": "data that came or changed after it was prepared; decisions on data",
        "follows": 1,
        "device_days": 12,
        "days": ["2026-10-31"],
        "differences": [{"path": "figures[0].value", "before": "1230.0", "after": "1234.5"}],
        "difference_count": 3,
    },
    ("prepared", "pa"),
    ("closed", "chan"),
)


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
                "pieces": 1200,
                "proven_percent": "87.3",
                "low_percent": "87.3",
                "point_percent": None,
                "high_percent": "93.1",
                "data_percent": "95.0",
                "technical_percent": None,
                "contractual_percent": None,
            }
        ],
        "air": [AIR],
        "delivery": [LOT],
        "claims": [CLAIM],
        "repairs": [REPAIR],
        "sensitivity": [HEADLINE],
        "memo": [COAL, BATTERIES],
        "revisions": [FIRST, SECOND],
        "notes": [
            STATEMENT,
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
