"""A streetlight's battery: what comes in, what goes out, and when the controller cuts the lamp off.

The charge curve is that of a 12.8 V lithium iron phosphate pack; it and the thresholds are assumed.
"""

from dataclasses import dataclass
from typing import Final

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


def flow(  # noqa: PLR0913 - a pure function of all it depends on
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
    shape = available_w.shape
    charges, cuts = np.empty(shape), np.empty(shape, dtype=np.bool_)
    brightness, load, panel = np.empty(shape), np.empty(shape), np.empty(shape)
    charge, cut_off = state.charge, state.cut_off
    hours = step_s / 3_600.0
    for step in range(shape[1]):
        charges[:, step] = charge
        cut_off = np.where(cut_off, charge < _CUT_IN, charge <= _CUT_OFF)
        cuts[:, step] = cut_off
        share = np.where(charge < _DIM_BELOW, _DIMMED, 1.0) * ~cut_off
        out = np.rint(wanted_w[:, step] * share * passes[:, step])
        room = (1.0 - charge) * capacity_wh[:, step] / (hours * _CHARGED)
        source = np.floor(np.minimum(available_w[:, step], out + room))
        brightness[:, step], load[:, step], panel[:, step] = share, out, source
        net = source - out
        stored = np.where(net > 0.0, net * _CHARGED, net) * hours
        charge = np.clip(charge + stored / capacity_wh[:, step], 0.0, 1.0)
    day = Flow(
        charge=charges, cut_off=cuts, brightness=brightness, load_power=load, panel_power=panel
    )
    return day, BatteryState(charge=charge, cut_off=cut_off)


def terminal_voltage(charge: Floats, net_power: Floats) -> Floats:
    """Return the voltage at the clamps while a net power flows in [V]."""
    rest = np.interp(charge, _CHARGE, _VOLTS)
    return np.asarray(np.clip(rest + _OHMS * net_power / rest, 9.5, 14.6), dtype=np.float64)
