"""The drill, in a short version: nothing lost, and a bug planted in one step is found.

The full drill, with every fault at its length, is `make drill`.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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


def a_folder(factory: pytest.TempPathFactory) -> Path:
    root = factory.getbasetemp()
    for each in (root, root.parent):
        each.chmod(0o755)
    return factory.mktemp("drill")


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_folder(tmp_path_factory)


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


@pytest.fixture(scope="module")
def planted(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mapping[str, "Future[DrillResult]"]]:
    """The drills with a bug planted, two at a time: most of each is waiting."""
    with ThreadPoolExecutor(2, thread_name_prefix="drill") as pool:
        yield {
            bug: pool.submit(with_a_bug, a_folder(tmp_path_factory), bug, fault)
            for bug, (fault, _) in BUGS.items()
        }


def with_a_bug(folder: Path, bug: str, fault: str) -> DrillResult:
    found = Parts.found()
    # A catalog beside the archive would be full, too, and hold ingest up before the store.
    parts = found if fault == "archive_disk_full" else replace(found, postgres=None)
    command = (sys.executable, str(PLANTED), bug)
    programs = Programs(zonewatch=(*command, "zonewatch"), gateway=(*command, "gateway"))
    return drilled(folder, parts, [fault], programs=programs, whole=False)


BUGS = {
    "acknowledge_before_write": ("ingest_killed", "lost drill-gw"),
    "forget_on_puback": ("broker_session_lost", "lost drill-gw"),
    "drop_on_503": ("store_unavailable", "lost drill-gw"),
    "archive_after_store": ("archive_disk_full", "records are stored and not archived"),
    "commit_without_sync": ("gateway_power_cut", "lost drill-gw-2"),
    "feed_before_store": ("store_unavailable", "count as repeated, and none was"),
}


@needs("influxd")
@pytest.mark.parametrize(
    "bug",
    [
        "acknowledge_before_write",
        "forget_on_puback",
        "drop_on_503",
        pytest.param("archive_after_store", marks=[NEEDS_DISK, needs("postgres")]),
        pytest.param("commit_without_sync", marks=NEEDS_DISK),
        "feed_before_store",
    ],
)
def test_a_planted_bug_makes_the_drill_fail(
    planted: Mapping[str, "Future[DrillResult]"], bug: str
) -> None:
    result = planted[bug].result()

    assert not result.sound
    assert BUGS[bug][1] in " ".join(result.problems)
