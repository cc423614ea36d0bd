"""Days of the field cut and joined, as a store would give their records back."""

from collections.abc import Sequence

import numpy as np

from ingest.storage.block import Block
from simulators.faults.field import FieldDay
from simulators.world.arrays import Micros


def tail(day: FieldDay, steps: int) -> FieldDay:
    """Return the last steps of a day."""
    return FieldDay(
        devices=day.devices,
        at=day.at[-steps:],
        told_at=day.told_at[:, -steps:],
        values={name: values[:, -steps:] for name, values in day.values.items()},
        received_at=day.received_at[:, -steps:],
    )


def in_order(blocks: Sequence[Block], received: Sequence[Micros]) -> tuple[Block, Micros]:
    """Return records by device and instant; of two of the same instant the last one."""
    first = blocks[0]
    device = np.concatenate([block.devices for block in blocks])
    at = np.concatenate([block.measured_at for block in blocks])
    came = np.concatenate(list(received))
    order = np.lexsort((np.arange(len(at)), at, device))
    again = np.zeros(len(at), np.bool_)
    again[:-1] = (np.diff(device[order]) == 0) & (np.diff(at[order]) == 0)
    order = order[~again]
    block = Block(
        device_class=first.device_class,
        names=first.names,
        devices=device[order],
        measured_at=at[order],
        values={
            name: np.concatenate([block.values[name] for block in blocks])[order]
            for name in first.values
        },
        flags={
            name: np.concatenate([block.flags[name] for block in blocks])[order]
            for name in first.flags
        },
    )
    return block, came[order]
