"""In whatever order and batches readings arrive, the hours end up the same to the last bit."""

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.service.hourfiles import HourFiles
from analytics.service.rolling import Roller
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period, hour_of, micros
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from tests.builders import EVENING, MINUTE_US

_DEVICES = (DeviceId("kh-pv-1"), DeviceId("kh-pv-2"))
_START = micros(EVENING)
_SPAN = Period(hour_of(_START), hour_of(_START) + 12 * HOUR_US)

# Device, minutes after 18:00, power, counter. Counters reset, dip, and stand still.
_row = st.tuples(
    st.integers(0, 1),
    st.integers(0, 11 * 60),
    st.floats(-5, 9000, allow_nan=False),
    st.floats(0, 50, allow_nan=False),
)
_rows = st.lists(_row, min_size=1, max_size=30, unique_by=lambda row: row[:2])
Row = tuple[int, int, float, float]


def _block(rows: Sequence[Row]) -> Block:
    device, minute, power, counter = (np.array(column) for column in zip(*rows, strict=True))
    good = np.ones(len(rows), np.int8)
    counts = (device == 0).astype(np.int8)  # the second has no counter
    return Block(
        device_class=DeviceClass.SCHOOL_PV,
        names=_DEVICES,
        devices=device.astype(np.int32),
        measured_at=_START + minute.astype(np.int64) * MINUTE_US,
        values={
            "active_power": power.astype(np.float64),
            "energy_generated": np.where(counts, counter, np.nan).astype(np.float64),
        },
        flags={"active_power": good, "energy_generated": counts},
    )


def _hours(batches: Sequence[Sequence[Row]]) -> pd.DataFrame:
    """Let batches arrive one after the other, computing what each touches."""
    with tempfile.TemporaryDirectory() as directory:
        files = HourFiles(Path(directory))
        roller = Roller(
            store=MemoryStore(),
            files=files,
            zone=ZoneId("kh-test"),
            device_class=DeviceClass.SCHOOL_PV,
            intervals_s=dict(zip(_DEVICES, (300, 5400), strict=True)),
        )
        for batch in batches:
            roller.store.write([_block(batch)])
            touched: dict[DeviceId, set[int]] = {}
            for device, minute, _, _ in batch:
                hour = hour_of(_START + minute * MINUTE_US)
                touched.setdefault(_DEVICES[device], set()).add(hour)
            roller.compute(touched)
        found = files.read(roller.zone, roller.device_class, _SPAN)
        files.close()
        return found.sort_values(["device", "hour", "metric"], ignore_index=True)


@settings(max_examples=40, deadline=None)
@given(_rows, st.data())
def test_the_hours_do_not_depend_on_the_order_of_arrival(
    rows: list[Row], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(rows)), max_size=6)))
    edges = [0, *cuts, len(rows)]
    batches = [shuffled[low:high] for low, high in pairwise(edges)]

    in_order = _hours([sorted(rows)])
    as_it_came = _hours([batch for batch in batches if batch])

    pd.testing.assert_frame_equal(as_it_came, in_order, check_exact=True)
