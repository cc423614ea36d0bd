"""An outbox file is brought in by a command, beside the home's owner or without one."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.catalog import ready_catalog
from api.imports import cli as command
from gateway.outbox import Outbox
from ingest import ledger
from ingest.audit import journal
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.contract.record import Record
from ingest.home import Home
from ingest.ledger import Line
from ingest.registry import tables
from ingest.storage.duckdb import DuckdbStore
from tests.builders import a_registry
from tests.system.harness import running_bench

NOW = datetime(2026, 10, 31, 6, 0, tzinfo=UTC)
EVENING = datetime(2026, 10, 30, 11, 0, tzinfo=UTC)
LAMP = DeviceId("kh-lamp-1")
Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def outbox(tmp_path: Path) -> Path:
    path = tmp_path / "outbox.db"
    with Outbox(path, boot=BootId("b20261030t110000-00000001")) as held:
        held.append(
            [
                Record(
                    device=LAMP,
                    measured_at=micros(EVENING + timedelta(minutes=minute)),
                    values={"load_power": 60.0 + minute},
                )
                for minute in range(50)
            ],
            entered_at=EVENING,
        )
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home.create(tmp_path / "home")
    monkeypatch.setenv("ZONEWATCH_HOME", str(home.path))
    catalog = ready_catalog(home.catalog_url())
    with catalog.begin() as connection:
        entries = [(entry.valid_from, entry.item) for entry in a_registry().entries]
        tables.append(connection, entries, actor="test", source="test", known_at=NOW)
    catalog.dispose()
    return home


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*arguments: object) -> tuple[int, str]:
        status = command.main([str(each) for each in arguments])
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


def account(home: Home) -> Line:
    catalog = ready_catalog(home.catalog_url())
    try:
        with catalog.connect() as connection:
            return ledger.total(ledger.lines(connection))
    finally:
        catalog.dispose()


def powers(home: Home) -> list[float]:
    store = DuckdbStore(home.store_path)
    try:
        block = store.read(DeviceClass.STREETLIGHT, [LAMP], Period(0, micros(NOW)))
    finally:
        store.close()
    return [float(value) for value in block.values["load_power"]] if len(block) else []


def test_without_an_owner_the_command_takes_it_in_itself(
    home: Home, outbox: Path, ask: Ask
) -> None:
    status, told = ask(outbox, "--gateway", "kh-gw-1")

    assert status == 0
    assert told.startswith(f"{outbox}: 50 records of 1 boots\ntaken in")
    assert powers(home) == [60.0 + minute for minute in range(50)]
    line = account(home)
    assert (line.assigned, line.stored, line.pending, line.missing) == (50, 50, 0, 0)


def test_brought_in_again_nothing_is_counted_twice(home: Home, outbox: Path, ask: Ask) -> None:
    ask(outbox, "--gateway", "kh-gw-1")
    ask(outbox, "--gateway", "kh-gw-1")

    line = account(home)
    assert (line.assigned, line.stored, line.repeated, line.redelivered) == (50, 50, 0, 50)


def test_who_brought_it_in_is_in_the_journal(home: Home, outbox: Path, ask: Ask) -> None:
    ask(outbox, "--gateway", "kh-gw-1")

    catalog = ready_catalog(home.catalog_url())
    with catalog.connect() as connection:
        (last,) = journal.entries(connection)
    catalog.dispose()
    assert (last.deed.actor, last.deed.action) == ("operator", "outbox.import")
    assert last.deed.object == "gateway:kh-gw-1/outbox.db"


def test_a_dry_run_says_what_there_is_and_takes_nothing(home: Home, outbox: Path, ask: Ask) -> None:
    assert ask(outbox, "--gateway", "kh-gw-1", "--dry-run") == (
        0,
        f"{outbox}: 50 records of 1 boots\n",
    )
    assert account(home) == Line()


def test_devices_of_another_gateway_are_quarantined(home: Home, outbox: Path, ask: Ask) -> None:
    assert ask(outbox, "--gateway", "kh-gw-2")[0] == 0

    line = account(home)
    assert (line.stored, line.quarantined) == (0, 50)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("gateway", "file", "said"),
    [
        pytest.param("kh-gw-9", None, "--gateway: expected one that the registry", id="unknown"),
        pytest.param("kh-gw-1", "none.db", "none.db: no such file", id="no file"),
    ],
)
def test_bad_input_is_one_line(
    outbox: Path, ask: Ask, gateway: str, file: str | None, said: str
) -> None:
    status, told = ask(outbox.with_name(file) if file else outbox, "--gateway", gateway)

    assert status == 2
    assert told.startswith("zonewatch import: ")
    assert said in told
    assert told.count("\n") == 1


async def test_beside_an_owner_the_owner_takes_it_in(
    tmp_path: Path, outbox: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEWATCH_HOME", str(tmp_path / "home"))
    async with running_bench(tmp_path, a_registry(), NOW) as bench:
        status, _ = await asyncio.to_thread(ask, outbox, "--gateway", "kh-gw-1")
        await bench.until_settled(50)
        line = bench.account()

    assert status == 0
    assert (line.assigned, line.stored, line.pending, line.missing) == (50, 50, 0, 0)
