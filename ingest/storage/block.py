"""Readings in columns: how they go into a store and come out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.int8]
Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Readings of one device class: row i is names[devices[i]] at measured_at[i].

    A reading is there where its flag is not 0: its value is in the metric's unit, NaN where the
    flag is MISSING. Where the flag is 0 the row says nothing of the metric. Rows may come in any
    order and may repeat a key; later rows win.
    """

    device_class: DeviceClass
    names: Sequence[DeviceId]
    devices: Indices  # index into names, shape (n,)
    measured_at: Instants  # microseconds since the epoch, UTC, shape (n,)
    values: Mapping[str, Values]  # by metric name, in the metric's unit, shape (n,)
    flags: Mapping[str, Flags]  # by metric name, Quality or 0, shape (n,); same keys as values

    def __len__(self) -> int:
        return len(self.measured_at)

    @property
    def readings(self) -> int:
        """How many readings it holds."""
        return sum(int(np.count_nonzero(flags)) for flags in self.flags.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One value of one metric, as one device measured it."""

    device: DeviceId
    metric: str
    measured_at: int  # microseconds since the epoch, UTC
    value: float | None  # in the metric's unit; None where missing
    quality: Quality


def empty(device_class: DeviceClass) -> Block:
    """Return a block without rows."""
    return Block(
        device_class=device_class,
        names=(),
        devices=np.empty(0, np.int32),
        measured_at=np.empty(0, np.int64),
        values={},
        flags={},
    )


def within(block: Block, span: Period) -> Block:
    """Return the rows of a block that were measured in a half-open span."""
    rows = (block.measured_at >= span.start) & (block.measured_at < span.end)
    return replace(
        block,
        devices=block.devices[rows],
        measured_at=block.measured_at[rows],
        values={metric: values[rows] for metric, values in block.values.items()},
        flags={metric: flags[rows] for metric, flags in block.flags.items()},
    )
