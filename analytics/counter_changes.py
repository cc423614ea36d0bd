"""Counters that were put in the place of others: where the old one ended, where the new one began.

What the old one had advanced by until its end counts in the hour of the change; the new one counts
from its own start, whatever either of them says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from ingest.storage.block import Block

END, START, READING = range(3)
"""What is told of a counter, in the order in which it holds at one instant."""

_Integers = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterChange:
    """A counter of a device that was put in the place of another."""

    device: DeviceId
    metric: str
    at: int  # microseconds, UTC
    old_end: float  # in the metric's unit
    new_start: float
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a counter is known to have stood at, in the order of device and time."""

    device: _Integers
    at: _Integers
    value: _Floats
    what: _Integers  # END, START or READING


def interleaved(
    device: _Integers,
    at: _Integers,
    value: _Floats,
    changes: Sequence[tuple[int, CounterChange]],
) -> Told:
    """Return readings with the ends and starts of changes among them.

    A change comes with its device's index. A reading at its very instant is the new counter's.
    """
    edges = [
        (place, each.at, value, what)
        for place, each in changes
        for value, what in ((each.old_end, END), (each.new_start, START))
    ]
    everything = Told(
        np.append(device, np.array([edge[0] for edge in edges], np.int64)),
        np.append(at, np.array([edge[1] for edge in edges], np.int64)),
        np.append(value, np.array([edge[2] for edge in edges], np.float64)),
        np.append(np.full(len(at), READING), np.array([edge[3] for edge in edges], np.int64)),
    )
    order = np.lexsort((everything.what, everything.at, everything.device))
    return Told(
        everything.device[order],
        everything.at[order],
        everything.value[order],
        everything.what[order],
    )


def with_room(block: Block, changes: Sequence[CounterChange], span: Period) -> Block:
    """Return a block that names every device and counter that changed in a span, heard or not."""
    own = [each for each in changes if span.start <= each.at < span.end]
    names = sorted({*block.names, *(each.device for each in own)})
    metrics = {each.metric for each in own} - block.values.keys()
    if list(names) == list(block.names) and not metrics:
        return block
    place = {name: index for index, name in enumerate(names)}
    moved = np.array([place[name] for name in block.names], np.int32)
    nothing: Mapping[str, _Floats] = {name: np.full(len(block), np.nan) for name in metrics}
    unsaid = {name: np.zeros(len(block), np.int8) for name in metrics}
    return replace(
        block,
        names=names,
        devices=moved[block.devices] if len(block) else block.devices,
        values={**block.values, **nothing},
        flags={**block.flags, **unsaid},
    )
