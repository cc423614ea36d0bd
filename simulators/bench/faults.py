"""The fast fault rules over the whole programme's last hours, from readings on disk to faults.

Every device that was announced, read from an embedded store; lamps at night and by day, so that
every rule has something to say. One lamp in a hundred is dark, one set in a hundred dead.
"""

import resource
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np

from analytics.faults.fast import METRICS, judge
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet, fleet_of
from analytics.faults.seen import seen
from analytics.faults.silence import Listening, silences
from ingest.contract.catalog import metrics_of
from ingest.contract.metric import DeviceClass, Kind
from ingest.contract.period import HOUR_US, Period, micros
from ingest.contract.quality import Quality
from ingest.registry.registry import Registry
from ingest.storage.block import Block, Indices, Values
from ingest.storage.duckdb import DuckdbStore
from ingest.storage.port import ReadingStore
from simulators.bench.figure import Figures, Measured
from simulators.bench.programme import a_registry

_HOURS: Final = 4  # what is judged, and what delays look back on
_RATED_W: Final = 3_000.0
_STEP_US: Final = 300_000_000
_MOMENTS: Final = {
    "at_night": micros(datetime(2026, 10, 30, 15, tzinfo=UTC)),  # 22:00 local
    "at_noon": micros(datetime(2026, 10, 30, 6, tzinfo=UTC)),  # 13:00 local
}


def measure(share: int = 1) -> Figures:
    """Judge the last hours at night and at noon, and the silence of all devices."""
    import_module("pvlib.clearsky")  # a process that judges has long had it
    registry = a_registry(share)
    fleets = list(_fleets(registry))
    told: dict[str, Measured] = {}
    for name, now in _MOMENTS.items():
        with tempfile.TemporaryDirectory() as directory:
            store = DuckdbStore(Path(directory) / "readings.duckdb")
            try:
                for fleet in fleets:
                    store.write([_block(fleet, now)])
                told |= _judged(name, store, fleets, now)
            finally:
                store.close()
    told["silence"] = _silence(registry)
    told["devices"] = Measured(float(len(registry.devices())), "1")
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    return told | {"resident_at_most": Measured(resident, "MBy")}


def _fleets(registry: Registry) -> Iterator[Fleet]:
    for zone in registry.zones():
        devices = registry.devices_of_zone(zone.id)
        for device_class in dict.fromkeys(each.device_class for each in devices):
            own = [each for each in devices if each.device_class is device_class]
            fleet = fleet_of(registry, zone, device_class, own)
            rated = np.where(np.isnan(fleet.rated_w), _RATED_W, fleet.rated_w)
            yield replace(fleet, rated_w=rated)


def _judged(
    name: str, store: ReadingStore, fleets: list[Fleet], now: int
) -> Mapping[str, Measured]:
    """Read and judge; the sun of these hours is computed anew."""
    began = perf_counter()
    reading, found = 0.0, list[Fault]()
    for fleet in fleets:
        before = perf_counter()
        span = Period(now - _HOURS * HOUR_US, now)
        metrics = METRICS.get(fleet.device_class)
        block = store.read(fleet.device_class, fleet.names, span, metrics)
        reading += perf_counter() - before
        faults, _ = judge(seen(fleet, block, now), {}, since=span.start)
        found += faults
    whole = perf_counter() - began
    return {
        f"{name}_rules": Measured(whole - reading, "s"),
        f"{name}_read_and_judged": Measured(whole, "s"),
        f"{name}_faults": Measured(float(len(found)), "1"),
    }


def _silence(registry: Registry) -> Measured:
    devices = registry.devices()
    rows = [(each.id, each.device_class, each.interval_s, each.gateway) for each in devices]
    began = perf_counter()
    listening = Listening.to(rows)
    now = _MOMENTS["at_night"]
    heard = np.full(len(devices), now - _STEP_US)
    heard[::100] -= HOUR_US
    alive = np.ones(len(listening.gateways), np.bool_)
    silences(listening, now=now, heard=heard, alive=alive, standing=())
    return Measured(perf_counter() - began, "s")


def _block(fleet: Fleet, now: int) -> Block:
    """Return hours of plausible readings of every metric of a class."""
    chance = np.random.default_rng(len(fleet))
    steps = _HOURS * HOUR_US // _STEP_US
    count = steps * len(fleet)
    device = np.repeat(np.arange(len(fleet), dtype=np.int32), steps)
    values = {
        name: chance.uniform(0.3, 0.4, count) * min(metric.high, 100.0)
        for name, metric in metrics_of(fleet.device_class).items()
    }
    counters = [m.name for m in metrics_of(fleet.device_class).values() if m.kind is Kind.COUNTER]
    values |= dict.fromkeys((*counters, "fault_word"), np.zeros(count))
    if fleet.device_class is DeviceClass.STREETLIGHT:
        values |= _lamps(chance, device, night=now == _MOMENTS["at_night"])
    if "active_power" in values:
        values["active_power"] = np.where(device % 100 == 0, 0.0, 1_500.0)
        values |= dict.fromkeys(("voltage_l1", "voltage_l2", "voltage_l3"), np.full(count, 230.0))
    return Block(
        device_class=fleet.device_class,
        names=fleet.names,
        devices=device,
        measured_at=np.tile(now - (steps - np.arange(steps)) * _STEP_US, len(fleet)),
        values=values,
        flags={name: np.full(count, Quality.GOOD, np.int8) for name in values},
    )


def _lamps(chance: np.random.Generator, device: Indices, *, night: bool) -> dict[str, Values]:
    ailing = device % 100 == 0
    count = len(device)
    return {
        "load_power": 60.0 * (ailing != night),
        "pv_power": np.where(ailing, 0.0, chance.uniform(80, 120, count)) * (not night),
        "battery_soc": np.full(count, 70.0),
        "battery_voltage": np.full(count, 13.1),
        "lamp_on": np.full(count, float(night)),
        "brightness": np.full(count, 100.0 * night),
    }
