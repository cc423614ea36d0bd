"""When light is required of a lamp: 'sunset..sunrise', 'sunset+5h' or '18:00..04:00'."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ingest.contract.period import Period, micros

FORMS: Final = "sunset..sunrise, sunset+5h, sunset+5h30m or 18:00..04:00"

_NOON: Final = time(12)
_AFTER_SUNSET: Final = re.compile(r"sunset\+([0-9]{1,2})h(?:([0-5][0-9])m)?")
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_LONGEST: Final = timedelta(hours=23)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """From when until when; a night runs from noon to noon and is named by the day it begins on."""

    start: time | None  # local; None is sunset
    end: time | timedelta | None  # local, or a time after the start; None is sunrise

    @classmethod
    def parse(cls, text: str) -> "Schedule":
        """Read a schedule as the registry writes it; anything else is a ValueError."""
        if match := _AFTER_SUNSET.fullmatch(text):
            return cls(start=None, end=_length(text, int(match[1]), int(match[2] or 0)))
        first, _, last = text.partition("..")
        schedule = cls(start=_side(text, first, "sunset"), end=_side(text, last, "sunrise"))
        if isinstance(schedule.end, time) and schedule.start is not None:
            _in_order(text, schedule.start, schedule.end)
        return schedule

    def span(self, dark: Period, night: date, timezone: ZoneInfo) -> tuple[int, int]:
        """Return start and end, in microseconds, of the night whose sunset to sunrise is given.

        Where one side is the sun's and the other the clock's, the end may come before the start.
        """
        start = dark.start if self.start is None else _at(night, self.start, timezone)
        match self.end:
            case None:
                return start, dark.end
            case timedelta():
                return start, start + self.end // _MICROSECOND
            case time():
                return start, _at(night, self.end, timezone)


def _length(text: str, hours: int, minutes: int) -> timedelta:
    length = timedelta(hours=hours, minutes=minutes)
    if not timedelta(0) < length <= _LONGEST:
        raise ValueError(f"not a part of a night: {text!r}")
    return length


def _side(text: str, side: str, sun: str) -> time | None:
    if side == sun:
        return None
    match = _CLOCK.fullmatch(side)
    if match is None:
        raise ValueError(f"not a schedule: {text!r}")
    return time(int(match[1]), int(match[2]))


def _in_order(text: str, start: time, end: time) -> None:
    if (start < _NOON, start) >= (end < _NOON, end):
        raise ValueError(f"ends before it starts, counted from noon to noon: {text!r}")


def _at(night: date, clock: time, timezone: ZoneInfo) -> int:
    day = night + timedelta(days=1) if clock < _NOON else night
    return micros(datetime.combine(day, clock, tzinfo=timezone))
