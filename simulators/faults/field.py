"""A day of the zone: what its devices measure under the causes, and when that reaches us."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from ingest.contract.catalog import metrics_of
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US
from ingest.contract.quality import Quality
from ingest.registry.model import Device
from ingest.storage.block import Block
from simulators.faults.effects import PHYSICAL, STEP_US, TOLD, during, smoke
from simulators.faults.labels import Kind, Label
from simulators.faults.layout import Layout
from simulators.world.arrays import Flags, Floats, Micros
from simulators.world.conditions import Conditions
from simulators.world.day import Sky, simulate_day, sky_over
from simulators.world.model import INVERTERS, LAMPS, ZoneState, first_state

STEPS: Final = 288
_ON_THE_WAY_US: Final = 60_000_000
_NEVER: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, kw_only=True, eq=False)
class FieldDay:
    """One local day of one device class, shape (devices, steps)."""

    devices: tuple[Device, ...]
    at: Micros  # true time of the steps
    told_at: Micros  # what the records say, by the clock of the device's gateway
    values: Mapping[str, Floats]
    received_at: Micros  # by our clock; _NEVER where nothing was measured

    @property
    def measured(self) -> Flags:
        """Where there is a record at all."""
        return np.asarray(self.received_at != _NEVER, np.bool_)

    def block(self, device_class: DeviceClass) -> tuple[Block, Micros]:
        """Return the day's records as they come out of a store, and when each came."""
        there = self.measured
        device, _ = np.nonzero(there)
        flags = {}
        for metric, values in self.values.items():
            known = metrics_of(device_class)[metric]
            own = values[there]
            flag = np.full(own.size, Quality.GOOD, np.int8)
            flag[(own < known.low) | (own > known.high)] = Quality.BAD
            flag[np.isnan(own)] = 0
            flags[metric] = flag
        block = Block(
            device_class=device_class,
            names=tuple(each.id for each in self.devices),
            devices=device.astype(np.int32),
            measured_at=self.told_at[there],
            values={metric: values[there] for metric, values in self.values.items()},
            flags=flags,
        )
        return block, self.received_at[there]


class Field:
    """Lives through the zone's days one after the other."""

    def __init__(self, layout: Layout, labels: Sequence[Label], *, seed: int, start: int) -> None:
        self.layout, self.labels, self.seed = layout, labels, seed
        self._start = start
        self._state: ZoneState = first_state(layout.world, seed)

    def day(self, number: int, on: date) -> dict[DeviceClass, FieldDay]:
        """Return the next day."""
        at = self._start + number * 24 * HOUR_US + np.arange(STEPS) * STEP_US
        now = [each for each in self.labels if _touches(each, at)]
        sky = self._sky(on, at, now)
        ailing = {
            "lamps": self._conditions(LAMPS, at, now),
            "inverters": self._conditions(INVERTERS, at, now),
        }
        groups, self._state = simulate_day(self.layout.world, sky, self._state, ailing)
        days: dict[DeviceClass, FieldDay] = {}
        for group in groups:
            first = self.layout.registry.device(group.devices[0])
            if first is not None:
                devices = self.layout.of(first.device_class)
                days[first.device_class] = self._told(devices, at, group.values, now)
        return days

    def _sky(self, on: date, at: Micros, now: Sequence[Label]) -> Sky:
        sky = sky_over(self.layout.world, seed=self.seed, day=on, instants=at)
        index = sky.index
        for label in now:
            if label.kind in (Kind.CLOUDY_WEEK, Kind.STORM):
                dark = np.minimum(index, label.strength * (0.7 + 0.3 * index))
                index = np.where(during(label, at), dark, index)
        return replace(sky, index=index)

    def _conditions(
        self, classes: frozenset[DeviceClass], at: Micros, now: Sequence[Label]
    ) -> Conditions:
        devices = self.layout.world.of(classes)
        conditions = Conditions.sound(len(devices), STEPS)
        row: dict[str, int] = {device.id: place for place, device in enumerate(devices)}
        for label in now:
            change = PHYSICAL.get(label.kind)
            for subject in label.subjects:
                if change is not None and subject in row:
                    change(conditions, row[subject], label, at)
        return conditions

    def _told(
        self,
        devices: tuple[Device, ...],
        at: Micros,
        values: Mapping[str, Floats],
        now: Sequence[Label],
    ) -> FieldDay:
        own = {name: np.array(column) for name, column in values.items()}
        row: dict[str, int] = {device.id: place for place, device in enumerate(devices)}
        told_at = np.tile(at, (len(devices), 1))
        received = told_at + _ON_THE_WAY_US
        for label in now:
            change = TOLD.get(label.kind)
            for subject in label.subjects:
                if change is not None and subject in row:
                    change(own, row[subject], label, at)
            if label.kind is Kind.SMOKE and "pm25" in own:
                smoke(own, label, at)
            _late(devices, label, at, received, told_at)
        return FieldDay(devices=devices, at=at, told_at=told_at, values=own, received_at=received)


def _late(
    devices: Sequence[Device], label: Label, at: Micros, received: Micros, told_at: Micros
) -> None:
    """Let records come late, or never, or with a wrong instant."""
    steps = np.flatnonzero(during(label, at))
    behind: list[int] = [
        place
        for place, device in enumerate(devices)
        if device.gateway in label.subjects or device.id in label.subjects
    ]
    cells = np.ix_(np.array(behind, np.int64), steps)
    if label.kind in (Kind.GATEWAY_DEAD, Kind.RADIO_SILENT, Kind.LAMP_GONE):
        received[cells] = _NEVER
    elif label.kind in (Kind.NETWORK_LOST, Kind.SIM_EMPTY, Kind.OURS_DOWN):
        there = received[cells] != _NEVER
        late = np.maximum(received[cells], label.period.end + _ON_THE_WAY_US)
        received[cells] = np.where(there, late, _NEVER)
    elif label.kind is Kind.CLOCK_WRONG:
        told_at[cells] -= round(label.strength * HOUR_US)


def _touches(label: Label, at: Micros) -> bool:
    return bool(label.period.start <= at[-1] and label.period.end > at[0])


def silent_gateways(labels: Sequence[Label], at: int) -> frozenset[str]:
    """Return the gateways of which the broker knows that they are gone, at an instant."""
    away = (Kind.GATEWAY_DEAD, Kind.NETWORK_LOST, Kind.SIM_EMPTY, Kind.OURS_DOWN)
    return frozenset(
        subject
        for label in labels
        if label.kind in away and at in label.period
        for subject in label.subjects
    )
