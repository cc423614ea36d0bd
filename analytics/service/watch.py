"""The watch over faults: what came in time is held against the rules at once, the rest behind it.

It looks at the change feed by itself, beside the feeder, so that a lamp that goes dark while a week
of a whole zone floods back does not wait until that is computed.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.days import day_of
from analytics.faults.account import records_missing
from analytics.faults.ahead import sims_running_out
from analytics.faults.fault import Fault
from analytics.faults.nightly import known_with
from analytics.faults.reconcile import reconciled
from analytics.service import exceeding
from analytics.service.faults import faults_within, put_faults
from analytics.service.fleets import Fleets, Group, groups_of
from analytics.service.heard import LastWord, last_words, newer, put_last_words
from analytics.service.history import History
from analytics.service.listening import silences_of
from analytics.service.news import Hours, News, live_from
from analytics.service.nightwatch import judged_day
from ingest import feed, ledger, presence
from ingest.contract.clock import Clock
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, HOUR_US, hour_of, instant, micros
from ingest.contract.ranges import EMPTY, Ranges
from ingest.feed import Change
from ingest.registry.registry import Registry
from ingest.storage.port import ReadingStore

_LOG: Final = logging.getLogger(__name__)
_REMEMBERED_US: Final = 75 * DAY_US  # faults that say which days are a device's usual ones
_DAY_DONE: Final = timedelta(minutes=90)  # behind its end most of a day has arrived [assumed]
_CATCH_UP: Final = 3  # days that are judged when a watch begins
_BEGINS_BACK_US: Final = 6 * HOUR_US


@dataclass(kw_only=True)
class Watch:
    """Watches over the faults of one catalog; only one does, and its looks come one at a time."""

    store: ReadingStore
    catalog: sa.Engine
    registry: Callable[[], Registry]
    clock: Clock
    pause: timedelta = timedelta(seconds=20)
    """Between two looks, in real time: a technician waits a minute at most."""
    _news: News = field(default_factory=News, init=False)
    _fleets: Fleets = field(init=False)
    _history: History = field(init=False)
    _began_at: int | None = field(default=None, init=False)
    _looked_at: int = field(default=0, init=False)
    _looked: float = field(default=-1e9, init=False)
    _judged: dict[tuple[ZoneId, DeviceClass], date] = field(default_factory=dict, init=False)
    _aired: dict[ZoneId, int] = field(default_factory=dict, init=False)
    _warned: date | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._fleets = Fleets(store=self.store, catalog=self.catalog)
        self._history = History(catalog=self.catalog, news=self._news, fleets=self._fleets)

    def note(self, changes: Iterable[Change]) -> None:
        """Take down what was computed; the feeder tells, from whatever thread it runs in."""
        self._news.note(changes)

    def look(self) -> int:
        """Hold what is new against the rules, once the pause is over; return faults changed."""
        if monotonic() - self._looked < self.pause.total_seconds():
            return 0
        now = micros(self.clock.now())
        registry = self.registry()
        if self._began_at is None:
            self._begin(registry, now)
        with self.catalog.connect() as connection:
            self._news.see(feed.waiting_from(connection, live_from(now)))
        waiting = self._news.take_live(now)
        try:
            changed = self._look(registry, waiting, now)
        except BaseException:
            self._news.add(waiting)  # the next look takes them up
            raise
        self._looked, self._looked_at = monotonic(), now
        return changed

    def look_back(self) -> int:
        """Hold what came late against the rules, as far as there is time; return faults changed."""
        return self._history.look(self.registry(), micros(self.clock.now()))

    def _begin(self, registry: Registry, now: int) -> None:
        """Look back a little: what happened while nobody watched, or what a crash left out."""
        self._began_at = now
        hours = {hour_of(now - back) for back in range(0, _BEGINS_BACK_US, HOUR_US)}
        self._news.add({device.id: hours for device in registry.devices()})

    def _look(self, registry: Registry, waiting: Hours, now: int) -> int:
        with self.catalog.connect() as connection:
            known = faults_within(connection, now - _REMEMBERED_US)
            words = last_words(connection)
        found: list[Fault] = []
        fresh: dict[DeviceId, LastWord] = {}
        for group in groups_of(registry):
            hours = {hour for each in group.devices for hour in waiting.get(each.id, ())}
            if hours:
                fleet = self._fleets.of(registry, group)
                outcome = self._fleets.judged(fleet, hours, known, since=self._looked_at, now=now)
                found += outcome.faults
                fresh |= outcome.words
            found += self._limits(group, now)
            found += self._days(registry, group, known_with(known, found))
        fresh = newer(words, fresh)
        words |= fresh
        with self.catalog.connect() as connection:
            present = {each.gateway: each.alive for each in presence.every(connection)}
            lost = _lost(connection, registry)
        found += silences_of(
            registry,
            words,
            present,
            known_with(known, found),
            began_at=self._began_at or now,
            now=now,
        )
        found += self._ahead(registry, known, now)
        found += records_missing(lost, standing=known, now=now)
        found += _gone(registry, known, now)
        changed = reconciled(known, found)
        with self.catalog.begin() as connection:
            put_faults(connection, changed, changed_at=now)
            put_last_words(connection, fresh)
        return len(changed)

    def _limits(self, group: Group, now: int) -> list[Fault]:
        hour, zone = hour_of(now), group.zone
        if group.device_class is not DeviceClass.AIR_STATION or self._aired.get(zone.id) == hour:
            return []
        self._aired[zone.id] = hour
        with self.catalog.connect() as connection:
            return exceeding.warnings(connection, zone, group.devices, now)

    def _days(self, registry: Registry, group: Group, known: Sequence[Fault]) -> list[Fault]:
        """Judge the days that have passed since the last look."""
        now = micros(self.clock.now())
        zone, device_class = group.zone, group.device_class
        done = day_of(
            now - _DAY_DONE // timedelta(microseconds=1), ZoneInfo(zone.timezone), device_class
        )
        last = done - timedelta(days=1)
        first = self._judged.get(group.key, last - timedelta(days=_CATCH_UP))
        found: list[Fault] = []
        while first < last:
            first += timedelta(days=1)
            found += judged_day(
                self.catalog,
                self.store,
                registry,
                self._fleets.of(registry, group),
                day=first,
                now=now,
                known=known_with(known, found),
            )
        self._judged[group.key] = last
        return found

    def _ahead(self, registry: Registry, known: Sequence[Fault], now: int) -> list[Fault]:
        today = instant(now).date()
        if self._warned == today:
            return []
        self._warned = today
        return sims_running_out(registry, today=today, now=now, standing=known)


def _lost(connection: sa.Connection, registry: Registry) -> dict[str, dict[str, Ranges]]:
    """Return the numbers of missing records by gateway and boot."""
    found: dict[str, dict[str, Ranges]] = {}
    for one in ledger.missing(connection):
        if registry.gateway(one.gateway) is not None:
            boots = found.setdefault(one.gateway, {})
            boots[one.boot] = boots.get(one.boot, EMPTY) | one.numbers
    return found


def _gone(registry: Registry, known: Sequence[Fault], now: int) -> list[Fault]:
    """Clear the faults of what is no longer in the registry."""
    return [
        replace(fault, cleared_at=now)
        for fault in known
        if fault.cleared_at is None
        and registry.device(fault.subject) is None
        and registry.gateway(fault.subject) is None
    ]
