"""Checks on what arrived: a time nobody can have measured at, a value no equipment can give.

Times are QARTOD's impossible date, values its gross range with the catalogue's span.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from ingest.contract.chunk import Defect, Part
from ingest.contract.metric import Metric
from ingest.contract.period import instant, micros, rfc3339
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges
from ingest.storage.block import Flags, Values

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)  # [assumed] no equipment here is older
AHEAD: Final = timedelta(minutes=10)  # [assumed] how far a device's clock may run ahead of ours
_EARLIEST_MS: Final = micros(EARLIEST) // 1_000
_AHEAD_US: Final = AHEAD // timedelta(microseconds=1)


def impossible_times(part: Part, *, received_at: int) -> tuple[Defect, ...]:
    """Return the rows measured before any equipment stood, or after they were received."""
    latest = (received_at + _AHEAD_US) // 1_000
    if min(part.measured_at) >= _EARLIEST_MS and max(part.measured_at) <= latest:
        return ()
    return tuple(
        Defect(numbers=Ranges.of((number, number)), reason=_why(time, latest))
        for number, time in zip(part.number, part.measured_at, strict=True)
        if not _EARLIEST_MS <= time <= latest
    )


def _why(milliseconds: int, latest: int) -> str:
    try:
        measured_at = rfc3339(instant(milliseconds * 1_000))
    except OverflowError:
        measured_at = f"{milliseconds} ms after 1970"
    what = "after it was received" if milliseconds > latest else f"before {EARLIEST:%Y}"
    return f"impossible time: measured {measured_at}, {what}"


def flag_implausible(metric: Metric, values: Values, flags: Flags) -> None:
    """Flag as bad, in place, every value outside the metric's plausible range."""
    with np.errstate(invalid="ignore"):
        outside = (values < metric.low) | (values > metric.high)
    flags[outside] = Quality.BAD
