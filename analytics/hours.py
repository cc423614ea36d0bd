"""Hours: what each metric of each device amounts to in each UTC hour.

A gauge holds until its next reading, at most two intervals; what it holds across an hour's edge
belongs to both hours. A counter's advance belongs to the hour of the reading that tells it.
Readings are summed in time order, so the digits do not depend on the order of arrival.

A table of hours has one row a (device, hour, metric), in this order, with the columns of COLUMNS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.counters import advance
from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import Kind
from ingest.contract.period import HOUR_US, Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block

HOLD_INTERVALS: Final = 2
RECORD: Final = "record"
"""The row of this name counts the distinct records of an hour."""

COLUMNS: Final[Mapping[str, str]] = {
    "device": "str",
    "hour": "int64",  # start, microseconds, UTC
    "metric": "str",
    "readings": "int64",
    "seconds": "float64",  # held by good readings
    "positive_s": "float64",  # held above 0
    "integral": "float64",  # unit of the metric times seconds
    "minimum": "float64",
    "maximum": "float64",
    "increase": "float64",  # of a counter
    "running": "float64",  # a counter's running maximum at the hour's end
    "resets": "int64",
}

RunningMaxima = Mapping[tuple[DeviceId, str], float]
"""By device and counter, the running maximum before a span."""


@dataclass(frozen=True, slots=True)
class _Series:
    """The good readings of one metric, by device and time."""

    device: npt.NDArray[np.int64]
    at: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]


def no_hours() -> pd.DataFrame:
    """Return a table without rows."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in COLUMNS.items()})


def lead_in(interval_s: int) -> int:
    """Return how long before an hour its readings reach into it. [microseconds]"""
    return HOLD_INTERVALS * interval_s * 1_000_000


def roll(
    block: Block, span: Period, *, intervals_s: Mapping[DeviceId, int], running: RunningMaxima
) -> pd.DataFrame:
    """Return the hours of a span of whole hours.

    Args:
        block: Readings of the span and of the lead-in before it, by device and time, each once.
        span: Which hours to compute.
        intervals_s: Each device's expected time between readings. [s]
        running: Running maxima at the span's start.
    """
    inside = block.measured_at >= span.start
    tables = [_count_records(block, inside)]
    hold = np.array([lead_in(intervals_s[name]) for name in block.names], np.int64)
    for name, metric in sorted(metrics_of(block.device_class).items()):
        series = _good(block, name)
        if series is None:
            continue
        if metric.kind is Kind.COUNTER:
            tables.append(_roll_counter(series, block, name, span, running))
        else:
            tables.append(_roll_held(series, block, name, span, hold))
    table = pd.concat([table for table in tables if len(table)] or [no_hours()], ignore_index=True)
    return table.sort_values(["device", "hour", "metric"], ignore_index=True)[list(COLUMNS)].astype(
        dict(COLUMNS)
    )


def _good(block: Block, name: str) -> _Series | None:
    if name not in block.values:
        return None
    flags = block.flags[name]
    rows = np.flatnonzero((flags == Quality.GOOD) | (flags == Quality.UNCHECKED))
    if not len(rows):
        return None
    return _Series(
        block.devices[rows].astype(np.int64), block.measured_at[rows], block.values[name][rows]
    )


def _count_records(block: Block, inside: npt.NDArray[np.bool_]) -> pd.DataFrame:
    device, hour = block.devices[inside], block.measured_at[inside] // HOUR_US
    keys = _Keys(device.astype(np.int64), hour)
    return _table(block, RECORD, keys, {"readings": keys.count()})


