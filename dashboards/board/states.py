"""How a device is, as far as its last readings say: silence alone is not called an outage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboards.board.labels import label_of
from ingest.contract.catalog import FAULT_WORD, REACHABLE
from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality
from ingest.presence import Presence
from ingest.registry.model import Device, Gateway
from ingest.storage.block import Reading

_SILENT_AFTER: Final = 3  # [assumed] intervals


class State(StrEnum):
    """What is known of a device now, the worst first."""

    FAULT = "fault"  # it says so itself
    SILENT = "silent"  # was heard, and is not any more
    NEVER = "never"  # handed over, never heard
    REACHABLE = "reachable"


class Trouble(StrEnum):
    """What is broken, by what shows it."""

    GATEWAY_DOWN = "gateway_down"
    FAULT = "fault"
    SILENT = "silent"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A device's state, and when it was last heard. [microseconds, UTC]"""

    state: State
    heard_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Things with the same trouble, by name."""

    trouble: Trouble
    names: tuple[str, ...]


def condition(device: Device, readings: Sequence[Reading], now: int) -> Condition:
    """Return how a device is, from its last reading of every metric."""
    last = {reading.metric: reading for reading in readings}
    answers = last.get(REACHABLE.name)
    heard_at = max(
        (each.measured_at for each in readings if _says_something(each)),
        default=None,
    )
    if heard_at is None:
        return Condition(state=State.NEVER, heard_at=None)
    silent = now - heard_at > _SILENT_AFTER * device.interval_s * 1_000_000
    if silent or (answers is not None and answers.value == 0):
        return Condition(state=State.SILENT, heard_at=heard_at)
    word = last.get(FAULT_WORD.name)
    fault = word is not None and bool(word.value)
    return Condition(state=State.FAULT if fault else State.REACHABLE, heard_at=heard_at)


def broken(
    devices: Sequence[Device],
    conditions: Mapping[DeviceId, Condition],
    gateways: Iterable[Gateway],
    presence: Mapping[str, Presence],
) -> tuple[Broken, ...]:
    """Return what is broken in a zone: gateways first, then devices by state."""
    down = [each.id for each in gateways if each.id in presence and not presence[each.id].alive]
    names: dict[Trouble, list[str]] = {Trouble.GATEWAY_DOWN: [str(each) for each in down]}
    for state, trouble in (
        (State.FAULT, Trouble.FAULT),
        (State.SILENT, Trouble.SILENT),
        (State.NEVER, Trouble.NEVER),
    ):
        names[trouble] = [label_of(each) for each in devices if conditions[each.id].state is state]
    return tuple(
        Broken(trouble=trouble, names=tuple(sorted(found)))
        for trouble, found in names.items()
        if found
    )


def _says_something(reading: Reading) -> bool:
    """Tell whether a reading is the device's own: that it does not answer is its gateway's word."""
    unanswered = reading.metric == REACHABLE.name and reading.value == 0
    return reading.quality is not Quality.MISSING and not unanswered
