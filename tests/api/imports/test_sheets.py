"""Files of readings come in by command, by HTTP and by a page, beside the home's owner or without.

The last test is a zone's first week in small: a controller that runs on Beijing time, the vendor
cloud's export of the same lamp, and a paper list of odometers.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from analytics.days import day_of
from api.accounts.actor import Actor, Permission
from api.accounts.scope import EVERYTHING
from api.app import create_app
from api.catalog import ready_catalog
from api.imports import cli as command
from api.rebuild import cli as rebuild_command
from api.sources import Sources
from ingest import ledger
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.entries import entries
from ingest.home import Home
from ingest.registry import tables
from ingest.registry.current import CurrentRegistry
from ingest.registry.registry import Registry
from ingest.storage.duckdb import DuckdbStore
from ingest.storage.memory import MemoryStore
from tests.api.builders import Viewers
from tests.builders import a_device, a_registry
from tests.ingest.sheets.sheets import CLOUD, an_export
from tests.system.harness import running_bench

NOW = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
LAMP, BIKE = DeviceId("kh-lamp-1"), DeviceId("kh-bike-1")
BIKE_IN_REGISTRY = a_device(
    BIKE,
    device_class=DeviceClass.E_MOTORBIKE,
    painted_number="EV-07",
    schedule="",
    rated_power_w=None,
    rated_power_basis=None,
    accuracy_percent=Decimal(2),
)
REGISTRY = a_registry(
    a_device(LAMP, painted_number="SHV-0001", profile="plain", clock_offset_s=3_600),
    BIKE_IN_REGISTRY,
)
ODOMETERS = (
    b"Date,Time,Vehicle,Odometer (km),Charged so far (kWh)\n"
    b"2026-10-31,18:00,EV-07,1204,31.5\n"
    b"2026-11-01,18:00,EV-07,1251,-\n"
)
EXPORT = an_export(
    "2026/11/01 01:30:00,SHV-0001,60,1500",
    "2026/11/01 01:35:00,SHV-0001,61,1505",
)


class Typist(Viewers):
    """Knows one person, who may bring files in."""

    def actor_of(self, token: str) -> Actor | None:
        may = frozenset({Permission.READ, Permission.IMPORT_FILES})
        typist = Actor(name="the-typist", permissions=may, scopes=(EVERYTHING,))
        return {"right": typist}.get(token)


def a_home(path: Path, registry: Registry = REGISTRY) -> Home:
    home = Home.create(path / "home")
    home.file_mappings_dir.mkdir(parents=True)
    (home.file_mappings_dir / "cloud.toml").write_text(CLOUD, encoding="utf-8")
    catalog = ready_catalog(home.catalog_url())
    with catalog.begin() as connection:
        items = [(entry.valid_from, entry.item) for entry in registry.entries]
        tables.append(connection, items, actor="test", source="test", known_at=NOW)
    catalog.dispose()
    return home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = a_home(tmp_path)
    monkeypatch.setenv("ZONEWATCH_HOME", str(home.path))
    return home


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_bytes(EXPORT)
    return path


def unnumbered(home: Home) -> int:
    catalog = ready_catalog(home.catalog_url())
    with catalog.connect() as connection:
        line = ledger.total(ledger.lines(connection))
    catalog.dispose()
    assert line.balanced
    return line.unnumbered


def powers(home: Home) -> list[float]:
    store = DuckdbStore(home.store_path)
    block = store.read(DeviceClass.STREETLIGHT, [LAMP], Period(0, micros(NOW)))
    store.close()
    return block.values["load_power"].tolist() if len(block) else []


def test_a_dry_run_says_what_would_happen_and_takes_nothing(
    home: Home, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([str(export), "--mapping", "cloud", "--dry-run"]) == 0

    assert capsys.readouterr().out == (
        "export.csv: 2 rows of 1 devices: 2 new, 0 stored already, 0 replace another value;"
        " 0 say nothing, 0 stand there twice\n"
    )
    assert (powers(home), unnumbered(home)) == ([], 0)


def test_repeated_rows_are_recognized_and_changed_ones_told(
    home: Home, export: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main([str(export), "--mapping", "cloud"])
    command.main([str(export), "--mapping", "cloud"])
    export.write_bytes(EXPORT.replace(b",61,", b",71,"))
    command.main([str(export), "--mapping", "cloud"])

    told = capsys.readouterr().out
    assert "0 new, 2 stored already, 0 replace" in told
    assert "0 new, 1 stored already, 1 replace" in told
    assert powers(home) == [60.0, 71.0]
    assert unnumbered(home) == 3


def test_a_rebuilt_store_has_what_was_brought_in(home: Home, export: Path) -> None:
    command.main([str(export), "--mapping", "cloud", "--by", "a-technician"])
    home.store_path.unlink()

    assert rebuild_command.main([]) == 0

    assert powers(home) == [60.0, 61.0]
    assert unnumbered(home) == 2


@pytest.mark.parametrize(
    ("content", "mapping", "said"),
    [
        (
            EXPORT.replace(b",61,", b",6l,"),
            "cloud",
            "export.csv, line 3, '负载功率': expected a number",
        ),
        (EXPORT, "clouds", "--mapping: expected a TOML file or one of: cloud, "),
        (EXPORT, "none.toml", "none.toml: expected a readable TOML file"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_taken_in(
    home: Home,
    export: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    mapping: str,
    said: str,
) -> None:
    export.write_bytes(content)

    assert command.main([str(export), "--mapping", mapping]) == 2

    told = capsys.readouterr()
    assert said in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert (powers(home), unnumbered(home)) == ([], 0)


async def test_three_ways_end_in_one_lamp_the_right_night_and_who_typed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEWATCH_HOME", str(tmp_path / "home"))
    export = tmp_path / "export.csv"
    export.write_bytes(EXPORT)
    mapping = tmp_path / "cloud.toml"
    mapping.write_text(CLOUD, encoding="utf-8")
    fast = datetime(2026, 10, 31, 17, 25, tzinfo=UTC) + timedelta(hours=1)
    said = {"measured_at": micros(fast) // 1_000, "values": {"load_power": 59}}
    async with running_bench(tmp_path, REGISTRY, NOW) as bench:
        bench.publish(f"zw/1/{LAMP}/up/reading", said)
        status = await asyncio.to_thread(command.main, [str(export), "--mapping", str(mapping)])
        client = TestClient(create_app(bench.backend.sources, Typist()))
        answer = await asyncio.to_thread(post, client)
        await bench.until(lambda: bench.account().unnumbered == 5 and bench.backend.is_idle())
        sources = bench.backend.sources
        lamps = sources.store.read(DeviceClass.STREETLIGHT, [LAMP], Period(0, micros(NOW)))
        bikes = sources.store.read(DeviceClass.E_MOTORBIKE, [BIKE], Period(0, micros(NOW)))
        typed = await asyncio.to_thread(client.get, f"/v1/imports?device={BIKE}")

    assert (status, answer.status_code) == (0, 200)
    assert list(lamps.names) == [LAMP]
    assert lamps.values["load_power"].tolist() == [59.0, 60.0, 61.0]
    zone = ZoneInfo("Asia/Phnom_Penh")
    nights = {day_of(at, zone, DeviceClass.STREETLIGHT) for at in lamps.measured_at.tolist()}
    assert [night.isoformat() for night in nights] == ["2026-10-31"]
    assert bikes.values["odometer"].tolist() == [1204.0, 1251.0]
    (entry,) = typed.json()["items"]
    assert (entry["entered_by"], entry["file"], entry["records"]) == ("the-typist", "list.csv", 2)


def post(client: TestClient, *, content: bytes = ODOMETERS, **fields: str) -> Response:
    return client.post(
        "/v1/imports",
        data={"mapping": "odometers"} | fields,
        files={"file": ("list.csv", content)},
        headers={"Authorization": "Bearer right"},
    )


def test_without_an_owner_a_file_is_refused_over_http(home: Home) -> None:
    catalog = ready_catalog(home.catalog_url())
    sources = Sources(
        catalog=catalog,
        store=MemoryStore(),
        registry=CurrentRegistry(catalog),
        clock=ManualClock(NOW),
        software="test",
    )
    client = TestClient(create_app(sources, Typist()))

    assert post(client).status_code == 503
    wrong = post(client, content=ODOMETERS.replace(b"1251", b"12S1"))
    assert wrong.status_code == 422
    assert "list.csv, line 3, 'Odometer (km)'" in wrong.json()["detail"]
    assert post(client, mapping="none").status_code == 422
    with catalog.connect() as connection:
        assert entries(connection) == []
    catalog.dispose()
