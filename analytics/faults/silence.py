"""Silence, by our clock: devices that say nothing, and gateways behind which nobody does.

One gateway that dies is one fault: its devices are judged again once it is back. A gateway that
lives does not hide a device that does not. When all gateways are silent at once it is our own side.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.faults.fault import Fault
from analytics.faults.rules import Rule, rule
from ingest.contract.metric import DeviceClass

Instants = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

_SECOND_US: Final = 1_000_000
_DOWN: Final = "gateway_down"
_SILENT: Final = "device_silent"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listening:
    """Whom we listen to: devices that were heard of at least once, and their gateways."""

    devices: tuple[str, ...]
    judged: Flags  # whether silence is a fault of the device's class
    interval_us: Instants
    gateway: Indices  # of each device
    gateways: tuple[str, ...]

    @classmethod
    def to(cls, rows: Sequence[tuple[str, DeviceClass, int, str]]) -> "Listening":
        """Listen to devices, each with class, interval in seconds, and gateway."""
        gateways = tuple(dict.fromkeys(gateway for *_, gateway in rows))
        number = {name: place for place, name in enumerate(gateways)}
        classes = rule(_SILENT).classes
        return cls(
            devices=tuple(device for device, *_ in rows),
            judged=np.array([kind in classes for _, kind, *_ in rows], np.bool_),
            interval_us=np.array([every * _SECOND_US for *_, every, _ in rows], np.int64),
            gateway=np.array([number[gateway] for *_, gateway in rows], np.int64),
            gateways=gateways,
        )


def silences(
    listening: Listening,
    *,
    now: int,
    heard: Instants,
    alive: Flags,
    standing: Iterable[Fault],
) -> list[Fault]:
    """Return faults of silence that are new or over.

    Args:
        listening: To whom.
        now: Our clock. [microseconds]
        heard: When each device last said something, by our clock. [microseconds]
        alive: Whether each gateway is known to be connected.
        standing: Faults of both rules that are open, or were cleared lately.
    """
    known = {(fault.rule, fault.subject, fault.began_at): fault for fault in standing}
    open_now: dict[tuple[str, str], Fault] = {
        (fault.rule, fault.subject): fault for fault in known.values() if fault.cleared_at is None
    }
    fallen = _fallen(listening, heard)
    ours = _our_own_side(fallen, now)
    gateways = list(_gateways(listening, now, heard, alive, fallen, open_now))
    if ours:
        gateways = [fault for fault in gateways if fault.cleared_at is not None]
    known |= {(fault.rule, fault.subject, fault.began_at): fault for fault in gateways}
    devices = _devices(listening, now, heard, list(known.values()))
    return [*gateways, *(each for each in devices if each.cleared_at is not None or not ours)]


def _fallen(listening: Listening, heard: Instants) -> list[int]:
    """Return since when most of each gateway's devices have been silent."""
    numbers = rule(_DOWN).defaults
    due = heard + (numbers["intervals"] * listening.interval_us).astype(np.int64)
    return [
        _share_reached(due[listening.gateway == number], numbers["share"])
        for number in range(len(listening.gateways))
    ]


def _our_own_side(fallen: Sequence[int], now: int) -> bool:
    """Tell whether so many gateways are silent that it is rather ourselves who do not hear."""
    numbers = rule(_DOWN).defaults
    share = sum(since <= now for since in fallen) / len(fallen)
    return len(fallen) >= numbers["centre_fewest"] and share >= numbers["centre_share"]


def _gateways(
    listening: Listening,
    now: int,
    heard: Instants,
    alive: Flags,
    fallen: Sequence[int],
    open_now: Mapping[tuple[str, str], Fault],
) -> Iterator[Fault]:
    down = rule(_DOWN)
    numbers = down.defaults
    for number, gateway in enumerate(listening.gateways):
        own = heard[listening.gateway == number]
        fault = open_now.get((_DOWN, gateway))
        if fault is not None:
            back = _share_reached(own, numbers["back_share"])
            if back > fault.raised_at:
                yield replace(fault, cleared_at=int(back))
            continue
        raised_at = fallen[number] + down.on_delay_us
        if raised_at <= now and (len(own) >= numbers["fewest"] or not alive[number]):
            yield _fault(down, gateway, int(own.max()), raised_at, len(own))


def _share_reached(instants: Instants, share: float) -> int:
    """Return the instant by which a share of them, rounded up, has passed."""
    return int(np.sort(instants)[max(ceil(share * len(instants)), 1) - 1])


def _devices(
    listening: Listening, now: int, heard: Instants, standing: Sequence[Fault]
) -> Iterator[Fault]:
    """Yield what changes for devices whose gateway is there; a dead one's are not judged."""
    silent = rule(_SILENT)
    numbers = silent.defaults
    limit = (
        np.maximum(
            numbers["intervals"] * listening.interval_us, numbers["least_s"] * _SECOND_US
        ).astype(np.int64)
        + silent.on_delay_us
    )
    down, since = _parents(listening, standing)
    raised_at = np.maximum(heard, since[listening.gateway]) + limit
    quiet = (raised_at <= now) & ~down[listening.gateway] & listening.judged
    own = {each.subject: each for each in standing if each.rule == _SILENT and not each.cleared_at}
    number = {name: place for place, name in enumerate(listening.devices)}
    for name, fault in own.items():
        place = number.get(name)
        if place is not None and heard[place] > fault.raised_at:
            yield replace(fault, cleared_at=int(heard[place]))
    for place in np.flatnonzero(quiet).tolist():
        if listening.devices[place] not in own:
            yield _fault(
                silent, listening.devices[place], int(heard[place]), int(raised_at[place]), 1
            )


def _parents(listening: Listening, standing: Sequence[Fault]) -> tuple[Flags, Instants]:
    """Return which gateways are down, and since when each of the others has been back."""
    number = {name: place for place, name in enumerate(listening.gateways)}
    down = np.zeros(len(number), np.bool_)
    since = np.zeros(len(number), np.int64)
    for fault in standing:
        place = number.get(fault.subject)
        if fault.rule == _DOWN and place is not None:
            if fault.cleared_at is None:
                down[place] = True
            else:
                since[place] = max(int(since[place]), fault.cleared_at)
    return down, since


def _fault(found: Rule, subject: str, began_at: int, raised_at: int, devices: int) -> Fault:
    return Fault(
        rule=found.id,
        subject=subject,
        consequence=found.consequence,
        began_at=began_at,
        raised_at=raised_at,
        proven_at=raised_at,
        evidence={"devices": float(devices)} if devices > 1 else {},
    )
