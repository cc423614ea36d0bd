"""Blocks from rows, rows from blocks, and the plain dict that a store must equal."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan, nan

import numpy as np

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.storage.block import Block, Reading

EVENING_US = 1_793_358_000_000_000  # 2026-10-30T11:00:00Z
MINUTE_US = 60_000_000
ALWAYS = Period(0, 2**62)

Said = Mapping[str, float | tuple[float, int]]  # by metric, a good value or (value, flag)
Row = tuple[str, int, Said]  # device, minutes since the evening began, what it said
Key = tuple[str, str, int]  # device, metric, minute
Kept = dict[Key, tuple[str, int]]  # the value's exact digits, the flag


def at(minute: int) -> int:
    """Return an instant of the evening."""
    return EVENING_US + minute * MINUTE_US


def a_block(*rows: Row, device_class: DeviceClass = DeviceClass.STREETLIGHT) -> Block:
    """Return the rows as a block, its names in no special order."""
    names = list(dict.fromkeys(device for device, _, _ in rows))[::-1]
    metrics = list(dict.fromkeys(metric for _, _, said in rows for metric in said))
    cells = {metric: [_cell(said.get(metric)) for _, _, said in rows] for metric in metrics}
    return Block(
        device_class=device_class,
        names=[DeviceId(name) for name in names],
        devices=np.array([names.index(device) for device, _, _ in rows], np.int32),
        measured_at=np.array([at(minute) for _, minute, _ in rows], np.int64),
        values={
            metric: np.array([value for value, _ in column], np.float64)
            for metric, column in cells.items()
        },
        flags={
            metric: np.array([flag for _, flag in column], np.int8)
            for metric, column in cells.items()
        },
    )


def a_row(device: str = "lamp-1", minute: int = 0, **said: float | tuple[float, int]) -> Row:
    """Return what a lamp said, 60 W of load power unless told otherwise."""
    return device, minute, said or {"load_power": 60.0}


def kept_in(block: Block) -> Kept:
    """Return a block's readings by key."""
    return {
        (block.names[device], metric, (instant - EVENING_US) // MINUTE_US): (
            value.hex(),
            flag,
        )
        for metric, flags in block.flags.items()
        for device, instant, value, flag in zip(
            block.devices.tolist(),
            block.measured_at.tolist(),
            block.values[metric].tolist(),
            flags.tolist(),
            strict=True,
        )
        if flag != 0
    }


def keep(kept: Kept, rows: Iterable[Row]) -> Kept:
    """Lay rows over what was kept before, one by one."""
    for device, minute, said in rows:
        for metric, cell in said.items():
            value, flag = _cell(cell)
            if flag:
                kept[device, metric, minute] = (value.hex(), flag)
    return kept


def latest_of(kept: Kept) -> list[tuple[str, str, int, str, int]]:
    """Return the last of each device's readings of each metric."""
    last: dict[tuple[str, str], tuple[int, str, int]] = {}
    for (device, metric, minute), (value, flag) in kept.items():
        if minute >= last.get((device, metric), (minute, "", 0))[0]:
            last[device, metric] = (minute, value, flag)
    return [(*key, *found) for key, found in sorted(last.items())]


def flat(readings: Sequence[Reading]) -> list[tuple[str, str, int, str, int]]:
    """Return readings as tuples of device, metric, minute, exact value and flag."""
    return [
        (
            one.device,
            one.metric,
            (one.measured_at - EVENING_US) // MINUTE_US,
            (nan if one.value is None else one.value).hex(),
            int(one.quality),
        )
        for one in readings
    ]


def _cell(cell: float | tuple[float, int] | None) -> tuple[float, int]:
    if cell is None:
        return nan, 0
    if isinstance(cell, tuple):
        return cell
    return cell, 9 if isnan(cell) else 1
