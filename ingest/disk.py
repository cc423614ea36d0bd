"""The room that is left on the home's disk: how long it lasts at the present rate, and the floor.

The archive grows by what is received, a file a day; what else a home keeps is taken to grow in
proportion to it. Below the floor nothing is taken in: gateways hold their records meanwhile, and a
database on a disk that is full is worse than a day's records that come later.
"""

import errno
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from prometheus_client import Gauge
from prometheus_client.registry import CollectorRegistry

from ingest.contract.clock import Clock
from ingest.home import Home

MEBIBYTE: Final = 1_048_576
FLOOR: Final = 256 * MEBIBYTE  # [assumed] room for what the databases write while nothing comes in
SOON: Final = timedelta(days=30)  # [assumed] time to order a disk and have it put in

_WEEK: Final = timedelta(days=7)
_MEASURED_EVERY: Final = timedelta(minutes=10)  # of the clock; a home may hold many files


class DiskNearlyFullError(OSError):
    """There is less room than the floor. Trying again later may work."""

    def __init__(self, path: Path, *, free: int, floor: int) -> None:
        told = f"{free // MEBIBYTE:,} MiB are free, less than the floor of {floor // MEBIBYTE:,}"
        super().__init__(errno.ENOSPC, told, str(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What is left of a disk, in bytes."""

    free: int
    floor: int
    per_day: float | None  # at which the home grows; None before a whole day

    @property
    def low(self) -> bool:
        """Whether nothing is taken in."""
        return self.free < self.floor

    @property
    def days_left(self) -> float | None:
        """Days until nothing is taken in, at the present rate; None where there is no rate."""
        return max(self.free - self.floor, 0) / self.per_day if self.per_day else None

    @property
    def soon_full(self) -> bool:
        """Whether it is time to do something about it."""
        return self.days_left is not None and timedelta(days=self.days_left) < SOON


@dataclass(slots=True, kw_only=True)
class Disk:
    """The disk under a home."""

    home: Home
    clock: Clock
    floor: int = FLOOR
    free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free
    _rate: float | None = field(default=None, init=False)
    _measured_at: datetime | None = field(default=None, init=False)

    def look(self) -> Room:
        """Return how much room there is; the rate is measured anew every ten minutes."""
        now = self.clock.now()
        if self._measured_at is None or abs(now - self._measured_at) >= _MEASURED_EVERY:
            archived, all_files = daily_sizes(self.home.archive_dir), _size_of(self.home.path)
            self._rate = growth(archived, all_files, today=now.date())
            self._measured_at = now
        return Room(free=self.free(self.home.path), floor=self.floor, per_day=self._rate)

    def check(self) -> str | None:
        """Return that nothing is taken in for want of room, None where there is room."""
        free = self.free(self.home.path)
        if free >= self.floor:
            return None
        return str(DiskNearlyFullError(self.home.path, free=free, floor=self.floor).strerror)

    def require(self) -> None:
        """Raise DiskNearlyFullError where there is less room than the floor."""
        if (free := self.free(self.home.path)) < self.floor:
            raise DiskNearlyFullError(self.home.path, free=free, floor=self.floor)


def growth(archived: Mapping[date, int], all_files: int, *, today: date) -> float | None:
    """Return by how many bytes a day a home grows: the mean over the last week's whole days.

    Args:
        archived: Bytes of the archive, by day of receipt.
        all_files: Bytes of the whole home.
        today: Not over yet, so it does not count.
    """
    if not archived:
        return None
    first = max(min(archived), today - _WEEK)
    days = (today - first).days
    if days < 1:
        return None
    recent = sum(size for day, size in archived.items() if first <= day < today)
    return recent / days * max(all_files / sum(archived.values()), 1.0) if recent else None


def daily_sizes(archive: Path) -> dict[date, int]:
    """Return the archive's bytes by day of receipt."""
    sizes: dict[date, int] = {}
    for path in archive.glob("*.zwa"):
        day = date.fromisoformat(path.stem[-10:])
        sizes[day] = sizes.get(day, 0) + path.stat().st_size
    return sizes


def disk_gauges(counts: CollectorRegistry, disk: Disk) -> None:
    """Let a registry tell of the disk, by looking when asked."""

    def days_left() -> float:
        left = disk.look().days_left
        return float("nan") if left is None else left

    for name, what, look in (
        ("free_bytes", "Free on the home's disk.", lambda: float(disk.look().free)),
        ("floor_bytes", "Below this nothing is taken in.", lambda: float(disk.floor)),
        ("days_left", "Days until that, at the present rate; NaN before a whole day.", days_left),
    ):
        Gauge(f"zonewatch_disk_{name}", what, registry=counts).set_function(look)


def _size_of(folder: Path) -> int:
    return sum(_sizes(folder))


def _sizes(folder: Path) -> Iterator[int]:
    for path in folder.rglob("*"):
        try:
            yield path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # renamed meanwhile