class _Keys:
    """Groups rows by device and hour; sums add up in the order of the rows."""

    def __init__(self, device: npt.NDArray[np.int64], hour: npt.NDArray[np.int64]) -> None:
        pairs = np.stack([device, hour])
        self.found, self._place = np.unique(pairs, axis=1, return_inverse=True)
        self._place = self._place.ravel()

    def __len__(self) -> int:
        return int(self.found.shape[1])

    def count(self) -> npt.NDArray[np.int64]:
        return np.bincount(self._place, minlength=len(self)).astype(np.int64)

    def sum(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.bincount(self._place, weights=values, minlength=len(self)).astype(np.float64)

    def extreme(
        self, values: npt.NDArray[np.float64], pick: np.ufunc, start: float
    ) -> npt.NDArray[np.float64]:
        result = np.full(len(self), start)
        pick.at(result, self._place, values)
        return result

    def last(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        result = np.empty(len(self))
        result[self._place] = values
        return result


def _table(
    block: Block, metric: str, keys: _Keys, columns: Mapping[str, npt.NDArray[np.generic]]
) -> pd.DataFrame:
    names = np.array(block.names, dtype=object)
    blank = {
        name: np.zeros(len(keys), dtype) if name in _ZERO else np.full(len(keys), np.nan)
        for name, dtype in COLUMNS.items()
        if dtype != "str"
    }
    return pd.DataFrame(
        blank
        | {"device": names[keys.found[0]], "hour": keys.found[1] * HOUR_US, "metric": metric}
        | dict(columns)
    )


_ZERO: Final = frozenset({"hour", "readings", "seconds", "positive_s", "resets"})


def _roll_held(
    series: _Series, block: Block, name: str, span: Period, hold: npt.NDArray[np.int64]
) -> pd.DataFrame:
    device, start, end, value = _pieces(series, span, hold)
    keys = _Keys(device, start // HOUR_US)
    seconds = (end - start) / 1e6
    columns: dict[str, npt.NDArray[np.generic]] = {
        "seconds": keys.sum(seconds),
        "positive_s": keys.sum(np.where(value > 0, seconds, 0.0)),
        "integral": keys.sum(value * seconds),
    }
    held = _table(block, name, keys, columns)
    inside = series.at >= span.start
    spoken = _Keys(series.device[inside], series.at[inside] // HOUR_US)
    columns = {
        "readings": spoken.count(),
        "minimum": spoken.extreme(series.value[inside], np.minimum, np.inf),
        "maximum": spoken.extreme(series.value[inside], np.maximum, -np.inf),
    }
    read = _table(block, name, spoken, columns)[["device", "hour", *columns]]
    merged = held.drop(columns=list(columns)).merge(read, on=["device", "hour"], how="outer")
    merged["readings"] = merged["readings"].fillna(0)
    return merged


def _pieces(
    series: _Series, span: Period, hold: npt.NDArray[np.int64]
) -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]
]:
    """Cut what each reading holds at the hours' edges and at the span's."""
    end = series.at + hold[series.device]
    same = series.device[:-1] == series.device[1:]
    end[:-1] = np.where(same, np.minimum(end[:-1], series.at[1:]), end[:-1])
    start = np.maximum(series.at, span.start)
    end = np.minimum(end, span.end)
    rows = np.flatnonzero(end > start)
    first, last = start[rows] // HOUR_US, (end[rows] - 1) // HOUR_US
    times = last - first + 1
    row = np.repeat(rows, times)
    hour = (
        np.repeat(first, times) + np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    )
    return (
        series.device[row],
        np.maximum(start[row], hour * HOUR_US),
        np.minimum(end[row], (hour + 1) * HOUR_US),
        series.value[row],
    )


def _roll_counter(
    series: _Series, block: Block, name: str, span: Period, running: RunningMaxima
) -> pd.DataFrame:
    inside = series.at >= span.start
    device, hour, value = series.device[inside], series.at[inside] // HOUR_US, series.value[inside]
    increase, after = np.zeros(len(value)), np.empty(len(value))
    resets = np.zeros(len(value), np.int64)
    edges = [0, *(np.flatnonzero(np.diff(device)) + 1).tolist(), len(value)]
    for low, high in pairwise(edges):
        if low < high:
            before = running.get((block.names[device[low]], name))
            told = advance(value[low:high], running=before)
            increase[low:high], after[low:high] = told.increase, told.running
            resets[low:high] = told.resets
    keys = _Keys(device, hour)
    columns: dict[str, npt.NDArray[np.generic]] = {
        "readings": keys.count(),
        "minimum": keys.extreme(value, np.minimum, np.inf),
        "maximum": keys.extreme(value, np.maximum, -np.inf),
        "increase": keys.sum(increase),
        "running": keys.last(after),
        "resets": keys.sum(resets.astype(np.float64)).astype(np.int64),
    }
    return _table(block, name, keys, columns)
