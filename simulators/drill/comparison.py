"""What the gateways took against what can be read back: reading by reading, not by the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Final

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.ranges import EMPTY, Ranges
from ingest.storage.block import Block
from ingest.storage.port import ReadingStore
from simulators.drill.taken import Key, Log, Taken

DEVICE_CLASS: Final = DeviceClass.SCHOOL_PV
_EVER: Final = Period(0, 1 << 52)

Values = Mapping[str, float | None]
Numbers = Mapping[tuple[str, str], Ranges]
"""Records by gateway and boot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What lies where a person can see it, and what a gateway still holds."""

    quarantined: Numbers = field(default_factory=dict)
    thinned: Numbers = field(default_factory=dict)
    held: Numbers = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Where every record taken is, in records."""

    taken: int
    stored: int
    quarantined: int
    thinned: int
    pending: int
    lost: Sequence[Taken]
    invented: Sequence[Key]  # in the store, and no gateway took them: under another key


def read_back(store: ReadingStore, devices: Collection[str]) -> dict[Key, Values]:
    """Return everything the store holds of some devices."""
    block = store.read(DEVICE_CLASS, [DeviceId(device) for device in devices], _EVER)
    return dict(_rows(block))


def compare(log: Log, *, everything: Log, kept: Mapping[Key, Values], named: Named) -> Comparison:
    """Find every record of a stretch of the log in what was read back.

    Args:
        log: The stretch.
        everything: All logs from the beginning on.
        kept: What was read back.
        named: What need not be in the store.
    """
    places = [_place(one, kept, named) for one in log.records]
    known = everything.tried.keys() | {one.key for one in everything.records}
    return Comparison(
        taken=len(places),
        stored=places.count("stored"),
        quarantined=places.count("quarantined"),
        thinned=places.count("thinned"),
        pending=places.count("pending"),
        lost=[one for one, place in zip(log.records, places, strict=True) if place == "lost"],
        invented=sorted(key for key in kept if key not in known),
    )


def _place(one: Taken, kept: Mapping[Key, Values], named: Named) -> str:
    if (found := kept.get(one.key)) is not None and _same(one.values, found):
        return "stored"
    boot = (one.gateway, one.boot)
    if one.number in named.quarantined.get(boot, EMPTY):
        return "quarantined"
    if one.number in named.thinned.get(boot, EMPTY):
        return "thinned"
    return "pending" if one.number in named.held.get(boot, EMPTY) else "lost"


def _same(said: Values, found: Values) -> bool:
    """Tell whether every reading of a record is there with its value."""
    return all(name in found and found[name] == value for name, value in said.items())


def _rows(block: Block) -> "list[tuple[Key, Values]]":
    columns = {
        name: (block.values[name].tolist(), block.flags[name].tolist()) for name in block.flags
    }
    return [
        (
            (block.names[device], at),
            {
                name: None if isnan(values[row]) else values[row]
                for name, (values, flags) in columns.items()
                if flags[row]
            },
        )
        for row, (device, at) in enumerate(
            zip(block.devices.tolist(), block.measured_at.tolist(), strict=True)
        )
    ]
