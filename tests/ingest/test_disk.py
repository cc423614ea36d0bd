"""How long the room lasts, and what happens when there is too little of it."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.registry import CollectorRegistry

from ingest.archive import Archive
from ingest.contract.clock import ManualClock
from ingest.disk import MEBIBYTE, Disk, DiskNearlyFullError, Room, disk_gauges, growth
from ingest.home import Home
from tests.builders import a_registry
from tests.ingest.arrivals import NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import a_pipeline, account_of
from tests.ingest.test_service import a_service

_TODAY = date(2026, 10, 31)


def _days(*sizes: int) -> dict[date, int]:
    """Return an archive's sizes, the last one today's."""
    first = _TODAY - timedelta(days=len(sizes) - 1)
    return {first + timedelta(days=number): size for number, size in enumerate(sizes)}


@pytest.mark.parametrize(
    ("archived", "all_files", "expected"),
    [
        pytest.param({}, 5_000, None, id="nothing yet"),
        pytest.param(_days(700), 5_000, None, id="no whole day yet"),
        pytest.param(_days(100, 50), 150, 100.0, id="a day, and nothing else in the home"),
        pytest.param(_days(100, 300, 9), 409, 200.0, id="two days"),
        pytest.param(_days(100, 300, 0), 1_600, 800.0, id="the rest grows along: 200 times 4"),
        pytest.param(_days(9_999, *[70] * 7, 1), 10_490, 70.0, id="the last seven days alone"),
        pytest.param({_TODAY - timedelta(days=3): 600}, 600, 200.0, id="two days without anything"),
        pytest.param({_TODAY - timedelta(days=30): 600}, 600, None, id="nothing for a week"),
    ],
)
def test_the_rate_is_the_mean_of_the_last_whole_days(
    archived: dict[date, int], all_files: int, expected: float | None
) -> None:
    assert growth(archived, all_files, today=_TODAY) == expected


@pytest.mark.parametrize(
    ("free", "per_day", "days_left", "soon", "low"),
    [
        pytest.param(1_100, 10.0, 100.0, False, False, id="plenty"),
        pytest.param(390, 10.0, 29.0, True, False, id="time to order a disk"),
        pytest.param(99, 10.0, 0.0, True, True, id="below the floor"),
        pytest.param(1_100, None, None, False, False, id="no rate yet"),
    ],
)
def test_days_are_counted_to_the_floor(
    *, free: int, per_day: float | None, days_left: float | None, soon: bool, low: bool
) -> None:
    room = Room(free=free, floor=100, per_day=per_day)

    assert (room.days_left, room.soon_full, room.low) == (days_left, soon, low)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that received 20 bytes of messages a day for two days."""
    made = Home.create(tmp_path / "home")
    made.archive_dir.mkdir()
    for day in ("2026-10-29", "2026-10-30"):
        (made.archive_dir / f"w1-{day}.zwa").write_bytes(bytes(20))
    (made.archive_dir / "w1-2026-10-30.zwa.torn-20").write_bytes(bytes(7))
    return made


def _told(counts: CollectorRegistry) -> dict[str, float]:
    names = ("free_bytes", "floor_bytes", "days_left")
    found = {name: counts.get_sample_value(f"zonewatch_disk_{name}") for name in names}
    return {name: value for name, value in found.items() if value is not None}


def test_a_home_tells_its_days_left(home: Home) -> None:
    """58 bytes with a torn frame's 7 and the marker's 11, of which 40 are messages: 29 a day."""
    clock = ManualClock(datetime(2026, 10, 31, 12, tzinfo=UTC))
    disk = Disk(home=home, clock=clock, floor=100, free=lambda _: 390)
    counts = CollectorRegistry()
    disk_gauges(counts, disk)

    assert _told(counts) == {"free_bytes": 390, "floor_bytes": 100, "days_left": 10.0}


def _leaving(*left: int) -> Callable[[Path], int]:
    rest = iter(left)
    return lambda _: next(rest)


def test_nothing_is_taken_in_below_the_floor_and_it_goes_on_by_itself(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = Home(tmp_path)
    free = _leaving(99 * MEBIBYTE, 99 * MEBIBYTE, 100 * MEBIBYTE)
    disk = Disk(home=home, clock=ManualClock(NOW), floor=100 * MEBIBYTE, free=free)
    with (
        Archive(home.archive_dir, "w2", require=disk.require) as archive,
        a_pipeline(home.path, a_registry()) as pipeline,
    ):
        service = a_service(replace(pipeline, archive=archive))
        done = service.commit([a_message(a_chunk(a_part()))], threading.Event())
        account = account_of(pipeline)

    assert done
    assert account.stored == 3
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == 2
    assert "99 MiB are free, less than the floor of 100" in messages[0]


def test_below_the_floor_nothing_is_written(home: Home) -> None:
    disk = Disk(home=home, clock=ManualClock(NOW), floor=2**62)
    before = sorted(path.stat().st_size for path in home.archive_dir.iterdir())
    with (
        Archive(home.archive_dir, "w3", require=disk.require) as archive,
        pytest.raises(DiskNearlyFullError),
    ):
        archive.append([a_message(a_chunk())])

    assert sorted(path.stat().st_size for path in home.archive_dir.iterdir()) == before
    assert disk.check() is not None


def test_with_room_it_is_ready(home: Home) -> None:
    assert Disk(home=home, clock=ManualClock(NOW), floor=0).check() is None
