"""Running a period again: from readings to device-days to the document, by the code of today.

The same feeder and the same report as everywhere else work in an empty catalog and an empty folder
of hours. Whatever sections a report has are computed, for whoever computes them is asked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from analytics.deviceday import DeviceDay
from analytics.hours import COLUMNS, lead_in, no_hours
from analytics.methods.catalog import is_yearly
from analytics.periods import Days
from analytics.quality.checks import reach_s
from analytics.quoting import Document
from analytics.report import Scope
from analytics.service import facts
from analytics.service.facts import Progress
from analytics.service.feeder import Feeder
from analytics.service.hourfiles import CounterKey, HourFiles
from analytics.uptime.fleet import days_around
from api.catalog import ready_catalog
from api.closing import beside
from api.closing.making import devices_of, make, reach_of
from api.closing.pages import Rows
from api.closing.revisions import Basis
from api.reports.compute import zones_in
from api.reports.part import in_scope
from ingest import feed
from ingest.columns import Touched
from ingest.contract.catalog import METRICS
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass, Kind
from ingest.contract.period import DAY_US, HOUR_US, Period, hour_of, instant, utc_day
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore

PartKey = tuple[str, DeviceClass]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is run again: a period of a scope, under a registry as it was known then."""

    registry: Registry
    scope: Scope
    days: Days
    basis: Basis
    beside: Mapping[str, Rows] = field(default_factory=dict)  # what people entered, by kind

    def parts(self) -> "Iterator[Part]":
        """Yield the devices whose readings are needed, by zone and class."""
        part = in_scope(self.registry, self.scope)
        for zone in zones_in(self.registry, self.scope):
            by_class: dict[DeviceClass, list[Device]] = {}
            for device in devices_of(part, zone, self.days):
                by_class.setdefault(device.device_class, []).append(device)
            for device_class, devices in sorted(by_class.items()):
                yield Part(
                    zone=zone,
                    device_class=device_class,
                    devices=tuple(devices),
                    reach=reach_of(zone, _rested_on(self.days, devices)),
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Devices of one class in one zone, and the whole hours that a period needs of them."""

    zone: Zone
    device_class: DeviceClass
    devices: tuple[Device, ...]
    reach: Period

    @property
    def key(self) -> PartKey:
        """How it is told apart."""
        return self.zone.id, self.device_class

    @property
    def names(self) -> list[DeviceId]:
        """The devices' ids."""
        return [device.id for device in self.devices]

    @property
    def needed(self) -> Period:
        """The readings' span: what is held into the first hour, and what decides on its flags."""
        held = max((lead_in(device.interval_s) for device in self.devices), default=0)
        flags = round(reach_s(self.device_class) * 1e6)
        return Period(self.reach.start - held - flags, self.reach.end + held)

    @property
    def counters(self) -> list[CounterKey]:
        """Whose running maxima the period begins with."""
        names = [each.name for each in METRICS[self.device_class] if each.kind is Kind.COUNTER]
        return [(device, name) for device in self.names for name in names]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Readings, and the counters' running maxima before a period, by zone and class."""

    blocks: Mapping[PartKey, Block]
    opening: Mapping[PartKey, Mapping[CounterKey, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    content: Document
    facts: tuple[DeviceDay, ...]
    hours: Mapping[PartKey, pd.DataFrame]


def _rested_on(days: Days, devices: Iterable[Device]) -> Days:
    """Return the days whose facts a period's result takes: a device's normal, proof by counter."""
    first, last = days_around(days.first, days.last)
    if first is None or last is None:
        return days
    if any(map(is_yearly, devices)):
        first = min(first, date(days.first.year, 1, 1))
    return Days(label=days.label, first=first, last=last)


def rerun(inputs: Inputs, target: Target) -> Outcome:
    """Run a period again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="zonewatch-rerun-")))
        catalog = ready_catalog(f"sqlite:{folder / 'catalog.sqlite'}")
        stack.callback(catalog.dispose)
        files = HourFiles(folder / "hours")
        stack.callback(files.close)
        store = MemoryStore()
        store.write(list(inputs.blocks.values()))
        parts = list(target.parts())
        for part in parts:
            _seed(files, part, inputs.opening.get(part.key, {}))
        with catalog.begin() as connection:
            beside.put(connection, target.beside)
            feed.add(connection, [each for part in parts for each in _touched(part, inputs)])
        feeder = Feeder(
            store=store,
            catalog=catalog,
            files=files,
            registry=lambda: target.registry,
            clock=ManualClock(instant(target.basis.as_of)),
        )
        while feeder.step():
            pass
        with catalog.begin() as connection:
            facts.put_progress(connection, _reached(target, facts.progress(connection)))
            made = make(
                connection,
                target.registry,
                target.scope,
                target.days,
                software=target.basis.software,
            )
        hours = {
            part.key: files.read(part.zone.id, part.device_class, part.reach) for part in parts
        }
        return Outcome(content=made.content, facts=made.facts, hours=hours)


def _reached(target: Target, now: Progress) -> Progress:
    basis = target.basis
    return Progress(changes=basis.changes, hours=basis.hours, since=now.since, as_of=basis.as_of)


def _seed(files: HourFiles, part: Part, opening: Mapping[CounterKey, float]) -> None:
    """Put the running maxima before a period where the roller looks for them."""
    if not opening:
        return
    hour = part.reach.start - 2 * DAY_US  # before whatever the first readings reach back to
    rows = [
        {"device": device, "hour": hour, "metric": metric, "running": value}
        for (device, metric), value in sorted(opening.items())
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for name in ("readings", "seconds", "positive_s", "resets"):
        table[name] = 0
    keys = {(device, hour) for device, _ in opening}
    seeded = pd.concat([no_hours(), table.astype(dict(COLUMNS))], ignore_index=True)
    files.replace(part.zone.id, part.device_class, keys, seeded)


def _touched(part: Part, inputs: Inputs) -> list[Touched]:
    """Return the hours with readings, and the first where something is held into it."""
    block = inputs.blocks.get(part.key)
    if block is None or not len(block):
        return []
    hours = np.maximum(block.measured_at // HOUR_US * HOUR_US, part.reach.start)
    counts = Counter(zip(block.devices.tolist(), hours.tolist(), strict=True))
    gateways = {device.id: device.gateway for device in part.devices}
    return [
        Touched(
            device_class=part.device_class,
            device=block.names[device],
            hour=hour_of(hour),
            gateway=gateways[block.names[device]],
            day=utc_day(hour),
            numbered=True,
            records=count,
            readings=count,
        )
        for (device, hour), count in sorted(counts.items(), key=lambda item: item[0][::-1])
    ]
