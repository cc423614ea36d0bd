"""From the change feed to facts: a pass takes rows off and writes what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from time import perf_counter
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import pandas as pd
import sqlalchemy as sa

from analytics.counter_changes import CounterChange
from analytics.days import days_of, span_of
from analytics.deviceday import DeviceDay, device_days
from analytics.hours import RECORD
from analytics.means import hourly_means
from analytics.quality.overrides import Override
from analytics.service import dayfacts, decisions, facts, months, uptime, zonefigures
from analytics.service.dayfacts import DayFact
from analytics.service.facts import Progress, Submission, SubmissionKey
from analytics.service.hourfiles import HourFiles
from analytics.service.pace import Pace
from analytics.service.rolling import Roller
from analytics.service.watch import Watch
from analytics.uptime.days import UptimeDay, uptime_days
from analytics.uptime.exclusions import Exclusion
from ingest import feed, ledger
from ingest.contract.clock import Clock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, HOUR_US, Period, micros, utc_day
from ingest.feed import Change
from ingest.ledger import Settlement
from ingest.registry.model import Zone
from ingest.registry.registry import Registry
from ingest.storage.block import Block
from ingest.storage.port import ReadingStore

_CURRENT_US: Final = 60_000_000


class MeansCopy(Protocol):
    """Where hourly means are copied to, for curves over months; nothing is read back."""

    def write(self, block: Block) -> None:
        """Put means in the place of those that are there, each at the start of its hour."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What people said that hours are computed by."""

    overrides: Sequence[Override]
    changes: Sequence[CounterChange]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """Feeds analytics; only one runs against a catalog, and its passes come one at a time."""

    store: ReadingStore
    catalog: sa.Engine
    files: HourFiles
    registry: Callable[[], Registry]
    clock: Clock
    means: MeansCopy | None = None  # None: nobody draws curves from a copy
    keeps_months: bool = False  # whether somebody asks for months in SQL
    watch: Watch | None = None  # None: nobody looks for faults
    pace: Pace = field(default_factory=Pace)  # of the zones' figures, which take all facts

    def step(self) -> int:
        """Take what is on the feed; return how many rows that were."""
        with self.catalog.connect() as connection:
            changes = feed.changes(connection)
        if not changes:
            self._stay_current()
            self._figures(busy=False)
            return 0
        registry = self.registry()
        with self.catalog.connect() as connection:
            excluded = decisions.standing(connection, Exclusion)
            decided = Decided(
                overrides=decisions.standing(connection, Override),
                changes=decisions.standing(connection, CounterChange),
            )
        found: list[DeviceDay] = []
        spent: list[UptimeDay] = []
        more: list[DayFact] = []
        distinct: dict[SubmissionKey, int] = {}
        hours = 0
        for (zone, device_class), own in _by_zone(changes, registry).items():
            roller = self._roller(zone, device_class, registry, decided)
            computed = roller.compute(_touched(own))
            hours += len(computed)
            self._copy_means(zone, device_class, computed)
            wanted, own_hours = self._days(zone, device_class, computed)
            found += device_days(own_hours, device_class=device_class)
            more += dayfacts.of_class(own_hours, device_class, ZoneInfo(zone.timezone))
            asked = uptime.asked(registry, zone, wanted, excluded)
            spent += uptime_days(own_hours, device_class=device_class, asked=asked)
            distinct |= self._distinct(zone, device_class, own)
        with self.catalog.begin() as connection:
            facts.put_device_days(connection, found)
            uptime.put_uptime_days(connection, spent)
            dayfacts.put(connection, [(each.device, each.day) for each in spent], more)
            months.touch(connection, {*(each.day for each in found), *(each.day for each in spent)})
            self._account(connection, changes, distinct)
            feed.delete(connection, changes)
            self._progress(connection, changes, hours)
        if self.watch is not None:
            self.watch.note(changes)
        self._figures(busy=True)
        return len(changes)

    def _roller(
        self,
        zone: Zone,
        device_class: DeviceClass,
        registry: Registry,
        decided: Decided,
    ) -> Roller:
        devices = registry.devices_of_zone(zone.id)
        return Roller(
            store=self.store,
            files=self.files,
            zone=zone.id,
            device_class=device_class,
            intervals_s={device.id: device.interval_s for device in registry.devices()},
            overrides=decided.overrides,
            changes=decided.changes,
            profiles={device.id: device.profile for device in devices},
            peers=[device.id for device in devices if device.device_class is device_class],
        )

    def _days(
        self, zone: Zone, device_class: DeviceClass, computed: set[tuple[DeviceId, int]]
    ) -> tuple[set[tuple[DeviceId, date]], pd.DataFrame]:
        """Return the device days that computed hours lie in, and all hours of those days."""
        timezone = ZoneInfo(zone.timezone)
        day_by_hour = days_of({hour for _, hour in computed}, timezone, device_class)
        wanted = {(device, day_by_hour[hour]) for device, hour in computed}
        first, last = min(day_by_hour.values()), max(day_by_hour.values())
        span = Period(
            span_of(first, timezone, device_class).start, span_of(last, timezone, device_class).end
        )
        hours = self.files.read(zone.id, device_class, span)
        hours = hours[hours["device"].isin({device for device, _ in wanted})]
        days = days_of(hours["hour"].unique().tolist(), timezone, device_class)
        hours = hours.assign(day=hours["hour"].map(days))
        hours = hours[pd.MultiIndex.from_frame(hours[["device", "day"]]).isin(wanted)]
        return wanted, hours

    def _copy_means(
        self, zone: Zone, device_class: DeviceClass, computed: set[tuple[DeviceId, int]]
    ) -> None:
        if self.means is None:
            return
        reached = [hour for _, hour in computed]
        span = Period(min(reached), max(reached) + HOUR_US)
        hours = self.files.read(zone.id, device_class, span)
        self.means.write(hourly_means(hours, computed, device_class=device_class))

    def _distinct(
        self, zone: Zone, device_class: DeviceClass, changes: Sequence[Change]
    ) -> dict[SubmissionKey, int]:
        """Count the distinct records of the UTC days that changes touched."""
        counts: dict[SubmissionKey, int] = {}
        for day in {change.hour // DAY_US for change in changes}:
            hours = self.files.read(zone.id, device_class, Period(day * DAY_US, (day + 1) * DAY_US))
            records = hours[hours["metric"] == RECORD].groupby("device")["readings"].sum()
            counts |= {
                (DeviceId(str(device)), utc_day(day * DAY_US)): int(n)
                for device, n in records.items()
            }
        return counts

    def _account(
        self,
        connection: sa.Connection,
        changes: Sequence[Change],
        distinct: Mapping[SubmissionKey, int],
    ) -> None:
        """Move records from stored to repeated: submitted minus distinct, each once."""
        by_day: dict[SubmissionKey, list[Change]] = {}
        for change in changes:
            by_day.setdefault((change.device, utc_day(change.hour)), []).append(change)
        known = facts.submissions(connection, list(by_day))
        moved: list[Settlement] = []
        submitted: dict[SubmissionKey, Submission] = {}
        for key, own in by_day.items():
            before = known.get(key, Submission())
            records = before.records + sum(change.records for change in own)
            repeated = max(before.repeated, records - distinct.get(key, 0))
            submitted[key] = Submission(records=records, repeated=repeated)
            moved += _repeated(own, repeated - before.repeated)
        facts.put_submissions(connection, submitted)
        ledger.move(connection, moved)

    def _stay_current(self) -> None:
        """With nothing on the feed, silence is news too: results reach up to now."""
        now = micros(self.clock.now())
        with self.catalog.begin() as connection:
            before = facts.progress(connection)
            if before.since is not None and now - before.as_of >= _CURRENT_US:
                facts.put_progress(connection, replace(before, as_of=now))

    def _figures(self, *, busy: bool) -> None:
        if not self.pace.is_due(busy=busy):
            return
        began = perf_counter()
        with self.catalog.begin() as connection:
            written = zonefigures.keep_up(connection, self.registry())
        if written:
            self.pace.took(perf_counter() - began)
        if self.keeps_months:
            with self.catalog.begin() as connection:
                months.keep_up(connection, self.registry())

    def _progress(self, connection: sa.Connection, changes: Sequence[Change], hours: int) -> None:
        before = facts.progress(connection)
        reached = Progress(
            changes=before.changes + len(changes),
            hours=before.hours + hours,
            since=_since(before.since, changes),
            as_of=micros(self.clock.now()),
        )
        facts.put_progress(connection, reached)


def _since(before: int | None, changes: Sequence[Change]) -> int:
    """Return the first hour that ever brought records; what is only computed again brings none."""
    brought = [change.hour for change in changes if change.records]
    known = [*brought, *([] if before is None else [before])]
    return min(known or [change.hour for change in changes])


def _by_zone(
    changes: Sequence[Change], registry: Registry
) -> dict[tuple[Zone, DeviceClass], list[Change]]:
    """Group changes by the zone the device stood in then."""
    groups: dict[tuple[Zone, DeviceClass], list[Change]] = {}
    for change in changes:
        device = registry.device(change.device, change.hour) or registry.device(change.device)
        if device is None:
            raise LookupError(
                f"the feed names a device that is not in the registry: {change.device}"
            )
        zone = registry.zone_of(device, change.hour)
        groups.setdefault((zone, change.device_class), []).append(change)
    return groups


def _touched(changes: Sequence[Change]) -> dict[DeviceId, set[int]]:
    touched: dict[DeviceId, set[int]] = {}
    for change in changes:
        touched.setdefault(change.device, set()).add(change.hour)
    return touched


def _repeated(changes: Sequence[Change], count: int) -> list[Settlement]:
    """Find a home for repeated records: the last that came, by gateway and day of entry.

    Those that no gateway numbers are in no equation, so they stay where they are counted.
    """
    moved: list[Settlement] = []
    for change in reversed(changes):
        share = min(count, change.records)
        if share and change.numbered:
            moved.append(
                Settlement(gateway=change.gateway, day=change.day, stored=-share, repeated=share)
            )
        count -= share
    return moved
