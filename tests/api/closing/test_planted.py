"""What somebody changed behind everybody's back is found and named."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np
import pytest
import sqlalchemy as sa

from analytics.factors.grid import GridFactor, grid_factors
from analytics.methods import catalog
from analytics.service import ownfactors
from ingest.archive import Archive, Message, Reading
from ingest.catalog import open_catalog
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.home import Home
from ingest.storage.block import Block
from ingest.storage.opening import open_store
from tests.api.closing.commands import Json, differences, run, told
from tests.api.closing.october import LAMP, PERIOD, PV

AT = datetime(2026, 10, 12, 12, 30, tzinfo=UTC)
HOUR = "2026-10-12T12:00:00Z"


def write(home: Path, device: DeviceId, device_class: DeviceClass, metric: str, to: float) -> None:
    store = open_store(Home.open(home).store_setting({}))
    block = Block(
        device_class=device_class,
        names=(device,),
        devices=np.zeros(1, np.int32),
        measured_at=np.array([micros(AT)], np.int64),
        values={metric: np.array([to])},
        flags={metric: np.ones(1, np.int8)},
    )
    store.write([block])
    store.close()


def a_lamps_power(home: Path) -> None:
    write(home, LAMP, DeviceClass.STREETLIGHT, "load_power", 600.0)


def a_counter(home: Path) -> None:
    write(home, PV, DeviceClass.SCHOOL_PV, "energy_generated", 447.5)


def a_reading_that_is_gone(home: Path) -> None:
    with duckdb.connect(str(home / "readings.duckdb")) as connection:
        connection.execute(
            "DELETE FROM streetlight WHERE measured_at = ? AND device = ?", [micros(AT), LAMP]
        )


def in_the_catalog(home: Path, *statements: str) -> None:
    """Change rows as somebody could who owns the database: the refusals are dropped first."""
    engine = open_catalog(Home.open(home).catalog_url({}))
    with engine.begin() as connection:
        names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in names.scalars().all():
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        for statement in statements:
            assert connection.execute(sa.text(statement)).rowcount
    engine.dispose()


@pytest.mark.parametrize(
    ("plant", "device", "tonnes"),
    [
        # 540 W more for half an hour: 0.27 kWh, in Laos 0.555 t/MWh (IFI, energy efficiency)
        pytest.param(a_lamps_power, "lamp-1", Decimal("0.000150"), id="a lamp's power"),
        pytest.param(a_counter, "pv-1", None, id="a counter"),
        # the reading before is held on, and so says the same
        pytest.param(a_reading_that_is_gone, "lamp-1", Decimal(0), id="a reading that is gone"),
    ],
)
def test_a_reading_that_was_changed_in_the_store_is_named(
    signed: Path, plant: Callable[[Path], None], device: str, tonnes: Decimal | None
) -> None:
    plant(signed)

    found = differences(signed, *PERIOD)

    reading = next(each for each in found if each["kind"] == "reading" and each["hour"] == HOUR)
    assert reading["device"] == device
    if tonnes is not None:
        assert abs(Decimal(reading["tonnes"]) - tonnes) < Decimal("0.000001")
    assert differences(signed, *PERIOD, "--from-archive") == []


def test_a_byte_changed_in_the_archive_breaks_its_chain(signed: Path) -> None:
    path = sorted((signed / "archive").iterdir())[10]
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)

    found = differences(signed, *PERIOD, "--from-archive")

    assert found[0]["kind"] == "archive"
    assert path.name in found[0]["what"]


def test_an_archive_written_anew_is_found_by_its_readings_and_by_a_digest(
    signed: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "digest.json"
    assert run(signed, "digest", "--day", "2026-11-03", "-o", str(kept))[0] == 0
    assert differences(signed, str(kept)) == []
    folder = signed / "archive"
    frames = list(Reading(folder, "w1").frames())
    for path in folder.iterdir():
        path.unlink()
    with Archive(folder, "w1") as archive:
        for frame in frames:
            archive.append([_brighter(message) for message in frame.messages])

    found = differences(signed, *PERIOD, "--from-archive")

    assert {each["device"] for each in found if each["kind"] == "reading"} == {"lamp-1"}
    assert differences(signed, str(kept))[0]["kind"] == "digest"


def _brighter(message: Message) -> Message:
    return replace(message, payload=message.payload.replace(b",60.0", b",61.0"))


def test_a_fact_changed_in_the_catalog_is_named(signed: Path) -> None:
    in_the_catalog(
        signed,
        "UPDATE device_day SET energy_mwh = energy_mwh + 1"
        " WHERE device = 'pv-1' AND day = '2026-10-12'",
    )

    found = differences(signed, *PERIOD)

    assert [(each["kind"], each["device"], each["day"]) for each in found] == [
        ("fact", "pv-1", "2026-10-12")
    ]


def test_a_registry_row_changed_in_place_is_named(signed: Path) -> None:
    in_the_catalog(
        signed,
        """UPDATE registry_entry SET body = replace(body, '"on"', '"off"') WHERE id = 'pv-1'""",
    )

    found = differences(signed, *PERIOD)

    assert found[0]["kind"] == "registry"
    assert found[0]["what"].startswith("device pv-1")
    assert any(each["kind"] == "figure" and "tonnes" in each for each in found)


def test_published_digits_that_were_changed_are_found(signed: Path) -> None:
    in_the_catalog(
        signed,
        "UPDATE period_revision SET content ="
        " CAST(replace(CAST(content AS TEXT), '0.733', '0.832') AS BLOB)",
    )

    kinds = [each["kind"] for each in differences(signed, *PERIOD)]

    assert {"document", "figure"} <= set(kinds)


def test_a_page_of_facts_that_was_changed_is_found(signed: Path) -> None:
    in_the_catalog(signed, "UPDATE fact_page SET body = x'00' WHERE rowid = 3")

    assert differences(signed, *PERIOD)[0]["kind"] == "page"


def test_another_factor_is_found_with_the_tonnes_it_moves(
    signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heavier() -> list[GridFactor]:
        return [replace(each, value=each.value * 2) for each in grid_factors()]

    monkeypatch.setattr(ownfactors, "grid_factors", heavier)

    found = differences(signed, *PERIOD)

    factor = next(each for each in found if each["kind"] == "factor")
    assert Decimal(factor["found"]) == 2 * Decimal(factor["expected"])
    assert any(Decimal(each.get("tonnes", "0")) > 0 for each in found)


def test_another_version_of_a_method_is_found(
    signed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = {
        name: [replace(each, version="9.9") for each in methods]
        for name, methods in catalog.METHODS.items()
    }
    monkeypatch.setattr(catalog, "METHODS", newer)

    found = differences(signed, *PERIOD)

    assert any(each["what"].endswith("method.version") for each in found)


def test_a_row_changed_in_the_journal_is_found(signed: Path) -> None:
    in_the_catalog(signed, "UPDATE audit SET actor = 'nobody' WHERE number = 2")

    assert [(each["kind"], each["what"]) for each in differences(signed)] == [("journal", "row 2")]


@pytest.fixture
def bundle(signed: Path, tmp_path: Path) -> Path:
    file = tmp_path / "october.zip"
    status, _, err = run(signed, "bundle", *PERIOD, "-o", str(file))
    assert status == 0, err
    return file


def in_the_bundle(bundle: Path, name: str, before: bytes, after: bytes) -> None:
    with zipfile.ZipFile(bundle) as there:
        entries = {each: there.read(each) for each in there.namelist()}
    assert before in entries[name]
    entries[name] = entries[name].replace(before, after)
    with zipfile.ZipFile(bundle, "w") as again:
        for each, body in entries.items():
            again.writestr(each, body)


def test_a_factor_a_digit_and_a_beginning_changed_in_a_bundle_are_named(bundle: Path) -> None:
    in_the_bundle(bundle, "content.json", b'"0.733"', b'"0.832"')
    beginning = (
        b'{"class":"school_pv","device":"pv-1","metric":"energy_generated","running":200.0,'
        b'"zone":"north"}'
    )
    in_the_bundle(bundle, "opening.json", b"[]", b"[" + beginning + b"]")

    found = differences(None, str(bundle))

    changed = {each["what"] for each in found if each["kind"] == "bundle"}
    assert changed == {"content.json", "opening.json"}
    assert any(each["kind"] == "reading" and each["device"] == "pv-1" for each in found)
    assert any(each["kind"] == "document" for each in found)


def test_a_message_changed_in_a_bundle_is_named_by_device_and_hour(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as there:
        lines = there.read("messages.jsonl").splitlines()
    in_the_bundle(bundle, "messages.jsonl", lines[5] + b"\n", b"")

    found = differences(None, str(bundle))

    assert found[0]["what"] == "messages.jsonl"
    assert {each["device"] for each in found if each["kind"] == "device_day"} == {"lamp-1", "pv-1"}


def test_a_bundle_made_whole_again_is_not_signed(bundle: Path) -> None:
    in_the_bundle(bundle, "manifest.json", b'"status":"approved"', b'"status":"prepared"')

    assert [each["kind"] for each in differences(None, str(bundle))] == ["signature"]


def test_a_bundle_by_another_key_is_not_trusted(bundle: Path, tmp_path: Path) -> None:
    Home.create(tmp_path / "other")
    assert run(tmp_path / "other", "digest", "--day", "2026-11-03")[0] == 0
    key = tmp_path / "other" / "keys" / "signing.pub"

    found = differences(None, str(bundle), "--key", str(key))

    assert [each["what"] for each in found] == ["key"]


def test_a_digest_that_was_changed_is_not_signed(signed: Path, tmp_path: Path) -> None:
    kept = tmp_path / "digest.json"
    run(signed, "digest", "--day", "2026-11-03", "-o", str(kept))
    document: Json = json.loads(kept.read_text())
    document["digest"]["journal"]["number"] = 1
    kept.write_text(json.dumps(document))

    status, found = told(None, "verify", str(kept), "--home", str(signed))

    assert status == 1
    assert found["verified"][0]["differences"][0]["kind"] == "signature"
