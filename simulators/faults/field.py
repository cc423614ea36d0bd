"""A day of the zone: what its devices measure under the causes, and when that reaches us."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np

from ingest.contract.catalog import metrics_of
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US
from ingest.contract.quality import Quality
from ingest.registry.model import Device
from ingest.storage.block import Block
from simulators.faults.labels import Kind, Label
from simulators.faults.layout import Layout
from simulators.world.arrays import Flags, Floats, Micros
from simulators.world.conditions import Conditions
from simulators.world.day import Sky, simulate_day, sky_over
from simulators.world.model import INVERTERS, LAMPS, ZoneState, first_state

STEPS: Final = 288
STEP_US: Final = 300_000_000
_ON_THE_WAY_US: Final = 60_000_000
_NEVER: Final = np.iinfo(np.int64).max
_HOT_CONTROLLER: Final = 1 << 5
_OVER_TEMPERATURE: Final = 1 << 7


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
                index = np.where(_during(label, at), dark, index)
        return replace(sky, index=index)

    def _conditions(
        self, classes: frozenset[DeviceClass], at: Micros, now: Sequence[Label]
    ) -> Conditions:
        devices = self.layout.world.of(classes)
        conditions = Conditions.sound(len(devices), STEPS)
        row: dict[str, int] = {device.id: place for place, device in enumerate(devices)}
        for label in now:
            change = _PHYSICAL.get(label.kind)
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
            change = _TOLD.get(label.kind)
            for subject in label.subjects:
                if change is not None and subject in row:
                    change(own, row[subject], label, at)
            if label.kind is Kind.SMOKE and "pm25" in own:
                _smoke(own, label, at)
            _late(devices, label, at, received, told_at)
        return FieldDay(devices=devices, at=at, told_at=told_at, values=own, received_at=received)


def _late(
    devices: Sequence[Device], label: Label, at: Micros, received: Micros, told_at: Micros
) -> None:
    """Let records come late, or never, or with a wrong instant."""
    during = np.flatnonzero(_during(label, at))
    behind: list[int] = [
        place
        for place, device in enumerate(devices)
        if device.gateway in label.subjects or device.id in label.subjects
    ]
    cells = np.ix_(np.array(behind, np.int64), during)
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


def _during(label: Label, at: Micros) -> Flags:
    return np.asarray((at >= label.period.start) & (at < label.period.end), np.bool_)


_Physical = Callable[[Conditions, int, Label, Micros], None]
_Told = Callable[[dict[str, Floats], int, Label, Micros], None]


def _dark(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.lamp_dark[row, _during(label, at)] = True


def _no_panel(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.panel_share[row, _during(label, at)] = 0.0


def _less_panel(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.panel_share[row, _during(label, at)] *= label.strength


def _less_battery(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.battery_share[row, _during(label, at)] *= label.strength


def _dirt(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    days = (at - label.period.start) / (24 * HOUR_US)
    share = np.clip(1 - label.strength * days, 0.6, 1.0)
    during = _during(label, at)
    conditions.panel_share[row, during] *= share[during]


def _derates(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    day = (at[0] - label.period.start) // (24 * HOUR_US)
    if day % 5 not in (1, 3):  # on three days of five
        conditions.panel_share[row, _during(label, at)] *= label.strength


def _counter_anew(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    before = at - STEP_US
    first = (before < label.period.start) & (at >= label.period.start)
    conditions.counter_restarts[row, first] = True


_PHYSICAL: Final[Mapping[Kind, _Physical]] = MappingProxyType(
    {
        Kind.LAMP_OUT: _dark,
        Kind.PANEL_STOLEN: _no_panel,
        Kind.PANEL_DUSTY: _less_panel,
        Kind.BATTERY_WORN: _less_battery,
        Kind.BATTERY_FAILS: _less_battery,
        Kind.METER_REPLACED: _counter_anew,
        Kind.STRING_OUT: _less_panel,
        Kind.SET_DIRTY: _dirt,
        Kind.SET_DERATES: _derates,
        Kind.SET_CLIPS: _less_panel,
        Kind.SET_DEAD: _no_panel,
        Kind.GRID_OUTAGE: _no_panel,
        Kind.FEEDER_OUTAGE: _no_panel,
        Kind.STORM: _no_panel,
    }
)


def _burns(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    during = _during(label, at) & (values["load_power"][row] == 0)
    values["load_power"][row, during] = 58.0
    values["lamp_on"][row, during] = 1.0
    values["brightness"][row, during] = 100.0


def _word(bit: int) -> _Told:
    def change(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
        during = _during(label, at)
        word = values["fault_word"][row, during].astype(np.int64) | bit
        values["fault_word"][row, during] = word.astype(np.float64)

    return change


def _jump(metric: str) -> _Told:
    def change(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
        values[metric][row, _during(label, at)] += label.strength

    return change


def _no_grid(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    for phase in ("voltage_l1", "voltage_l2", "voltage_l3"):
        values[phase][row, _during(label, at)] = 0.0


def _stuck(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    during = _during(label, at)
    values["pm25"][row, during] = 23.4
    values["pm10"][row, during] = np.maximum(values["pm10"][row, during], 30.0)


def _contradicts(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    during = _during(label, at)
    values["pm25"][row, during] = values["pm10"][row, during] * label.strength


def _out_of_range(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    values["no2"][row, _during(label, at)] = label.strength


def _drifts(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    values["o3"][row, _during(label, at)] *= label.strength


def _calibrates(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    hour = (at // HOUR_US + 7) % 24 == 2  # noqa: PLR2004 - at two at night
    during = _during(label, at) & hour
    values["so2"][row, during] += 80.0


def _smoke(values: dict[str, Floats], label: Label, at: Micros) -> None:
    during = _during(label, at)
    values["pm25"][:, during] *= label.strength
    values["pm10"][:, during] *= label.strength


_TOLD: Final[Mapping[Kind, _Told]] = MappingProxyType(
    {
        Kind.BURNS_BY_DAY: _burns,
        Kind.LAMP_WORD: _word(_HOT_CONTROLLER),
        Kind.SET_WORD: _word(_OVER_TEMPERATURE),
        Kind.COUNTER_JUMPS: _jump("energy_used"),
        Kind.SET_JUMPS: _jump("energy_generated"),
        Kind.GRID_OUTAGE: _no_grid,
        Kind.FEEDER_OUTAGE: _no_grid,
        Kind.STORM: _no_grid,
        Kind.STUCK: _stuck,
        Kind.CONTRADICTS: _contradicts,
        Kind.OUT_OF_RANGE: _out_of_range,
        Kind.DRIFTS: _drifts,
        Kind.CALIBRATES: _calibrates,
    }
)


def silent_gateways(labels: Sequence[Label], at: int) -> frozenset[str]:
    """Return the gateways of which the broker knows that they are gone, at an instant."""
    away = (Kind.GATEWAY_DEAD, Kind.NETWORK_LOST, Kind.SIM_EMPTY, Kind.OURS_DOWN)
    return frozenset(
        subject
        for label in labels
        if label.kind in away and at in label.period
        for subject in label.subjects
    )
