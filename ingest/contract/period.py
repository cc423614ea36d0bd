"""Instants and spans of time, and what late and touched mean.

Columns hold instants as whole microseconds since the epoch in UTC; edges hold aware datetimes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
HOUR_US: Final = 3_600_000_000
DAY_US: Final = 24 * HOUR_US
_EPOCH_DAY: Final = _EPOCH.toordinal()
TIME_LIMIT_MS: Final = 2**52  # exclusive; in microseconds it fits an int64

LATE_AFTER: Final = timedelta(minutes=30)  # [assumed] six polls of five minutes


def micros(instant: datetime) -> int:
    """Return an aware instant as microseconds since the epoch; a naive one is an error."""
    if instant.utcoffset() is None:
        raise ValueError(f"an instant needs a time zone: {instant!r}")
    return (instant - _EPOCH) // _MICROSECOND


def instant(microseconds: int) -> datetime:
    """Return microseconds since the epoch as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def rfc3339(moment: datetime) -> str:
    """Write an instant as people and programs read it: RFC 3339 in UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 instant; one without an offset is an error."""
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        raise ValueError(f"an instant needs an offset from UTC: {text!r}")
    return moment.astimezone(UTC)


def utc_day(microseconds: int) -> date:
    """Return the UTC day an instant lies in."""
    return date.fromordinal(_EPOCH_DAY + microseconds // DAY_US)


def hour_of(microseconds: int) -> int:
    """Return the start of the UTC hour that an instant lies in, and so touches."""
    return microseconds - microseconds % HOUR_US


def is_late(measured_at: int, received_at: int) -> bool:
    """Tell whether a reading was late: its age at receipt, by our clock, never a sender's flag."""
    return received_at - measured_at > LATE_AFTER // _MICROSECOND


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A half-open span of time: the start belongs to it, the end does not. [microseconds, UTC]"""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a period ends before it starts: {self.start}..{self.end}")

    @classmethod
    def between(cls, start: datetime, end: datetime) -> "Period":
        """Return the period between two aware instants."""
        return cls(micros(start), micros(end))

    def __contains__(self, microseconds: int) -> bool:
        return self.start <= microseconds < self.end

    @property
    def seconds(self) -> float:
        """Its length. [s]"""
        return (self.end - self.start) / 1e6

    def hours(self) -> Iterator[int]:
        """Yield the start of every UTC hour it touches."""
        if self.start < self.end:
            yield from range(hour_of(self.start), self.end, HOUR_US)
