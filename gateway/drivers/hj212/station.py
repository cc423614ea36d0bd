"""A station as the listener knows it: from its segments to records, and what is missing of them.

Nothing is read or written here; instants come from outside.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, partial
from hashlib import blake2b
from statistics import median
from typing import Final, TypeAlias

from gateway.drivers.hj212.config import StationConfig
from gateway.drivers.hj212.segment import Segment
from gateway.drivers.hj212.station_map import Meanings
from gateway.drivers.hj212.times import parse_time
from gateway.drivers.hj212.units import convert
from gateway.drivers.hj212.values import HOURS, MINUTES, REAL_TIME, judged, main_of, main_order
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.contract.record import Record

AHEAD: Final = timedelta(minutes=10)  # [assumed] as ingest: how far a clock may run ahead
_REMEMBERED: Final = 512  # segments
_COMMANDS: Final = 8  # for which meanings of codes are remembered
_OFFSETS: Final = 15  # of the clock, to take the median of
_LONGEST_GAP: Final = timedelta(days=7)  # asked for at once
_HOUR: Final = timedelta(hours=1)
_GOOD: Final = Quality.GOOD

_Said: TypeAlias = tuple[dict[str, float | None], dict[str, Quality]]  # by metric


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
        self._meanings = lru_cache(maxsize=_COMMANDS)(partial(Meanings, config.map, config.plain))
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
        said = self._said(segment, told)
        for at in said:
            if at > received_at + AHEAD:
                minutes = round((at - received_at).total_seconds() / 60)
                raise RefusedError(f"its clock is {minutes} minutes ahead of ours")
        return [
            Record(device=self.config.id, measured_at=micros(at), values=numbers, quality=qualities)
            for at, (numbers, qualities) in said.items()
        ]

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

    def _said(self, segment: Segment, told: datetime) -> dict[datetime, _Said]:
        """Return what is said of metrics by instant; of two for one metric the first."""
        meanings, order = self._meanings(segment.cn, segment.st), main_order(segment.cn)
        said: dict[datetime, _Said] = {}
        for item in segment.items:
            meant, suffix = meanings[item.code], main_of(item.fields, order)
            if meant is None or suffix is None:
                continue
            name, by = meant
            sampled = item.fields.get("SampleTime")
            at = (parse_time(sampled, self.config.utc_offset) or told) if sampled else told
            if at not in said:
                said[at] = ({}, {})
            numbers, qualities = said[at]
            if name in numbers:
                continue
            number, quality = judged(item, suffix)
            numbers[name] = number if by is None or number is None else convert(number, by)
            if quality is not _GOOD:
                qualities[name] = quality
        return said


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
