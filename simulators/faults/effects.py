"""What causes do: to panels, batteries and circuits, or to what devices tell of themselves."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from ingest.contract.period import HOUR_US
from simulators.faults.labels import Kind, Label
from simulators.world.arrays import Flags, Floats, Micros
from simulators.world.conditions import Conditions

STEP_US: Final = 300_000_000
_HOT_CONTROLLER: Final = 1 << 5
_OVER_TEMPERATURE: Final = 1 << 7


def during(label: Label, at: Micros) -> Flags:
    """Return the steps at which something happens."""
    return np.asarray((at >= label.period.start) & (at < label.period.end), np.bool_)


_Physical = Callable[[Conditions, int, Label, Micros], None]
_Told = Callable[[dict[str, Floats], int, Label, Micros], None]


def _dark(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.lamp_dark[row, during(label, at)] = True


def _no_panel(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.panel_share[row, during(label, at)] = 0.0


def _less_panel(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.panel_share[row, during(label, at)] *= label.strength


def _less_battery(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    conditions.battery_share[row, during(label, at)] *= label.strength


def _dirt(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    days = (at - label.period.start) / (24 * HOUR_US)
    share = np.clip(1 - label.strength * days, 0.6, 1.0)
    now = during(label, at)
    conditions.panel_share[row, now] *= share[now]


def _derates(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    day = (at[0] - label.period.start) // (24 * HOUR_US)
    if day % 5 not in (1, 3):  # on three days of five
        conditions.panel_share[row, during(label, at)] *= label.strength


def _counter_anew(conditions: Conditions, row: int, label: Label, at: Micros) -> None:
    before = at - STEP_US
    first = (before < label.period.start) & (at >= label.period.start)
    conditions.counter_restarts[row, first] = True


PHYSICAL: Final[Mapping[Kind, _Physical]] = MappingProxyType(
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
    now = during(label, at) & (values["load_power"][row] == 0)
    values["load_power"][row, now] = 58.0
    values["lamp_on"][row, now] = 1.0
    values["brightness"][row, now] = 100.0


def _word(bit: int) -> _Told:
    def change(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
        now = during(label, at)
        word = values["fault_word"][row, now].astype(np.int64) | bit
        values["fault_word"][row, now] = word.astype(np.float64)

    return change


def _jump(metric: str) -> _Told:
    def change(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
        values[metric][row, during(label, at)] += label.strength

    return change


def _no_grid(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    for phase in ("voltage_l1", "voltage_l2", "voltage_l3"):
        values[phase][row, during(label, at)] = 0.0


def _stuck(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    now = during(label, at)
    values["pm25"][row, now] = 23.4
    values["pm10"][row, now] = np.maximum(values["pm10"][row, now], 30.0)


def _contradicts(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    now = during(label, at)
    values["pm25"][row, now] = values["pm10"][row, now] * label.strength


def _out_of_range(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    values["no2"][row, during(label, at)] = label.strength


def _drifts(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    values["o3"][row, during(label, at)] *= label.strength


def _calibrates(values: dict[str, Floats], row: int, label: Label, at: Micros) -> None:
    hour = (at // HOUR_US + 7) % 24 == 2  # noqa: PLR2004 - at two at night
    now = during(label, at) & hour
    values["so2"][row, now] += 80.0


def smoke(values: dict[str, Floats], label: Label, at: Micros) -> None:
    """Fill the air of the whole zone."""
    now = during(label, at)
    values["pm25"][:, now] *= label.strength
    values["pm10"][:, now] *= label.strength


TOLD: Final[Mapping[Kind, _Told]] = MappingProxyType(
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
