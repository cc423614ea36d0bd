"""A station as the listener knows it: from its segments to records, and what is missing of them.

Nothing is read or written here; instants come from outside.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from statistics import median
from typing import Final

from gateway.drivers.hj212.config import StationConfig
from gateway.drivers.hj212.segment import Segment
from gateway.drivers.hj212.times import parse_time
from gateway.drivers.hj212.units import convert
from gateway.drivers.hj212.values import HOURS, MINUTES, REAL_TIME, Value, values
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.contract.record import Record

AHEAD: Final = timedelta(minutes=10)  # [assumed] as ingest: how far a clock may run ahead
_REMEMBERED: Final = 512  # segments
_MOST_CODES: Final = 1_000  # whose meaning is remembered
_OFFSETS: Final = 15  # of the clock, to take the median of
_LONGEST_GAP: Final = timedelta(days=7)  # asked for at once
_HOUR: Final = timedelta(hours=1)


class RefusedError(ValueError):
    """A segment that cannot be made a record: why."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Intervals that a station has not sent, by the starts of the first and the last of them."""

    begin: datetime
    end: datetime


class Station:
    """One station's state while a gateway runs."""

    def __init__(self, config: StationConfig, *, since: datetime | None = None) -> None:
        """Begin; since is when the station was last heard of in an earlier run."""
        self.config: Final = config
        self.reachable: bool | None = None  # None before it was first heard of
        self.heard_at: datetime | None = None
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._offsets: deque[float] = deque(maxlen=_OFFSETS)
        self._latest: dict[str, datetime] = {}
        self._meanings: dict[tuple[str, str, str], tuple[str, tuple[int, int]] | None] = {}
        if since is not None:
            for command in self._intervals():
                self._latest[command] = self._floor(since, command)

    @property
    def clock_offset_s(self) -> float | None:
        """Return how far its clock is ahead of what is configured, None where not known. [s]"""
        return round(median(self._offsets), 1) if self._offsets else None

    def is_repeated(self, content: bytes) -> bool:
        """Tell whether this very segment was taken in lately."""
        return _digest(content) in self._seen

    def taken_in(self, content: bytes) -> None:
        """Remember a segment that has been committed."""
        self._seen[_digest(content)] = None
        while len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    def records(self, segment: Segment, *, received_at: datetime) -> list[Record]:
        """Return what a segment says, a record for each instant; none where no metric is for it.

        Raises:
            RefusedError: Its time is none, or lies ahead of ours.
        """
        if not segment.items:
            return []
        told = parse_time(segment.parameters.get("DataTime", ""), self.config.utc_offset)
        if told is None:
            raise RefusedError("no time: DataTime")
        self._note_clock(segment, told, received_at)
        by_instant: dict[datetime, list[tuple[str, float | None, Quality]]] = {}
        for name, number, value in self._known(segment):
            at = told
            if value.sampled:
                at = parse_time(value.sampled, self.config.utc_offset) or told
            if at > received_at + AHEAD:
                minutes = round((at - received_at).total_seconds() / 60)
                raise RefusedError(f"its clock is {minutes} minutes ahead of ours")
            by_instant.setdefault(at, []).append((name, number, value.quality))
        return [self._record(at, named) for at, named in by_instant.items()]

    def gap(self, segment: Segment) -> Gap | None:
        """Note the interval that a segment tells of, and return those missing before it."""
        step = self._intervals().get(segment.cn)
        told = parse_time(segment.parameters.get("DataTime", ""), self.config.utc_offset)
        if step is None or told is None:
            return None
        latest = self._latest.get(segment.cn)
        self._latest[segment.cn] = told if latest is None else max(told, latest)
        if latest is None or told <= latest + step:
            return None
        return Gap(max(latest + step, told - _LONGEST_GAP), told - step)

    def _intervals(self) -> dict[str, timedelta]:
        minutes = self.config.minutes
        return {HOURS: _HOUR} | ({MINUTES: timedelta(minutes=minutes)} if minutes else {})

    def _floor(self, moment: datetime, command: str) -> datetime:
        """Return the start of the interval an instant lies in; intervals are aligned to its day."""
        step = self._intervals()[command] // timedelta(microseconds=1)
        offset = self.config.utc_offset // timedelta(microseconds=1)
        return moment - timedelta(microseconds=(micros(moment) + offset) % step)

    def _note_clock(self, segment: Segment, told: datetime, received_at: datetime) -> None:
        if segment.cn == REAL_TIME and not segment.resent:
            sent = parse_time(segment.qn, self.config.utc_offset) or told
            self._offsets.append((sent - received_at).total_seconds())

    def _known(self, segment: Segment) -> Iterator[tuple[str, float | None, Value]]:
        """Yield the values that a metric is for; of two for one metric and instant the first."""
        taken: set[tuple[str, str]] = set()
        for value in values(segment, main_only=True):
            meant = self._meaning(value.code, segment)
            if meant is None or (meant[0], value.sampled) in taken:
                continue
            name, by = meant
            taken.add((name, value.sampled))
            yield name, None if value.number is None else convert(value.number, by), value

    def _meaning(self, code: str, segment: Segment) -> tuple[str, tuple[int, int]] | None:
        """Return the metric of a code in such a segment, and what makes its unit."""
        key = (code, segment.cn, segment.st)
        if key in self._meanings:
            return self._meanings[key]
        point = self.config.map.point(code, segment.st)
        name = point and self.config.map.metric_of(point, segment.cn, plain=self.config.plain)
        meant = (name, point.by) if point and name else None
        if len(self._meanings) < _MOST_CODES:
            self._meanings[key] = meant
        return meant

    def _record(self, at: datetime, named: list[tuple[str, float | None, Quality]]) -> Record:
        return Record(
            device=self.config.id,
            measured_at=micros(at),
            values={name: number for name, number, _ in named},
            quality={name: quality for name, _, quality in named if quality is not Quality.GOOD},
        )


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
