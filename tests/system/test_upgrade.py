"""A home written by an earlier commit: brought up to date, it says the same to the digit."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import zonewatch
from analytics.service import facts
from analytics.service.basis import so_far
from analytics.summary import zone_summary
from api.catalog import ready_catalog
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period
from ingest.home import Home
from ingest.owning import owned
from ingest.registry.tables import load
from ingest.storage.duckdb import DuckdbStore
from tests.system.old_home import REPORT, SAID, digits, old_home

_EVER = Period(0, 2**60)
Say = Callable[..., bytes]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    for name in ("ZONEWATCH_STORE", "ZONEWATCH_CATALOG"):
        monkeypatch.delenv(name, raising=False)
    home = old_home(tmp_path)
    monkeypatch.setenv("ZONEWATCH_HOME", str(home.path))
    return home


@pytest.fixture
def say(capfdbinary: pytest.CaptureFixture[bytes]) -> Say:
    def run(*arguments: str, status: int = 0) -> bytes:
        assert zonewatch.main(list(arguments)) == status
        return capfdbinary.readouterr().out

    return run


@pytest.mark.usefixtures("home")
def test_the_report_is_what_that_commit_wrote(say: Say) -> None:
    report = json.loads(say(*REPORT))

    assert report["as_of"] == SAID["report"]["as_of"]
    assert digits(report) == digits(SAID["report"])


@pytest.mark.usefixtures("home")
def test_the_account_is_what_that_commit_wrote(say: Say) -> None:
    account = json.loads(say("ledger", "--json"))

    assert account["missing_ranges"] == []
    assert account["total"].items() >= SAID["ledger"]["total"].items()
    for line, said in zip(account["lines"], SAID["ledger"]["lines"], strict=True):
        assert line.items() >= said.items()


def test_the_summary_is_what_that_commit_printed(home: Home, say: Say) -> None:
    """Light is proven by facts that this home had not: they are computed with all that waits."""
    say("rebuild")
    catalog = ready_catalog(home.catalog_url())
    with catalog.connect() as connection:
        zones = [zone_summary(each) for each in so_far(connection, load(connection)).results]
    catalog.dispose()

    assert zones == SAID["demo"]["zones"]


@pytest.mark.usefixtures("home")
def test_what_that_commit_did_not_have_is_there(say: Say) -> None:
    """Its quarantine can be decided on, and who comes in is written down."""
    assert say("quarantine", "replay") == b""
    say("user", "add", "ministry", "--role", "viewer", "--scope", "country:KH")

    assert b"ministry" in say("user", "list")


def test_its_archive_gives_the_same_again(home: Home, say: Say) -> None:
    before = _readings(home)
    home.store_path.unlink()

    told = json.loads(say("rebuild", "--json"))

    assert told == {"written": 5_245, "taken_in": 0, "lost": 0, "refused": 0, "waiting_hours": 0}
    assert _readings(home) == before
    assert len(before) > 400
    report = json.loads(say(*REPORT))
    assert digits(report) == digits(SAID["report"])
    assert _proven(report) == _proven(SAID["report"])
    assert json.loads(say("ledger", "--json"))["total"] == SAID["ledger"]["total"]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(HOUR_US, id="an hour of silence went by"),
        pytest.param(-1, id="a message without records came just behind"),
    ],
)
def test_what_is_rebuilt_stays_as_of_when_it_was_computed(home: Home, say: Say, later: int) -> None:
    say("rebuild")
    catalog = ready_catalog(home.catalog_url())
    with catalog.begin() as connection:
        reached = facts.progress(connection)
        facts.put_progress(connection, replace(reached, as_of=reached.as_of + later))
    catalog.dispose()
    before = say(*REPORT)
    home.store_path.unlink()

    say("rebuild")

    assert say(*REPORT) == before
    assert json.loads(before)["as_of"] != SAID["report"]["as_of"]


def test_its_archive_and_registry_alone_give_the_same_again(
    home: Home, say: Say, tmp_path: Path
) -> None:
    """With the catalog lost, too: everything is taken in anew, as of the last message."""
    before = _readings(home)
    say("registry", "export", str(tmp_path / "registry"))
    for path in home.path.iterdir():
        if path.name.startswith(("catalog", "readings")):
            path.unlink()
    shutil.rmtree(home.hours_dir)

    refused = zonewatch.main(["rebuild"])
    say("registry", "import", *map(str, (tmp_path / "registry").iterdir()))
    told = json.loads(say("rebuild", "--json"))

    assert refused == 2
    assert (told["written"], told["lost"], told["waiting_hours"]) == (0, 0, 0)
    assert _readings(home) == before
    assert digits(json.loads(say(*REPORT))) == digits(SAID["report"])
    assert json.loads(say("ledger", "--json"))["total"] == SAID["ledger"]["total"]


def _proven(report: dict[str, Any]) -> str:
    rows = {row["device_class"]: row for row in report["availability"]}
    return str(rows["streetlight"]["proven_percent"])


def test_while_something_takes_messages_in_nothing_is_rebuilt(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with owned(home):
        assert zonewatch.main(["rebuild"]) == 2

    error = capsys.readouterr().err
    assert error == f"zonewatch rebuild: {home.path}: another process takes in messages here\n"


def test_what_the_archive_lost_is_named(home: Home, say: Say) -> None:
    """Only the file of the first day is left."""
    _, newest = sorted(home.archive_dir.iterdir())
    newest.unlink()
    home.store_path.unlink()

    told = json.loads(say("rebuild", "--json", status=1))
    text = say("rebuild", status=1).decode().splitlines()

    assert told["written"] + told["lost"] == 5_245
    assert min(told["written"], told["lost"]) > 0
    assert text[1].startswith("NOT IN THE ARCHIVE: kh-sihanoukville-gw1, boot ")


def _readings(home: Home) -> list[tuple[int, float]]:
    """Return every power of a lamp and of a PV set, by its instant."""
    store = DuckdbStore(home.store_path)
    found: list[tuple[int, float]] = []
    for device_class, device, metric in (
        (DeviceClass.STREETLIGHT, "kh-lamp-001", "battery_voltage"),
        (DeviceClass.SCHOOL_PV, "kh-pv-01", "active_power"),
    ):
        block = store.read(device_class, [DeviceId(device)], _EVER, [metric])
        values = block.values[metric].tolist() if metric in block.values else []
        found += zip(block.measured_at.tolist(), values, strict=True)
    store.close()
    return found
