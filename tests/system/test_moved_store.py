"""A home whose readings move from DuckDB to InfluxDB, by a rebuild from the archive."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import zonewatch
from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from api.catalog import ready_catalog
from ingest.contract.clock import ManualClock
from ingest.contract.period import parse_rfc3339
from ingest.home import Home
from ingest.registry.current import CurrentRegistry
from ingest.storage.opening import open_store
from simulators.influxd import FIRST_BUCKET, TOKEN, influxd, running_influxd
from tests.servers import needs
from tests.system.old_home import REPORT, SAID, digits, old_home

pytestmark = needs("influxd")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A home set to an InfluxDB that has nothing yet, with no rolled hours."""
    program = influxd()
    assert program is not None
    home = old_home(tmp_path)
    (tmp_path / "influx").mkdir()
    home.store_path.unlink()
    for path in home.hours_dir.rglob("*.parquet"):
        path.unlink()
    with running_influxd(program, tmp_path / "influx") as server:
        monkeypatch.setenv("ZONEWATCH_HOME", str(home.path))
        monkeypatch.setenv("ZONEWATCH_STORE", server.setting(FIRST_BUCKET))
        monkeypatch.setenv("ZONEWATCH_STORE_TOKEN", TOKEN)
        monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
        yield home


def test_the_report_is_the_same_from_there(
    home: Home, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    status = zonewatch.main(["rebuild", "--json"])
    told = json.loads(capfdbinary.readouterr().out)
    computed = _compute(home)
    zonewatch.main(list(REPORT))

    assert status == 0
    assert (told["written"], told["taken_in"], told["lost"]) == (5_245, 0, 0)
    assert told["waiting_hours"] == computed > 0
    report = json.loads(capfdbinary.readouterr().out)
    assert report["as_of"] == SAID["report"]["as_of"]
    assert digits(report) == digits(SAID["report"])
    assert not home.store_path.exists()


def _compute(home: Home) -> int:
    """Do what the analytics stage does, when that commit did it last; return the hours taken."""
    catalog = ready_catalog(home.catalog_url())
    store, files = open_store(home.store_setting()), HourFiles(home.hours_dir)
    feeder = Feeder(
        store=store,
        catalog=catalog,
        files=files,
        registry=CurrentRegistry(catalog),
        clock=ManualClock(parse_rfc3339(SAID["report"]["as_of"])),
    )
    taken = 0
    while step := feeder.step():
        taken += step
    for part in (store, files):
        part.close()
    catalog.dispose()
    return taken
