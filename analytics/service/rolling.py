"""Which hours a change reaches, and computing just those.

An hour's readings reach into the next by what they hold, into hours around it and of a device's
neighbors by the flags that checks derive from them, and by the counters' running maxima into every
later hour until a maximum is what it was. That closure is recomputed, nothing else.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from analytics.counter_changes import CounterChange, with_room
from analytics.hours import lead_in, roll
from analytics.quality.checks import checked, checks_of, has_neighbors, reach_s, reached_hours
from analytics.quality.overrides import Override, overridden
from analytics.service.hourfiles import CounterKey, HourFiles
from ingest.contract.catalog import METRICS
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass, Kind
from ingest.contract.period import HOUR_US, Period
from ingest.storage.block import Block, within
from ingest.storage.port import ReadingStore

Hours = Mapping[DeviceId, Collection[int]]
_LONGEST_SEGMENT_H: Final = 24 * 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Roller:
    """Computes hours of one device class in one zone."""

    store: ReadingStore
    files: HourFiles
    zone: ZoneId
    device_class: DeviceClass
    intervals_s: Mapping[DeviceId, int]
    overrides: Sequence[Override] = ()
    changes: Sequence[CounterChange] = ()
    profiles: Mapping[DeviceId, str] = field(default_factory=dict[DeviceId, str])
    peers: Collection[DeviceId] = ()  # all of the class in the zone

    def compute(self, touched: Hours) -> set[tuple[DeviceId, int]]:
        """Recompute the touched hours and their closure; return every (device, hour) computed."""
        computed: set[tuple[DeviceId, int]] = set()
        waiting = self._beside({d: self._reached(d, hours) for d, hours in touched.items()})
        while waiting:
            following: dict[DeviceId, set[int]] = {}
            for devices, segment in _segments(waiting):
                computed |= {(device, hour) for device in devices for hour in segment.hours()}
                for device, hour in self._segment(devices, segment).items():
                    following.setdefault(device, set()).add(hour)
            waiting = {
                device: fresh
                for device, hours in following.items()
                if (fresh := {hour for hour in hours if (device, hour) not in computed})
            }
        return computed

    def _beside(self, reached: dict[DeviceId, set[int]]) -> dict[DeviceId, set[int]]:
        """Return hours with those of the devices that are held against each other."""
        if not has_neighbors(self.device_class):
            return reached
        hours = set().union(*reached.values())
        return {device: set(hours) for device in {*self.peers, *reached}}

    def _reached(self, device: DeviceId, hours: Collection[int]) -> set[int]:
        """Return hours with those their readings are held into, or decide on the quality of.

        A reading shows that the one before was a spike, and is part of a flat line behind it.
        """
        held = -(-lead_in(self.intervals_s[device]) // HOUR_US)
        before = -held if checks_of(self.device_class) else 0
        near = range(before, held + 1)
        later = [hour for hour in reached_hours(self.device_class) if hour > held]
        reached = {hour + further * HOUR_US for hour in hours for further in near}
        return reached | self._kept({hour + n * HOUR_US for hour in hours for n in later}, device)

    def _kept(self, hours: Collection[int], device: DeviceId) -> set[int]:
        """Return those of some hours that were computed before: in others nothing was said."""
        if not hours:
            return set()
        span = Period(min(hours), max(hours) + HOUR_US)
        there = self.files.read(self.zone, self.device_class, span)
        return set(hours) & set(there[there["device"] == device]["hour"].tolist())

    @property
    def _flags_us(self) -> int:
        """How far back flags of this class depend on readings. [microseconds]"""
        return round(reach_s(self.device_class) * 1e6)

    def _block(self, devices: Collection[DeviceId], segment: Period, lead: int) -> Block:
        """Read what a segment is computed from, with the flags that checks and people give."""
        checks = bool(checks_of(self.device_class))
        context = Period(segment.start - lead - self._flags_us, segment.end + lead * checks)
        block = overridden(
            checked(self.store.read(self.device_class, devices, context), self.profiles),
            self.overrides,
        )
        return within(block, Period(segment.start - lead, segment.end)) if checks else block

    def _segment(self, devices: Collection[DeviceId], segment: Period) -> dict[DeviceId, int]:
        """Compute a segment; return the next hours whose counters now start elsewhere."""
        lead = max(lead_in(self.intervals_s[device]) for device in devices)
        changes = [each for each in self.changes if each.device in devices]
        block = with_room(self._block(devices, segment, lead), changes, segment)
        kept = self.files.read(self.zone, self.device_class, segment)
        counters = self._counters(devices, {*block.values, *kept["metric"].unique()})
        before = self.files.running_before(self.zone, self.device_class, segment.start, counters)
        was = self.files.running_before(self.zone, self.device_class, segment.end, counters)
        hours = roll(block, segment, intervals_s=self.intervals_s, running=before, changes=changes)
        keys = [(device, hour) for device in devices for hour in segment.hours()]
        self.files.replace(self.zone, self.device_class, keys, hours)
        now = self.files.running_before(self.zone, self.device_class, segment.end, counters)
        moved = {key[0] for key in counters if was.get(key) != now.get(key)}
        return self.files.next_hours(self.zone, self.device_class, segment.end, moved)

    def _counters(self, devices: Collection[DeviceId], there: Collection[str]) -> list[CounterKey]:
        names = [
            metric.name
            for metric in METRICS[self.device_class]
            if metric.kind is Kind.COUNTER and metric.name in there
        ]
        return [(device, name) for device in devices for name in names]


def _segments(
    waiting: Mapping[DeviceId, Collection[int]],
) -> Iterable[tuple[list[DeviceId], Period]]:
    """Yield contiguous spans in time order, with the devices that wait for just the same hours."""
    alike: dict[tuple[int, ...], list[DeviceId]] = {}
    for device, hours in sorted(waiting.items()):
        alike.setdefault(tuple(sorted(hours)), []).append(device)
    for hours, devices in alike.items():
        for start, end in _runs(hours):
            yield devices, Period(start, end)


def _runs(hours: tuple[int, ...]) -> Iterable[tuple[int, int]]:
    start = previous = hours[0]
    for hour in hours[1:]:
        if hour != previous + HOUR_US or hour - start >= _LONGEST_SEGMENT_H * HOUR_US:
            yield start, previous + HOUR_US
            start = hour
        previous = hour
    yield start, previous + HOUR_US
