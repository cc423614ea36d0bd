"""Recordings of real inverters that nobody here made, to be served again as if they were live.

A recording is a CSV file of two columns under a heading: instants with their offset from UTC, and
AC power in watts. Such a file is `serf_east_15min_ac_power.csv` in the `pvanalytics` package (MIT):
the fixed-tilt array SERF East (39.742 N, 105.1727 W), recorded by NREL, system 50 of the PV Data
Acquisition database (Open Energy Data Initiative, submission 4568). Its values are means of the
quarter of an hour before the stamp; they are watts by their size, up to 5,426, though the package's
gallery labels an axis with kW.
"""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import Final

from ingest.contract.period import micros

_COLUMNS: Final = 2
_LEAST_ROWS: Final = 2


class RecordingError(ValueError):
    """A file is not a recording; says where, and what was expected."""

    def __init__(self, path: Path, *, line: int, expected: str) -> None:
        super().__init__(f"{path}: line {line}: expected {expected}")
        self.path = path
        self.line = line
        self.expected = expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one inverter delivered, as recorded: no counter is invented, no gap filled."""

    instants: tuple[int, ...]  # ascending. [microseconds since the epoch, UTC]
    active_power_w: tuple[float, ...]  # as recorded; slightly negative at night
    utc_offset: timedelta  # of the recording's local time at its start

    def __len__(self) -> int:
        return len(self.instants)

    @property
    def interval_s(self) -> int:
        """The usual time between two steps, the median [s]."""
        gaps = [after - before for before, after in pairwise(self.instants)]
        return round(median_low(gaps) / 1e6)

    def step_values(self, step: int) -> Mapping[str, float | None]:
        """Return a step by metric of the catalog, in the whole watts of an inverter's register."""
        return {"active_power": float(round(self.active_power_w[step])), "energy_generated": None}

    def local_days(self, first: int, count: int) -> "Recording":
        """Return some of the recorded local days; day 0 is the first, complete or not."""
        days = [self._local_day(instant) for instant in self.instants]
        rows = [row for row, day in enumerate(days) if first <= day - days[0] < first + count]
        return Recording(
            instants=tuple(self.instants[row] for row in rows),
            active_power_w=tuple(self.active_power_w[row] for row in rows),
            utc_offset=self.utc_offset,
        )

    def _local_day(self, instant: int) -> int:
        return (instant // 1_000_000 + round(self.utc_offset.total_seconds())) // 86_400


def read_recording(path: Path) -> Recording:
    """Read a recording; a stamp without offset, out of order or without a number is an error."""
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        reader = csv.reader(file)
        try:
            rows = list(_rows(path, reader))
        except csv.Error as error:
            raise RecordingError(path, line=reader.line_num, expected=f"CSV ({error})") from error
    if len(rows) < _LEAST_ROWS:
        raise RecordingError(path, line=len(rows) + 1, expected="at least two rows of values")
    return Recording(
        instants=tuple(micros(moment) for moment, _ in rows),
        active_power_w=tuple(power for _, power in rows),
        utc_offset=rows[0][0].utcoffset() or timedelta(0),
    )


def _rows(path: Path, lines: Iterator[list[str]]) -> Iterator[tuple[datetime, float]]:
    """Yield instants as written, with their offset, and values; empty lines say nothing."""
    next(lines, None)
    before: datetime | None = None
    for number, line in enumerate(lines, start=2):
        if not line:
            continue
        if len(line) != _COLUMNS:
            raise RecordingError(path, line=number, expected="an instant and AC power in W")
        moment, power = _moment(path, number, line[0]), _power(path, number, line[1])
        if before is not None and moment <= before:
            raise RecordingError(path, line=number, expected=f"an instant after {before}")
        before = moment
        yield moment, power


def _moment(path: Path, line: int, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.utcoffset() is None:
        raise RecordingError(path, line=line, expected=f"an instant with offset, not {text!r}")
    return moment


def _power(path: Path, line: int, text: str) -> float:
    try:
        power = float(text)
    except ValueError:
        power = math.nan
    if not math.isfinite(power):
        raise RecordingError(path, line=line, expected=f"AC power in W, not {text!r}")
    return power
