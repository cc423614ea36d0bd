"""Arithmetic of blocks that every adapter shares: the last one wins, and nothing idle is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ingest.contract.catalog import metrics_of
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.block import Block, Flags, Indices, Instants, Reading, Values, empty
from ingest.storage.port import ReadingsRejectedError

Rows = npt.NDArray[np.intp]
Chosen = npt.NDArray[np.bool_]


def by_class(blocks: Iterable[Block]) -> list[Block]:
    """Return one merged block for each device class of which there are readings.

    Raises:
        ReadingsRejectedError: A block has a metric that its device class does not have.
    """
    of_class: dict[DeviceClass, list[Block]] = {}
    for block in blocks:
        if unknown := block.flags.keys() - metrics_of(block.device_class).keys():
            reason = f"not a metric of a {block.device_class}: {min(unknown)}"
            raise ReadingsRejectedError(reason, refused=block)
        if len(block):
            of_class.setdefault(block.device_class, []).append(block)
    whole = (trimmed(merged(own)) for own in of_class.values())
    return [block for block in whole if len(block)]


def merged(blocks: Sequence[Block]) -> Block:
    """Return blocks of one device class as one: ordered, each key once, readings united.

    Of one reading the last wins, value and flag together; later blocks come after earlier ones.
    """
    names = sorted({name for block in blocks for name in block.names})
    place = {name: index for index, name in enumerate(names)}
    own = (np.array([place[name] for name in block.names], np.int32) for block in blocks)
    devices = np.concatenate(
        [index[block.devices] for index, block in zip(own, blocks, strict=True)]
    )
    measured_at = np.concatenate([block.measured_at for block in blocks])
    order = np.lexsort((measured_at, devices))
    devices, measured_at = devices[order], measured_at[order]
    starts = _starts(devices, measured_at)
    metrics = sorted({name for block in blocks for name in block.flags})
    columns = {name: _column(name, blocks, order, starts) for name in metrics}
    return Block(
        device_class=blocks[0].device_class,
        names=names,
        devices=devices[starts],
        measured_at=measured_at[starts],
        values={name: values for name, (values, _) in columns.items()},
        flags={name: flags for name, (_, flags) in columns.items()},
    )


def taken(block: Block, rows: Rows | Chosen) -> Block:
    """Return some rows of a block."""
    return replace(
        block,
        devices=block.devices[rows],
        measured_at=block.measured_at[rows],
        values={name: values[rows] for name, values in block.values.items()},
        flags={name: flags[rows] for name, flags in block.flags.items()},
    )


def trimmed(block: Block) -> Block:
    """Return a block without the rows, metrics and names that have no reading."""
    said = {name: flags for name, flags in block.flags.items() if flags.any()}
    if not said:
        return empty(block.device_class)
    block = replace(block, values={name: block.values[name] for name in said}, flags=said)
    spoken = np.logical_or.reduce([flags != 0 for flags in said.values()])
    block = block if spoken.all() else taken(block, spoken)
    used, devices = np.unique(block.devices, return_inverse=True)
    names = [block.names[index] for index in used]
    return replace(block, names=names, devices=devices.astype(np.int32))


def latest_in(block: Block) -> list[Reading]:
    """Return the last reading of each device's every metric, ordered by both names.

    The block is ordered by device and instant, as its names are.
    """
    found = [
        _reading(block, name, row) for name in block.flags for row in _last(block, name).tolist()
    ]
    return sorted(found, key=lambda reading: (reading.device, reading.metric))


def _last(block: Block, metric: str) -> Rows:
    said: Rows = np.flatnonzero(block.flags[metric])
    last: Chosen = np.diff(block.devices[said], append=-1) != 0
    return said[last]


def _reading(block: Block, metric: str, row: int) -> Reading:
    value = float(block.values[metric][row])
    return Reading(
        device=block.names[block.devices[row]],
        metric=metric,
        measured_at=int(block.measured_at[row]),
        value=None if np.isnan(value) else value,
        quality=Quality(int(block.flags[metric][row])),
    )


def _starts(devices: Indices, measured_at: Instants) -> Rows:
    """Return where each key begins in ordered rows."""
    fresh = np.ones(len(devices), np.bool_)
    fresh[1:] = (np.diff(devices) != 0) | (np.diff(measured_at) != 0)
    return np.flatnonzero(fresh)


def _column(name: str, blocks: Sequence[Block], order: Rows, starts: Rows) -> tuple[Values, Flags]:
    """Return a metric's values and flags, one a key: of the last row that says something of it."""
    flags = np.concatenate([_flags(block, name) for block in blocks])[order]
    values = np.concatenate([_values(block, name) for block in blocks])[order]
    if len(starts) < len(order):
        saying = np.where(flags != 0, np.arange(len(order)), -1)
        rows = np.maximum.reduceat(saying, starts)
        flags = np.where(rows >= 0, flags[rows], np.int8(0))
        values = values[rows]
    return np.where(flags != 0, values, np.nan), flags


def _flags(block: Block, name: str) -> Flags:
    return block.flags[name] if name in block.flags else np.zeros(len(block), np.int8)


def _values(block: Block, name: str) -> Values:
    return block.values[name] if name in block.values else np.full(len(block), np.nan)
