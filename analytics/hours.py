"""Hours: what each metric of each device amounts to in each UTC hour.

A gauge holds until its next reading, at most two intervals; what it holds across an hour's edge
belongs to both hours. A counter's advance belongs to the hour of the reading that tells it.
Readings are summed in time order, so the digits do not depend on the order of arrival.

A table of hours has one row a (device, hour, metric), in this order, with the columns of COLUMNS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.counter_changes import (
    READING,
    START,
    CounterChange,
    Told,
    interleaved,
)
from analytics.counters import advance
from ingest.contract.catalog import SOUND_LEVEL, metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import Kind
from ingest.contract.period import HOUR_US, Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block

HOLD_INTERVALS: Final = 2
RECORD: Final = "record"
"""The row of this name counts the distinct records of an hour."""

SOUND_ENERGY: Final = "sound_energy"
"""The row of this name has 10^(L/10) of a sound level L: levels are no quantity to average."""

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
    "bridged": "float64",  # of that, what was told across a gap: how much is known, when is not
    "running": "float64",  # a counter's running maximum at the hour's end
    "resets": "int64",
}

RunningMaxima = Mapping[tuple[DeviceId, str], float]
"""By device and counter, the running maximum before a span."""


_Integers = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]
_KEY: Final = ("device", "hour", "metric")
_ADDED: Final = frozenset({"readings", "seconds", "positive_s", "resets"})
_HOUR_BITS: Final = (1 << 32) - 1  # hours since the epoch fit for half a million years


@dataclass(frozen=True, slots=True)
class _Series:
    """The good readings of one metric, by device and time."""

    device: _Integers
    at: _Integers
    value: _Floats


@dataclass(frozen=True, slots=True)
class _Pieces:
    """What readings hold, cut at the hours' edges."""

    device: _Integers
    start: _Integers
    end: _Integers
    value: _Floats


def no_hours() -> pd.DataFrame:
    """Return a table without rows."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in COLUMNS.items()})


def lead_in(interval_s: int) -> int:
    """Return how long before an hour its readings reach into it. [microseconds]"""
    return HOLD_INTERVALS * interval_s * 1_000_000


def roll(
    block: Block,
    span: Period,
    *,
    intervals_s: Mapping[DeviceId, int],
    running: RunningMaxima,
    changes: Sequence[CounterChange] = (),
) -> pd.DataFrame:
    """Return the hours of a span of whole hours.

    Args:
        block: Readings of the span and of the lead-in before it, by device and time, each once.
        span: Which hours to compute.
        intervals_s: Each device's expected time between readings. [s]
        running: Running maxima at the span's start.
        changes: Counters that were put in the place of others, of devices that the block names.
    """
    hold = np.array([lead_in(intervals_s[name]) for name in block.names], np.int64)
    cells = [_count_records(block, span)]
    for name, metric in sorted(metrics_of(block.device_class).items()):
        series = _good(block, name)
        if metric.kind is Kind.COUNTER:
            own = [each for each in changes if each.metric == name and _within(each.at, span)]
            before = [running.get((device, name)) for device in block.names]
            if series is not None or own:
                told = _told(series, own, block.names)
                cells.append(_roll_counter(told, name, span, before, hold))
        elif series is not None:
            cells.append(_roll_held(series, name, span, hold))
            if name == SOUND_LEVEL.name:
                energy = _Series(series.device, series.at, 10 ** (series.value / 10))
                cells.append(_roll_held(energy, SOUND_ENERGY, span, hold))
    return _table(block, [cell for cell in cells if len(cell.groups)])


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


class _Groups:
    """Groups rows of one or more kinds by device and hour; sums add up in the order of the rows."""

    def __init__(self, *kinds: tuple[_Integers, _Integers]) -> None:
        codes = [device << 32 | hour for device, hour in kinds]
        self.codes, places = np.unique(np.concatenate(codes), return_inverse=True)
        self._places = np.split(places, np.cumsum([len(code) for code in codes])[:-1])

    def __len__(self) -> int:
        return len(self.codes)

    def count(self, kind: int = 0) -> _Integers:
        return np.bincount(self._places[kind], minlength=len(self)).astype(np.int64)

    def sum(self, values: _Floats, kind: int = 0) -> _Floats:
        added = np.bincount(self._places[kind], weights=values, minlength=len(self))
        return added.astype(np.float64)

    def extreme(self, values: _Floats, pick: np.ufunc, kind: int = 0) -> _Floats:
        result = np.full(len(self), np.nan)
        pick.at(result, self._places[kind], values)
        return result

    def last(self, values: _Floats, kind: int = 0) -> _Floats:
        result = np.full(len(self), np.nan)
        result[self._places[kind]] = values
        return result


@dataclass(frozen=True, slots=True)
class _Cells:
    """A metric's rows of the table: one a group, and the columns that say something."""

    metric: str
    groups: _Groups
    columns: Mapping[str, _Integers | _Floats]


