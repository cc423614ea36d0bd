"""The drill, in a short version: nothing lost, and a bug planted in one step is found.

The full drill, with every fault at its length, is `make drill`.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from simulators.drill.faults.every import FAULTS
from simulators.drill.layout import Parts, laid_out
from simulators.drill.result import DrillResult
from simulators.drill.run import run
from simulators.drill.setting import Programs
from tests.servers import needs

PLANTED = Path(__file__).parent / "planted.py"
NEEDS_DISK = pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own needs root")

pytestmark = needs("mosquitto")


def drilled(
    folder: Path,
    parts: Parts,
    faults: Sequence[str],
    *,
    programs: Programs | None = None,
    whole: bool = True,
) -> DrillResult:
    folder.chmod(0o755)  # PostgreSQL's user has to reach its own
    with laid_out(folder, parts, seed=1, thorough=False, programs=programs) as setting:
        return run(setting, [FAULTS[name] for name in faults], told=lambda _: None, whole=whole)


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.getbasetemp()
    for each in (root, root.parent):
        each.chmod(0o755)
    return tmp_path_factory.mktemp("drill")


@needs("influxd")
@needs("postgres")
def test_nothing_is_lost_over_the_real_servers(folder: Path) -> None:
    faults = ["ingest_killed", "store_unavailable", "gateway_retired"]

    result = drilled(folder, Parts.found(), faults)

    assert result.problems == []
    assert (result.lost, result.stored_twice, result.left_out) == (0, 0, {})
    assert [one.fault for one in result.faults] == faults
    for one in result.faults:
        assert one.taken > 20
        assert one.stored + one.thinned == one.taken
        assert (one.thinned > 0) == (one.fault == "gateway_retired")


def test_nothing_is_lost_over_the_embedded_parts(folder: Path) -> None:
    parts = Parts(mosquitto=Parts.found().mosquitto, influxd=None, postgres=None)

    result = drilled(folder, parts, ["gateway_killed", "store_killed"], whole=False)

    assert result.problems == []
    assert (result.lost, result.stored_twice) == (0, 0)
    assert [one.fault for one in result.faults] == ["gateway_killed"]
    assert result.left_out == {"store_killed": "InfluxDB is not installed"}


@needs("influxd")
@pytest.mark.parametrize(
    ("bug", "fault"),
    [
        ("acknowledge_before_write", "ingest_killed"),
        ("forget_on_puback", "broker_session_lost"),
        ("drop_on_503", "store_unavailable"),
        pytest.param(
            "archive_after_store", "archive_disk_full", marks=[NEEDS_DISK, needs("postgres")]
        ),
        pytest.param("commit_without_sync", "gateway_power_cut", marks=NEEDS_DISK),
        ("feed_before_store", "store_unavailable"),
    ],
)
def test_a_planted_bug_makes_the_drill_fail(folder: Path, bug: str, fault: str) -> None:
    found = Parts.found()
    # A catalog beside the archive would be full, too, and hold ingest up before the store.
    parts = found if fault == "archive_disk_full" else replace(found, postgres=None)
    planted = (sys.executable, str(PLANTED), bug)
    programs = Programs(zonewatch=(*planted, "zonewatch"), gateway=(*planted, "gateway"))

    result = drilled(folder, parts, [fault], programs=programs, whole=False)

    assert not result.sound
    assert _WHAT[bug] in " ".join(result.problems)


_WHAT = {
    "acknowledge_before_write": "lost drill-gw",
    "forget_on_puback": "lost drill-gw",
    "drop_on_503": "lost drill-gw",
    "archive_after_store": "records are stored and not archived",
    "commit_without_sync": "lost drill-gw-2",
    "feed_before_store": "count as repeated, and none was",
}
