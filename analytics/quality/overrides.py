"""Overrides: a person's word on readings, with a reason; the store is never written back to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block, Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What a person says of a device's readings in a period; of one metric, or of all."""

    device: DeviceId
    metric: str | None
    period: Period
    quality: Quality
    text: str


def overridden(block: Block, overrides: Iterable[Override]) -> Block:
    """Return a block with the flags that people gave it; of two, the later entered one holds.

    A missing reading stays missing.
    """
    flags = dict(block.flags)
    for each in overrides:
        if each.device not in block.names:
            continue
        rows = _rows(block, each)
        for metric in [each.metric] if each.metric else list(flags):
            if metric in flags:
                flags[metric] = _flagged(flags[metric], rows, each.quality)
    return replace(block, flags=flags)


def _rows(block: Block, override: Override) -> npt.NDArray[np.bool_]:
    at = block.measured_at
    rows: npt.NDArray[np.bool_] = (
        (block.devices == block.names.index(override.device))
        & (at >= override.period.start)
        & (at < override.period.end)
    )
    return rows


def _flagged(flags: Flags, rows: npt.NDArray[np.bool_], quality: Quality) -> Flags:
    said = rows & (flags != 0) & (flags != Quality.MISSING)
    return np.where(said, np.int8(quality), flags)
