"""A streetlight's battery: what comes in, what goes out, and when the controller cuts the lamp off.

The charge curve is that of a 12.8 V lithium iron phosphate pack; it and the thresholds are assumed.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from simulators.world.arrays import Flags, Floats

_CUT_OFF: Final = 0.10  # state of charge at which the controller cuts the lamp off
_CUT_IN: Final = 0.30  # and at which it lets it burn again
_DIM_BELOW: Final = 0.35
_DIMMED: Final = 0.5  # of full power
_CHARGED: Final = 0.96  # of what flows in is stored

_CHARGE: Final = np.array([0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 0.9, 1.0])
_VOLTS: Final = np.array([10.4, 11.9, 12.4, 12.8, 13.1, 13.2, 13.35, 13.7])
_OHMS: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryState:
    """Where batteries stand between two steps, shape (devices,)."""

    charge: Floats  # share of the present capacity
    cut_off: Flags  # the lamp waits for the cut-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What flows during each step, shape (devices, steps); charge is that at its start."""

    charge: Floats
    cut_off: Flags
    brightness: Floats  # share of full power that the controller commands
    load_power: Floats  # [W]
    panel_power: Floats  # [W]


class _Step(NamedTuple):
    """What flows during one step, shape (devices,)."""

    cut_off: Flags
    brightness: Floats
    load_power: Floats
    panel_power: Floats
    charge_after: Floats


def flow(
    state: BatteryState,
    *,
    available_w: Floats,
    wanted_w: Floats,
    passes: Flags,
    capacity_wh: Floats,
    step_s: float,
) -> tuple[Flow, BatteryState]:
    """Follow batteries through a day.

    Args:
        state: Where they stand at its start.
        available_w: What the panels could deliver. [W]
        wanted_w: What the lamps take at full brightness, 0 where no light is wanted. [W]
        passes: Where the lamp's circuit is whole.
        capacity_wh: What the batteries hold. [Wh]
        step_s: Length of a step. [s]
    """
    charge, cut_off = state.charge, state.cut_off
    steps: list[_Step] = []
    for step in range(available_w.shape[1]):
        now = _step(
            BatteryState(charge=charge, cut_off=cut_off),
            available_w[:, step],
            wanted_w[:, step] * passes[:, step],
            capacity_wh[:, step],
            step_s / 3_600.0,
        )
        steps.append(now)
        charge, cut_off = now.charge_after, now.cut_off
    day = Flow(
        charge=np.stack([state.charge, *(step.charge_after for step in steps[:-1])], axis=1),
        cut_off=np.stack([step.cut_off for step in steps], axis=1),
        brightness=np.stack([step.brightness for step in steps], axis=1),
        load_power=np.stack([step.load_power for step in steps], axis=1),
        panel_power=np.stack([step.panel_power for step in steps], axis=1),
    )
    return day, BatteryState(charge=charge, cut_off=cut_off)


def _step(
    state: BatteryState, available_w: Floats, wanted_w: Floats, capacity_wh: Floats, hours: float
) -> _Step:
    """Decide what flows during one step, in whole watts, and what charge it leaves."""
    charge = state.charge
    cut_off = np.where(state.cut_off, charge < _CUT_IN, charge <= _CUT_OFF)
    share = np.where(charge < _DIM_BELOW, _DIMMED, 1.0) * ~cut_off
    load = np.rint(wanted_w * share)
    room = (1.0 - charge) * capacity_wh / (hours * _CHARGED)
    panel = np.floor(np.minimum(available_w, load + room))
    net = panel - load
    stored = np.where(net > 0.0, net * _CHARGED, net) * hours
    return _Step(
        cut_off=cut_off,
        brightness=share,
        load_power=load,
        panel_power=panel,
        charge_after=np.clip(charge + stored / capacity_wh, 0.0, 1.0),
    )


def terminal_voltage(charge: Floats, net_power: Floats) -> Floats:
    """Return the voltage at the clamps while a net power flows in [V]."""
    rest = np.interp(charge, _CHARGE, _VOLTS)
    return np.asarray(np.clip(rest + _OHMS * net_power / rest, 9.5, 14.6), dtype=np.float64)
