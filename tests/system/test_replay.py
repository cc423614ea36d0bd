"""A recording that nobody here made, through the whole chain, and by plain arithmetic from its CSV.

Nothing here is shared with the code under test: text, fractions, and a factor written down.
"""

import csv
import json
import sqlite3
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ingest.home import Home
from ingest.registry.model import Provenance
from simulators.chain.home import prepare
from simulators.demo.plan import FILES as DEMO_FILES
from tests.simulators.recordings import HEADING, a_recording_file, serf_east

_ROOT = Path(__file__).parent.parent.parent
_FACTOR = Decimal("0.352")  # kg CO2/kWh, US, intermittent combined margin, IFI 2021 v3.1
_QUARTER_S = 900
_DAYS = ("2016-07-01", "2016-07-02", "2016-07-03")


@dataclass(frozen=True)
class Told:
    """What a replay printed, and the home it left."""

    document: dict[str, Any]
    home: Path

    def mwh(self) -> dict[str, int]:
        """Return the whole milliwatt-hours of each day in the catalog."""
        with closing(sqlite3.connect(self.home / "catalog.sqlite")) as catalog:
            return dict(catalog.execute("SELECT day, energy_mwh FROM device_day ORDER BY day"))


def _zonewatch(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "zonewatch", *map(str, arguments)],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _replay(file: Path, home: Path, *options: str) -> Told:
    done = _zonewatch("simulate", "--replay", file, "--home", home, "--json", *options)
    assert done.returncode == 0, done.stderr
    return Told(json.loads(done.stdout), home)


def _recorded_mwh() -> Mapping[str, int]:
    """Whole watts, half to even as registers hold them, for a quarter of an hour each."""
    watt_seconds: dict[str, Fraction] = defaultdict(Fraction)
    with serf_east().open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            watts = round(Fraction(row["ac_power"]))
            watt_seconds[row["measured_on"][:10]] += watts * _QUARTER_S
    return {day: round(total / Fraction(36, 10)) for day, total in watt_seconds.items()}


def _written(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))


def _kwh(mwh: int) -> Decimal:
    return Decimal(mwh) / 1_000_000


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return _replay(serf_east(), tmp_path_factory.mktemp("replay") / "home", "--days", "3")


def test_each_days_energy_is_that_of_the_file(replay: Told) -> None:
    recorded = _recorded_mwh()

    assert {day: replay.mwh()[day] for day in _DAYS} == {day: recorded[day] for day in _DAYS}
    assert [(day["day"], day["energy_kwh"]) for day in replay.document["days"]] == [
        (day, _written(_kwh(recorded[day]))) for day in _DAYS
    ]


def test_emissions_avoided_are_those_of_the_file(replay: Told) -> None:
    kg = [_kwh(_recorded_mwh()[day]) * _FACTOR for day in _DAYS]
    (zone,) = replay.document["zones"]

    assert sum(kg) > 20
    assert zone["emissions_avoided"] == {"value": _written(sum(kg, Decimal(0))), "unit": "kg CO2"}
    assert [day["emissions_avoided"] for day in replay.document["days"]] == [
        {"value": _written(each), "unit": "kg CO2"} for each in kg
    ]


def test_every_recorded_value_is_stored_and_the_account_balances(replay: Told) -> None:
    ledger = replay.document["ledger"]

    assert ledger["balanced"] is True
    assert (ledger["assigned"], ledger["stored"], ledger["missing"]) == (3 * 96, 3 * 96, 0)
    assert replay.document["records"] == 3 * 96
    assert replay.document["zones"][0]["coverage_percent"] == "100.0"


def test_it_says_that_it_is_recorded(replay: Told) -> None:
    (zone,) = replay.document["zones"]

    assert (zone["zone"], zone["provenance"]) == ("us-serf-east", "recorded")


def test_a_gap_is_not_filled(tmp_path: Path) -> None:
    """1,200 W hold for 15 min, 30 min and 30 min: until the next value, at most two intervals."""
    rows = [("10:00:00", "1200"), ("10:15:00", "1200"), ("14:00:00", "1200.4")]
    file = a_recording_file(tmp_path / "gap.csv", rows)

    told = _replay(file, tmp_path / "home")

    (day,) = told.document["days"]
    assert day["energy_kwh"] == "1.500"
    assert day["emissions_avoided"]["value"] == "0.528"
    assert told.document["records"] == 17  # every quarter of an hour, with a value or without


def test_a_terminal_is_told_that_it_is_recorded(replay: Told) -> None:
    """All of it is there already, so that nothing is played."""
    done = _zonewatch("simulate", "--replay", serf_east(), "--days", "3", "--home", replay.home)

    assert done.returncode == 0, done.stderr
    assert "RECORDED: serf_east_15min_ac_power.csv" in done.stdout
    assert "the account balances" in done.stdout
    for day in replay.document["days"]:
        assert f"{day['day']}  {day['energy_kwh']} kWh" in done.stdout


def test_a_replay_goes_on_where_it_stopped(tmp_path: Path) -> None:
    home, recorded = tmp_path / "home", _recorded_mwh()
    _replay(serf_east(), home, "--days", "1")

    told = _replay(serf_east(), home, "--days", "2")
    again = _replay(serf_east(), home, "--days", "2")

    assert {day: told.mwh()[day] for day in _DAYS[:2]} == {day: recorded[day] for day in _DAYS[:2]}
    assert told.document["ledger"]["stored"] == told.document["ledger"]["assigned"] == 2 * 96
    assert _without_seconds(again) == _without_seconds(told)


def _without_seconds(told: Told) -> dict[str, Any]:
    return {name: value for name, value in told.document.items() if name != "seconds"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param(b"", "line 1: expected at least two rows", id="nothing"),
        pytest.param(bytes(range(256)), "line 2: expected", id="random bytes"),
        pytest.param(
            HEADING.encode() + b"2016-07-01 00:00:00-07:00,1\n2016-07-01 00:01:00-07:00,2\n",
            "expected a value every 900 s",
            id="another interval",
        ),
    ],
)
def test_what_cannot_be_replayed_is_refused_in_one_line(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    file, home = tmp_path / "file.csv", tmp_path / "home"
    if content is not None:
        file.write_bytes(content)

    done = _zonewatch("simulate", "--replay", file, "--home", home)

    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert str(file) in line
    assert why in line
    assert not home.exists()


def test_a_demo_does_not_run_where_a_recording_was_played(replay: Told) -> None:
    done = _zonewatch("demo", "--once", "--home", replay.home)

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert f"{replay.home}: holds gateways that are not simulated" in line


def test_a_recording_is_not_played_where_a_demo_lives(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")
    prepare(home, DEMO_FILES, provenance=Provenance.SIMULATED)

    done = _zonewatch("simulate", "--replay", serf_east(), "--home", home.path)

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert f"{home.path}: holds gateways that are not recorded" in line


def test_another_recording_is_not_played_on_top(tmp_path: Path, replay: Told) -> None:
    other = a_recording_file(tmp_path / "other.csv", [("10:00:00", "1"), ("10:15:00", "2")])

    done = _zonewatch("simulate", "--replay", other, "--home", replay.home)

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert f"{replay.home}: has a replay of the recording sha256:" in line
