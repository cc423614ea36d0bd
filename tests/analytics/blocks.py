"""Blocks of readings with defaults."""

from collections.abc import Sequence

import numpy as np

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.storage.block import Block
from tests.builders import EVENING, MINUTE_US


def a_block(
    rows: Sequence[tuple[float, float]],
    *,
    metric: str = "load_power",
    device_class: DeviceClass = DeviceClass.STREETLIGHT,
    flags: Sequence[int] | None = None,
) -> Block:
    """Return readings of one device as (minutes after 18:00 local, value)."""
    minutes = np.array([minute for minute, _ in rows], np.float64)
    return Block(
        device_class=device_class,
        names=[DeviceId("kh-lamp-1")],
        devices=np.zeros(len(rows), np.int32),
        measured_at=micros(EVENING) + (minutes * MINUTE_US).astype(np.int64),
        values={metric: np.array([value for _, value in rows], np.float64)},
        flags={metric: np.array(flags or [Quality.GOOD] * len(rows), np.int8)},
    )
