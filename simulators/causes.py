"""Causes that are put into a zone with a label, so that what should be found is known."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from simulators.world.arrays import Flags, Micros
from simulators.world.conditions import Conditions
from simulators.world.model import INVERTERS, LAMPS, SimulatedDevice, SimulatedZone
from simulators.world.noise import generator


class CauseKind(StrEnum):
    """What can be made to happen to a device."""

    LAMP_OUT = "lamp_out"  # the lamp's circuit is open: commanded on, and dark
    BATTERY_WORN = "battery_worn"  # too little capacity left for a night
    PANEL_SOILED = "panel_soiled"
    STRING_LOW = "string_low"  # one of two strings of an inverter does not deliver
    DEVICE_SILENT = "device_silent"  # it works, and does not answer
    COUNTER_RESET = "counter_reset"  # the energy counters begin again at zero at its start


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that happens to one device during a period."""

    device: DeviceId
    kind: CauseKind
    period: Period


_SOILED_LEAVES: Final = 0.6  # of the power [assumed]
_STRING_LEAVES: Final = 0.5
_WORN_LEAVES: Final = 0.2  # of the capacity [assumed]

# Kind, whose, days after a local midnight that it starts, days that it lasts (None: all).
_DEMO: Final = (
    (CauseKind.DEVICE_SILENT, LAMPS, 0.25, 1.0),
    (CauseKind.LAMP_OUT, LAMPS, 0.5, 2.0),
    (CauseKind.BATTERY_WORN, LAMPS, 0.0, None),
    (CauseKind.COUNTER_RESET, LAMPS, 0.6, 1.0),
    (CauseKind.PANEL_SOILED, LAMPS, 0.0, None),
    (CauseKind.LAMP_OUT, LAMPS, 1.5, 1.0),
    (CauseKind.STRING_LOW, INVERTERS, 0.0, None),
)


def conditions_of(
    causes: Iterable[Cause], devices: Sequence[DeviceId], instants: Micros
) -> Conditions:
    """Return the conditions of devices at the steps of one day."""
    conditions = Conditions.sound(len(devices), instants.size)
    rows = {device: row for row, device in enumerate(devices)}
    for cause in causes:
        row = rows.get(cause.device)
        apply = _EFFECTS.get(cause.kind)
        if row is not None and apply is not None:
            during = (instants >= cause.period.start) & (instants < cause.period.end)
            apply(conditions, row, during, _first_step(instants, cause.period.start))
    return conditions


def silent_at(causes: Iterable[Cause], instant: int) -> frozenset[DeviceId]:
    """Return the devices that do not answer at an instant."""
    return frozenset(
        cause.device
        for cause in causes
        if cause.kind is CauseKind.DEVICE_SILENT and instant in cause.period
    )


def demo_causes(zone: SimulatedZone, *, seed: int, start: datetime, days: int) -> tuple[Cause, ...]:
    """Return what happens in a demo, the same for the same seed; a third of a kind ails at most.

    Args:
        zone: The zone.
        seed: What chance depends on.
        start: When the demo begins; causes are placed in local days from that one's midnight on.
        days: How many local days it lasts.
    """
    chance = generator(seed, zone.id, "causes")
    left = {kind: _a_third(zone.of(kind), chance) for kind in (LAMPS, INVERTERS)}
    causes: list[Cause] = []
    for kind, classes, after_days, for_days in _DEMO:
        lasts = float(days) if for_days is None else for_days
        day = int(chance.integers(0, max(days - math.ceil(lasts), 1)))
        if left[classes] and after_days < days:
            first = zone.local_midnight(start) + timedelta(days=day + after_days)
            period = Period.between(first, first + timedelta(days=lasts))
            causes.append(Cause(device=left[classes].pop(), kind=kind, period=period))
    return tuple(causes)


def _a_third(devices: Sequence[SimulatedDevice], chance: np.random.Generator) -> list[DeviceId]:
    """Draw a third of devices, rounded up."""
    drawn = chance.permutation(len(devices))[: math.ceil(len(devices) / 3)]
    return [devices[index].id for index in drawn.tolist()]


def _first_step(instants: Micros, start: int) -> Flags:
    """Mark the first step at or after an instant, if it lies in this day."""
    before = instants - (instants[1] - instants[0])
    return np.asarray((before < start) & (instants >= start), dtype=np.bool_)


_Effect = Callable[[Conditions, int, Flags, Flags], None]


def _lamp_out(conditions: Conditions, row: int, during: Flags, _: Flags) -> None:
    conditions.lamp_dark[row, during] = True


def _battery_worn(conditions: Conditions, row: int, during: Flags, _: Flags) -> None:
    conditions.battery_share[row, during] *= _WORN_LEAVES


def _panel_soiled(conditions: Conditions, row: int, during: Flags, _: Flags) -> None:
    conditions.panel_share[row, during] *= _SOILED_LEAVES


def _string_low(conditions: Conditions, row: int, during: Flags, _: Flags) -> None:
    conditions.panel_share[row, during] *= _STRING_LEAVES


def _counter_reset(conditions: Conditions, row: int, _: Flags, first: Flags) -> None:
    conditions.counter_restarts[row, first] = True


_EFFECTS: Final[Mapping[CauseKind, _Effect]] = {
    CauseKind.LAMP_OUT: _lamp_out,
    CauseKind.BATTERY_WORN: _battery_worn,
    CauseKind.PANEL_SOILED: _panel_soiled,
    CauseKind.STRING_LOW: _string_low,
    CauseKind.COUNTER_RESET: _counter_reset,
}