def _table(block: Block, cells: Sequence[_Cells]) -> pd.DataFrame:
    """Put the metrics' rows together, in the order of device, hour and metric."""
    if not cells:
        return no_hours()
    codes = np.concatenate([cell.groups.codes for cell in cells])
    metric = np.repeat([cell.metric for cell in cells], [len(cell.groups) for cell in cells])
    order = np.lexsort((metric, codes))
    columns = {name: _column(name, cells)[order] for name in COLUMNS if name not in _KEY}
    device = np.array(block.names, dtype=object)[(codes >> 32)[order]]
    hour = (codes & _HOUR_BITS)[order] * HOUR_US
    table = pd.DataFrame({"device": device, "hour": hour, "metric": metric[order], **columns})
    return table[list(COLUMNS)].astype(dict(COLUMNS))


def _column(name: str, cells: Sequence[_Cells]) -> npt.NDArray[np.generic]:
    nothing = 0 if name in _ADDED else np.nan
    return np.concatenate(
        [cell.columns.get(name, np.full(len(cell.groups), nothing)) for cell in cells]
    )


def _count_records(block: Block, span: Period) -> _Cells:
    inside = block.measured_at >= span.start
    groups = _Groups((block.devices[inside].astype(np.int64), block.measured_at[inside] // HOUR_US))
    return _Cells(RECORD, groups, {"readings": groups.count()})


def _roll_held(series: _Series, name: str, span: Period, hold: _Integers) -> _Cells:
    held = _pieces(series, span, hold)
    seconds = (held.end - held.start) / 1e6
    inside = series.at >= span.start
    value = series.value[inside]
    groups = _Groups(
        (held.device, held.start // HOUR_US), (series.device[inside], series.at[inside] // HOUR_US)
    )
    columns: dict[str, _Integers | _Floats] = {
        "readings": groups.count(1),
        "seconds": groups.sum(seconds),
        "positive_s": groups.sum(np.where(held.value > 0, seconds, 0.0)),
        "integral": groups.sum(held.value * seconds),
        "minimum": groups.extreme(value, np.fmin, 1),
        "maximum": groups.extreme(value, np.fmax, 1),
    }
    return _Cells(name, groups, columns)


def _pieces(series: _Series, span: Period, hold: _Integers) -> _Pieces:
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
    return _Pieces(
        series.device[row],
        np.maximum(start[row], hour * HOUR_US),
        np.minimum(end[row], (hour + 1) * HOUR_US),
        series.value[row],
    )


def _within(at: int, span: Period) -> bool:
    return span.start <= at < span.end


def _told(
    series: _Series | None, changes: Sequence[CounterChange], names: Sequence[DeviceId]
) -> Told:
    nothing = np.empty(0, np.int64)
    known = series or _Series(nothing, nothing, np.empty(0))
    placed = [(names.index(each.device), each) for each in changes]
    return interleaved(known.device, known.at, known.value, placed)


def _roll_counter(
    series: Told, name: str, span: Period, running: Sequence[float | None], hold: _Integers
) -> _Cells:
    inside = series.at >= span.start
    device, value, what = series.device[inside], series.value[inside], series.what[inside]
    increase, after = np.zeros(len(value)), np.empty(len(value))
    resets = np.zeros(len(value))
    begins = np.flatnonzero((np.diff(device) != 0) | (what[1:] == START)) + 1
    for low, high in pairwise([0, *begins.tolist(), len(value)]):
        if low < high:
            before = None if what[low] == START else running[device[low]]
            told = advance(value[low:high], running=before)
            increase[low:high], after[low:high] = told.increase, told.running
            resets[low:high] = told.resets
    groups = _Groups((device, series.at[inside] // HOUR_US))
    read = what == READING
    seen = np.where(read, value, np.nan)
    columns: dict[str, _Integers | _Floats] = {
        "readings": groups.sum(read.astype(np.float64)).astype(np.int64),
        "minimum": groups.extreme(seen, np.fmin),
        "maximum": groups.extreme(seen, np.fmax),
        "increase": groups.sum(increase),
        "bridged": groups.sum(np.where(_after_gap(series, hold)[inside], increase, 0.0)),
        "running": groups.last(after),
        "resets": groups.sum(resets).astype(np.int64),
    }
    return _Cells(name, groups, columns)


def _after_gap(series: Told, hold: _Integers) -> npt.NDArray[np.bool_]:
    """Tell which readings come later than the one before them holds; a first one does."""
    gap = np.ones(len(series.at), np.bool_)
    same = series.device[1:] == series.device[:-1]
    gap[1:] = ~same | (np.diff(series.at) > hold[series.device[1:]])
    return gap
