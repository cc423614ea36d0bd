"""The demo's figures, worked out again from what the simulated devices did.

The truth log is written by the simulators' process and never passes through gateway, broker,
ingest, store or analytics. The arithmetic is on fractions and shares no code with them.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulators.world.sun import sun_position
from tests.system.truth_by_hand import (
    by_device,
    held_rows,
    lit_minutes,
    proven_minutes,
    registry_rows,
    truth_rows,
    zone_kg,
)

_ROOT = Path(__file__).parent.parent.parent
_DAYS = 2


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
    records = sum(len(row["devices"]) for path in _logs(demo) for row in truth_rows(path))
    places = ("stored", "repeated", "quarantined", "thinned", "pending", "missing")

    assert ledger["balanced"] is True
    assert ledger["missing"] == ledger["pending"] == ledger["quarantined"] == 0
    assert sum(ledger[place] for place in places) == ledger["assigned"]
    assert ledger["assigned"] == demo.document["records"]
    # besides what was read: a record of each silence that was noticed, one a zone
    assert ledger["stored"] == records + len(_logs(demo))


def test_emissions_avoided_are_those_of_the_truth_log(demo: Told, zone: dict[str, Any]) -> None:
    kg = zone_kg(by_device(demo.home, zone["zone"]), zone["country"])

    expected = str(kg.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))
    assert kg > 10
    assert zone["emissions_avoided"] == {"value": expected, "unit": "kg CO2"}


def test_lamps_proven_in_light_are_those_of_the_truth_log(demo: Told, zone: dict[str, Any]) -> None:
    """Night here is the simulators' own sun below the horizon, minute by minute."""
    truth = by_device(demo.home, zone["zone"])
    lamps = [
        row
        for row in registry_rows("devices.csv")
        if row["device_class"] == "streetlight" and row["id"].startswith(zone["zone"][:3])
    ]
    first = min(at for rows in truth.values() for at, _ in rows) // 3_600_000_000 * 3_600_000_000
    last = max(at for rows in truth.values() for at, _ in rows)
    minutes = np.arange(first, last, 60_000_000)
    pole = {side: np.array([float(lamps[0][side])]) for side in ("latitude", "longitude")}
    elevation = sun_position(minutes, **pole).elevation.ravel()
    dark = set(minutes[elevation < -0.833].tolist())

    own = [truth.get(lamp["id"], []) for lamp in lamps]
    lit = sum(lit_minutes(rows, dark) + proven_minutes(rows, dark) for rows in own)

    share = 100 * lit / (len(dark) * len(lamps))
    assert float(zone["proven_percent"]) == pytest.approx(share, abs=1.0)
    assert 60 < share < 95  # one of fourteen lamps never connected, some ail


def test_coverage_counts_the_lamp_that_never_connected(demo: Told, zone: dict[str, Any]) -> None:
    truth = by_device(demo.home, zone["zone"])
    first = min(at for rows in truth.values() for at, _ in rows)
    span_s = (max(at for rows in truth.values() for at, _ in rows) - first) / 1e6

    held = sum(seconds for rows in truth.values() for _, seconds, _ in held_rows(rows))

    vehicles = 2 * (zone["zone"] == "la-saysettha")
    assert len(truth) == 19 + vehicles
    assert zone["devices"] == 20 + vehicles
    share = 100 * held / (zone["devices"] * span_s)
    assert float(zone["coverage_percent"]) == pytest.approx(share, abs=2.0)


def test_everything_is_marked_as_simulated(demo: Told) -> None:
    assert {one["provenance"] for one in demo.document["zones"]} == {"simulated"}


def _logs(demo: Told) -> list[Path]:
    return sorted((demo.home / "truth").glob("*.jsonl"))
