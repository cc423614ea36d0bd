"""What other systems take in of a period, read back by csv and DuckDB."""

import csv
import io
from datetime import date
from pathlib import Path

import duckdb
import pytest
from fastapi.testclient import TestClient

from api.accounts.forms import Upload
from api.evidence import shelf
from api.evidence.shelf import About, EvidenceKind
from api.sources import Sources
from dashboards.report.indicators import achieved, indicators, support_received
from tests.api.builders import NOW
from tests.dashboards.report.documents import EVIL, a_document

OCTOBER = "/v1/exports/zone:kh-coast/2026-10"


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_an_indicator_has_both_names_and_what_it_rests_on() -> None:
    found = {row["code"]: row for row in rows(indicators(a_document()))}

    one = found["zw.emissions_avoided.all"]
    assert (one["name_en"], one["name_zh"]) == ("Emissions avoided, all", "避免的排放量, 全部")
    assert (one["country"], one["period"], one["value"], one["unit"]) == (
        "KH",
        "2026-10",
        "1234.5",
        "t CO2",
    )
    assert one["method"] == "AMS-I.D/I.F 18.0/5.0"
    assert one["source"] == "IFI (UNFCCC) Default Grid Factors 2021 v3.1"
    assert found["zw.distance_driven.bus"]["value"] == ""
    assert found["zw.proven_percent.streetlight"]["value"] == "87.3"


def test_what_was_achieved_is_in_kilotonnes_exactly() -> None:
    (bus,) = rows(achieved(a_document()))

    assert (bus["achieved_kt_co2_eq"], bus["expected_kt_co2_eq"]) == ("-0.0567", "")
    assert (bus["sectors"], bus["gases"], bus["provenance"]) == ("Transport", "CO2", "simulated")


def test_support_is_told_by_lot_and_no_text_becomes_a_formula() -> None:
    (lot,) = rows(support_received(a_document()))

    assert (lot["recipient"], lot["status"]) == ("kh-coast", "Completed")
    assert lot["title"] == f"'{EVIL}: kh-lot-1"


def test_device_days_are_streamed_with_where_they_stood(client: TestClient) -> None:
    found = rows(client.get(f"{OCTOBER}/device-days.csv").content)

    assert [(row["device"], row["day"], row["energy_mwh"]) for row in found[:2]] == [
        ("kh-air-1", "2026-10-01", ""),
        ("kh-lamp-1", "2026-10-01", "600000"),
    ]
    assert {row["zone"] for row in found} == {"kh-coast"}
    assert {row["provenance"] for row in found} == {"simulated"}


def test_parquet_has_the_same_rows_with_types(client: TestClient, tmp_path: Path) -> None:
    text = rows(client.get(f"{OCTOBER}/device-days.csv").content)
    file = tmp_path / "days.parquet"
    content = client.get(f"{OCTOBER}/device-days.parquet").content
    file.write_bytes(content)
    table = duckdb.read_parquet(str(file))

    assert [str(each) for each in table.select("day", "energy_mwh").types] == ["DATE", "BIGINT"]
    assert len(table.fetchall()) == len(text)
    total = table.aggregate("sum(energy_mwh)").fetchall()[0][0]
    assert total == sum(int(row["energy_mwh"]) for row in text if row["energy_mwh"])
    assert client.get(f"{OCTOBER}/device-days.parquet").content == content


def test_evidence_is_listed_with_its_hashes(client: TestClient, sources: Sources) -> None:
    upload = Upload(name="=pole.jpg", content=b"\xff\xd8\xff\xe0")
    with sources.catalog.begin() as connection:
        for device in ("kh-lamp-1", "la-pv-1"):
            shelf.add(
                connection,
                upload,
                about=About(kind=EvidenceKind.PHOTOGRAPH, device=device, dated=date(2026, 10, 2)),
                digest="ab" * 32,
                entered_by="somebody",
                at=NOW,
            )

    (one,) = rows(client.get(f"{OCTOBER}/evidence.csv").content)

    assert (one["device"], one["zone"], one["lot"]) == ("kh-lamp-1", "kh-coast", "kh-lot-1")
    assert (one["sha256"], one["name"]) == ("ab" * 32, "'=pole.jpg")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{OCTOBER}/secrets.csv", 422),
        ("/v1/exports/zone:nowhere/2026-10/indicators.csv", 404),
        ("/v1/exports/zone:kh-coast/2026-13/indicators.csv", 422),
    ],
)
def test_what_there_is_not_is_a_problem(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status
