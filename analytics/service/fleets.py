"""Holding what is new against the fast rules, a zone's devices of one class at a time."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import sqlalchemy as sa

from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet, fleet_of
from analytics.faults.machine import Instants
from analytics.faults.nightly import known_with
from analytics.service.heard import LastWord
from analytics.service.judging import Outcome, judged
from analytics.service.receipt import messages, received
from analytics.service.segments import segments
from ingest.contract.identity import DeviceId, GatewayId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, Period
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry
from ingest.storage.port import ReadingStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A zone's devices of one class."""

    zone: Zone
    device_class: DeviceClass
    devices: Sequence[Device]

    @property
    def key(self) -> tuple[ZoneId, DeviceClass]:
        """What tells it from others."""
        return self.zone.id, self.device_class


def groups_of(registry: Registry) -> Iterator[Group]:
    """Yield what is judged together."""
    for zone in registry.zones():
        by_class: dict[DeviceClass, list[Device]] = {}
        for device in registry.devices_of_zone(zone.id):
            by_class.setdefault(device.device_class, []).append(device)
        for device_class, devices in by_class.items():
            yield Group(zone=zone, device_class=device_class, devices=devices)


@dataclass(slots=True, kw_only=True)
class Fleets:
    """Groups as the rules see them, over a store of readings."""

    store: ReadingStore
    catalog: sa.Engine
    _laid_out: tuple[Registry, dict[tuple[ZoneId, DeviceClass], Fleet]] | None = field(
        default=None, init=False
    )

    def of(self, registry: Registry, group: Group) -> Fleet:
        """Return a fleet, laid out once as long as the registry stays as it is."""
        if self._laid_out is None or self._laid_out[0] is not registry:
            self._laid_out = (registry, {})
        known = self._laid_out[1]
        if group.key not in known:
            known[group.key] = fleet_of(registry, group.zone, group.device_class, group.devices)
        return known[group.key]

    def judged(
        self, fleet: Fleet, hours: Collection[int], known: Sequence[Fault], *, since: int, now: int
    ) -> Outcome:
        """Return what readings of some hours say, with what those reach.

        Args:
            fleet: Whose.
            hours: In which something is new. [microseconds]
            known: Faults, open ones and those of late.
            since: When was looked last. [microseconds]
            now: Our clock. [microseconds]
        """
        faults: list[Fault] = []
        words: dict[DeviceId, LastWord] = {}
        for span in segments(hours, now):
            outcome = judged(
                self.store,
                fleet,
                span,
                known=known_with(known, faults),
                received=self._received(span, since, now),
                now=now,
            )
            faults += outcome.faults
            words |= outcome.words
        return Outcome(faults=faults, words=words)

    def _received(
        self, span: Period, since: int, now: int
    ) -> Callable[[Fleet, Instants, Instants], Instants]:
        def tell(fleet: Fleet, at: Instants, device: Instants) -> Instants:
            names = tuple(dict.fromkeys(fleet.gateways))
            with self.catalog.connect() as connection:
                told = messages(
                    connection, [GatewayId(name) for name in names], span.start - DAY_US
                )
            number = {name: place for place, name in enumerate(names)}
            gateway = np.array([number[name] for name in fleet.gateways], np.int64)[device]
            own = [told.get(GatewayId(name), ()) for name in names]
            return received(at, gateway, own, since=since, now=now)

        return tell
