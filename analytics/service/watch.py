"""The watch over faults: after a pass of the feeder, what is new is held against the rules."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa

from analytics.days import day_of
from analytics.faults.account import records_missing
from analytics.faults.ahead import sims_running_out
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet, fleet_of
from analytics.faults.machine import Instants
from analytics.faults.nightly import known_with
from analytics.faults.reconcile import reconciled
from analytics.service import exceeding
from analytics.service.faults import faults_within, put_faults
from analytics.service.heard import LastWord, last_words, put_last_words
from analytics.service.judging import Outcome, judged
from analytics.service.listening import silences_of
from analytics.service.nightwatch import judged_day
from analytics.service.receipt import messages, received
from analytics.service.segments import segments
from ingest import ledger, presence
from ingest.contract.clock import Clock
from ingest.contract.identity import DeviceId, GatewayId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, HOUR_US, Period, hour_of, instant, micros
from ingest.contract.ranges import EMPTY, Ranges
from ingest.feed import Change
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry
from ingest.storage.port import ReadingStore

_LOG: Final = logging.getLogger(__name__)
_REMEMBERED_US: Final = 75 * DAY_US  # faults that say which days are a device's usual ones
_DAY_DONE: Final = timedelta(minutes=90)  # behind its end most of a day has arrived [assumed]
_CATCH_UP: Final = 3  # days that are judged when a watch begins
_BEGINS_BACK_US: Final = 6 * HOUR_US

Group = tuple[ZoneId, DeviceClass]


@dataclass(kw_only=True)
class Watch:
    """Watches over the faults of one catalog; only one does, and its looks come one at a time."""

    store: ReadingStore
    catalog: sa.Engine
    registry: Callable[[], Registry]
    clock: Clock
    pause: timedelta = timedelta(seconds=20)
    """Between two looks, in real time: a technician waits a minute at most."""
    _waiting: dict[DeviceId, set[int]] = field(default_factory=dict, init=False)
    _began_at: int | None = field(default=None, init=False)
    _looked_at: int = field(default=0, init=False)
    _looked: float = field(default=-1e9, init=False)
    _fleets: tuple[Registry, dict[Group, Fleet]] | None = field(default=None, init=False)
    _judged: dict[Group, date] = field(default_factory=dict, init=False)
    _aired: dict[ZoneId, int] = field(default_factory=dict, init=False)
    _warned: date | None = field(default=None, init=False)

    def note(self, changes: Iterable[Change]) -> None:
        """Take down which hours of which devices have something new."""
        for change in changes:
            self._waiting.setdefault(change.device, set()).add(change.hour)

    def look(self) -> int:
        """Hold what is new against the rules, once the pause is over; return faults changed."""
        if monotonic() - self._looked < self.pause.total_seconds():
            return 0
        now = micros(self.clock.now())
        registry = self.registry()
        if self._began_at is None:
            self._begin(registry, now)
        waiting, self._waiting = self._waiting, {}
        try:
            changed = self._look(registry, waiting, now)
        except BaseException:
            for device, hours in waiting.items():  # the next look takes them up
                self._waiting.setdefault(device, set()).update(hours)
            raise
        self._looked, self._looked_at = monotonic(), now
        return changed

    def _begin(self, registry: Registry, now: int) -> None:
        """Look back a little: what happened while nobody watched, or what a crash left out."""
        self._began_at = now
        hours = {hour_of(now - back) for back in range(0, _BEGINS_BACK_US, HOUR_US)}
        for device in registry.devices():
            self._waiting.setdefault(device.id, set()).update(hours)

    def _look(self, registry: Registry, waiting: dict[DeviceId, set[int]], now: int) -> int:
        with self.catalog.connect() as connection:
            known = faults_within(connection, self._reach(waiting, now))
            words = last_words(connection)
        found: list[Fault] = []
        fresh: dict[DeviceId, LastWord] = {}
        for zone, device_class, devices in _groups(registry):
            hours = {hour for each in devices for hour in waiting.get(each.id, ())}
            outcome = self._readings(registry, (zone, device_class, devices), hours, known, now)
            found += outcome.faults
            fresh |= outcome.words
            found += self._limits(zone, device_class, devices, now)
            found += self._days(registry, (zone, device_class, devices), known_with(known, found))
        words |= self._newer(words, fresh)
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
            put_last_words(connection, {d: words[d] for d in fresh if d in words})
        return len(changed)

    def _reach(self, waiting: dict[DeviceId, set[int]], now: int) -> int:
        hours = [hour for own in waiting.values() for hour in own]
        return min([now - _REMEMBERED_US, *(hour - DAY_US for hour in hours)])

    def _readings(
        self,
        registry: Registry,
        group: tuple[Zone, DeviceClass, Sequence[Device]],
        hours: set[int],
        known: Sequence[Fault],
        now: int,
    ) -> Outcome:
        zone, device_class, devices = group
        faults: list[Fault] = []
        words: dict[DeviceId, LastWord] = {}
        if not hours:
            return Outcome(faults=faults, words=words)
        fleet = self._fleet(registry, zone, device_class, devices)
        for span in segments(hours, now):
            outcome = judged(
                self.store,
                fleet,
                span,
                known=known_with(known, faults),
                received=self._received(span, now),
                now=now,
            )
            faults += outcome.faults
            words |= outcome.words
        return Outcome(faults=faults, words=words)

    def _fleet(
        self, registry: Registry, zone: Zone, device_class: DeviceClass, devices: Sequence[Device]
    ) -> Fleet:
        """Return a fleet, laid out once as long as the registry stays as it is."""
        if self._fleets is None or self._fleets[0] is not registry:
            self._fleets = (registry, {})
        known = self._fleets[1]
        if (zone.id, device_class) not in known:
            known[zone.id, device_class] = fleet_of(registry, zone, device_class, devices)
        return known[zone.id, device_class]

    def _received(self, span: Period, now: int) -> Callable[[Fleet, Instants, Instants], Instants]:
        def tell(fleet: Fleet, at: Instants, device: Instants) -> Instants:
            names = tuple(dict.fromkeys(fleet.gateways))
            with self.catalog.connect() as connection:
                told = messages(
                    connection, [GatewayId(name) for name in names], span.start - DAY_US
                )
            number = {name: place for place, name in enumerate(names)}
            gateway = np.array([number[name] for name in fleet.gateways], np.int64)[device]
            own = [told.get(GatewayId(name), ()) for name in names]
            return received(at, gateway, own, since=self._looked_at, now=now)

        return tell

    def _limits(
        self, zone: Zone, device_class: DeviceClass, devices: Sequence[Device], now: int
    ) -> list[Fault]:
        hour = hour_of(now)
        if device_class is not DeviceClass.AIR_STATION or self._aired.get(zone.id) == hour:
            return []
        self._aired[zone.id] = hour
        with self.catalog.connect() as connection:
            return exceeding.warnings(connection, zone, devices, now)

    def _days(
        self,
        registry: Registry,
        group: tuple[Zone, DeviceClass, Sequence[Device]],
        known: Sequence[Fault],
    ) -> list[Fault]:
        """Judge the days that have passed since the last look."""
        zone, device_class, devices = group
        now = micros(self.clock.now())
        done = day_of(
            now - _DAY_DONE // timedelta(microseconds=1), ZoneInfo(zone.timezone), device_class
        )
        last = done - timedelta(days=1)
        first = self._judged.get((zone.id, device_class), last - timedelta(days=_CATCH_UP))
        found: list[Fault] = []
        while first < last:
            first += timedelta(days=1)
            fleet = self._fleet(registry, zone, device_class, devices)
            found += judged_day(
                self.catalog,
                self.store,
                registry,
                fleet,
                day=first,
                now=now,
                known=known_with(known, found),
            )
        self._judged[zone.id, device_class] = last
        return found

    def _newer(
        self, words: dict[DeviceId, LastWord], fresh: dict[DeviceId, LastWord]
    ) -> dict[DeviceId, LastWord]:
        """Return what was said later than what was known, and so is news of the device."""
        return {
            device: word
            for device, word in fresh.items()
            if device not in words or word.measured_at > words[device].measured_at
        }

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


def _groups(registry: Registry) -> Iterator[tuple[Zone, DeviceClass, Sequence[Device]]]:
    for zone in registry.zones():
        by_class: dict[DeviceClass, list[Device]] = {}
        for device in registry.devices_of_zone(zone.id):
            by_class.setdefault(device.device_class, []).append(device)
        for device_class, devices in by_class.items():
            yield zone, device_class, devices
