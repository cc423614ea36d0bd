"""The demo's figures, worked out again from what the simulated devices did.

The truth log is written by the simulators' process and never passes through gateway, broker,
ingest, store or analytics. The arithmetic here is on fractions and shares no code with them.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulators.world.sun import sun_position

_ROOT = Path(__file__).parent.parent.parent
_REGISTRY = _ROOT / "simulators" / "demo_zones" / "registry"
_LAMP_FACTOR = {"KH": "0.588", "LA": "0.555", "SC": "0.479"}  # kg/kWh, IFI 2021 v3.1
_PV_FACTOR = {"KH": "0.874", "LA": "0.876", "SC": "0.650"}
_HOURS_FROM_UTC = {"KH": 7, "LA": 7, "SC": 4}
_HOLD_S = 600
_DAYS = 2

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """What a demo printed, and the home it left."""

    document: dict[str, Any]
    home: Path


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = tmp_path_factory.mktemp("demo") / "home"
    command = ["demo", "--days", str(_DAYS), "--once", "--json", "--home", str(home)]
    done = subprocess.run(
        [sys.executable, "-m", "zonewatch", *command],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return Told(json.loads(done.stdout), home)


@pytest.fixture(params=["kh-sihanoukville", "la-saysettha", "sc-mahe"])
def zone(request: pytest.FixtureRequest, demo: Told) -> dict[str, Any]:
    (found,) = [one for one in demo.document["zones"] if one["zone"] == request.param]
    return dict(found)


def test_the_account_balances_and_nothing_is_missing(demo: Told) -> None:
    ledger = demo.document["ledger"]
    records = sum(len(row["devices"]) for path in _logs(demo) for row in _truth(path))
    places = ("stored", "repeated", "quarantined", "thinned", "pending", "missing")

    assert ledger["balanced"] is True
    assert ledger["missing"] == ledger["pending"] == ledger["quarantined"] == 0
    assert sum(ledger[place] for place in places) == ledger["assigned"]
    assert ledger["assigned"] == demo.document["records"]
    # besides what was read: a record of each silence that was noticed, one a zone
    assert ledger["stored"] == records + len(_logs(demo))


def test_emissions_avoided_are_those_of_the_truth_log(demo: Told, zone: dict[str, Any]) -> None:
    country, truth = zone["country"], _by_device(demo, zone["zone"])
    devices = {row["id"]: row for row in _registry("devices.csv")}

    kg = Decimal(0)
    for name, rows in truth.items():
        device = devices[name]
        if device["device_class"] == "streetlight":
            kg += _kwh(_lamp_mwh(rows, country)) * Decimal(_LAMP_FACTOR[country])
        elif device["device_class"].endswith("_pv") and device["grid_connection"] == "on":
            kg += _kwh(_pv_mwh(rows, country)) * Decimal(_PV_FACTOR[country])

    expected = str(kg.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))
    assert kg > 10
    assert zone["emissions_avoided"] == {"value": expected, "unit": "kg CO2"}


def test_lamps_proven_in_light_are_those_of_the_truth_log(demo: Told, zone: dict[str, Any]) -> None:
    """Night here is the simulators' own sun below the horizon, minute by minute."""
    truth = _by_device(demo, zone["zone"])
    lamps = [
        row
        for row in _registry("devices.csv")
        if row["device_class"] == "streetlight" and row["id"].startswith(zone["zone"][:3])
    ]
    first = min(at for rows in truth.values() for at, _ in rows) // 3_600_000_000 * 3_600_000_000
    last = max(at for rows in truth.values() for at, _ in rows)
    minutes = np.arange(first, last, 60_000_000)
    pole = {side: np.array([float(lamps[0][side])]) for side in ("latitude", "longitude")}
    elevation = sun_position(minutes, **pole).elevation.ravel()
    dark = set(minutes[elevation < -0.833].tolist())

    lit = sum(_lit_minutes(truth.get(lamp["id"], []), dark) for lamp in lamps)

    share = 100 * lit / (len(dark) * len(lamps))
    assert float(zone["proven_percent"]) == pytest.approx(share, abs=1.0)
    assert 60 < share < 95  # one of fourteen lamps never connected, some ail


def test_coverage_counts_the_lamp_that_never_connected(demo: Told, zone: dict[str, Any]) -> None:
    truth = _by_device(demo, zone["zone"])
    first = min(at for rows in truth.values() for at, _ in rows)
    span_s = (max(at for rows in truth.values() for at, _ in rows) - first) / 1e6

    held = sum(seconds for rows in truth.values() for _, seconds, _ in _held(rows))

    assert len(truth) == 19
    assert zone["devices"] == 20
    assert float(zone["coverage_percent"]) == pytest.approx(100 * held / (20 * span_s), abs=2.0)


def test_everything_is_marked_as_simulated(demo: Told) -> None:
    assert {one["provenance"] for one in demo.document["zones"]} == {"simulated"}


def _logs(demo: Told) -> list[Path]:
    return sorted((demo.home / "truth").glob("*.jsonl"))


def _truth(path: Path) -> Iterator[Row]:
    for line in path.read_text().splitlines():
        row = json.loads(line)
        if "measured_at" in row:
            yield row


def _by_device(demo: Told, zone: str) -> dict[str, list[tuple[int, Row]]]:
    found: dict[str, list[tuple[int, Row]]] = {}
    for row in _truth(demo.home / "truth" / f"{zone}.jsonl"):
        for device, values in row["devices"].items():
            found.setdefault(device, []).append((row["measured_at"], values))
    return found


def _registry(name: str) -> list[dict[str, str]]:
    with (_REGISTRY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _held(rows: list[tuple[int, Row]]) -> Iterator[tuple[int, int, Row]]:
    """Yield instant, seconds held, and values."""
    ends = [at for at, _ in rows[1:]] + [rows[-1][0] + _HOLD_S * 1_000_000]
    for (at, values), end in zip(rows, ends, strict=True):
        yield at, min((end - at) // 1_000_000, _HOLD_S), values


def _local_day(at: int, country: str, begins: timedelta) -> str:
    moment = datetime.fromtimestamp(at / 1e6, UTC) + timedelta(hours=_HOURS_FROM_UTC[country])
    return (moment - begins).date().isoformat()


def _lamp_mwh(rows: list[tuple[int, Row]], country: str) -> int:
    """Add up what the lamp gave each night, noon to noon, each night as a whole number."""
    nights: dict[str, Fraction] = {}
    for at, seconds, values in _held(rows):
        night = _local_day(at, country, timedelta(hours=12))
        watt_seconds = Fraction(values["load_power"]) * seconds
        nights[night] = nights.get(night, Fraction(0)) + watt_seconds
    return sum(round(each / Fraction(36, 10)) for each in nights.values())


def _pv_mwh(rows: list[tuple[int, Row]], country: str) -> int:
    days: dict[str, Fraction] = {}
    before: Fraction | None = None
    for at, values in rows:
        if values["energy_generated"] is None:
            continue
        now = Fraction(str(values["energy_generated"]))
        if before is not None and now > before:
            day = _local_day(at, country, timedelta(0))
            days[day] = days.get(day, Fraction(0)) + now - before
        before = now
    return sum(round(each * 1_000_000) for each in days.values())


def _lit_minutes(rows: list[tuple[int, Row]], dark: set[int]) -> int:
    return sum(
        at + minute * 60_000_000 in dark
        for at, seconds, values in (_held(rows) if rows else ())
        if values["load_power"] > 0
        for minute in range(seconds // 60)
    )


def _kwh(mwh: int) -> Decimal:
    return Decimal(mwh) / 1_000_000
