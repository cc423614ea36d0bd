"""Cells of a registry file: what each kind of cell takes, and how a value is written back."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Final, cast
from zoneinfo import ZoneInfo

from ingest.contract.identity import is_name
from ingest.registry.schedule import FORMS, Schedule

_DECIMAL: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")
_INTEGER: Final = re.compile(r"[0-9]{1,9}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_GRID: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,6}){0,2}")
_OFFSET: Final = re.compile(r"-?[0-9]{1,9}")
# No secret, and no number or address: what is entered here stays for good.
_CHANNEL: Final = re.compile(r"[a-z][a-z0-9_]{0,30}(:[a-z][a-z0-9_]{0,30})?")
_QUIET: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]\.\.([01][0-9]|2[0-3]):[0-5][0-9]")
_ICCID: Final = re.compile(r"[0-9]{18,22}")
_LONGEST_TEXT: Final = 300
_HOUR: Final = timedelta(hours=1)
_OFFSETS_FROM: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - local in every time zone asked
_OFFSETS_DAYS: Final = 41 * 366  # to 2040 and a little beyond


class CellError(ValueError):
    """A cell holds something else than its column takes."""

    def __init__(self, expected: str) -> None:
        super().__init__(f"expected {expected}")
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Cell:
    """A kind of cell: what it takes in words, and how it is read."""

    expected: str
    take: Callable[[str], object | None]  # None where the text is not what is expected

    def read(self, text: str) -> object:
        """Return the value, or raise what was expected instead."""
        value = self.take(text)
        if value is None:
            raise CellError(self.expected)
        return value


def write(value: object) -> str:
    """Write a value as its cell reads it; None is empty."""
    match value:
        case None:
            return ""
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple():
            return " ".join(map(str, cast("tuple[object, ...]", value)))
        case _:
            return str(value)


def decimal(low: str, high: str, *, unit: str, above: bool = False) -> Cell:
    """Return a cell for a decimal from low (or above it) to high, both in the unit."""
    lowest, highest = Decimal(low), Decimal(high)

    def take(text: str) -> Decimal | None:
        value = Decimal(text) if _DECIMAL.fullmatch(text) else None
        if value is None or not lowest <= value <= highest or (above and value == lowest):
            return None
        return value

    start = f"above {low}" if above else f"from {low}"
    return Cell(f"a number {start} to {high} {unit}", take)


def integer(low: int, high: int) -> Cell:
    """Return a cell for a whole number from low to high."""

    def take(text: str) -> int | None:
        value = int(text) if _INTEGER.fullmatch(text) else None
        return value if value is not None and low <= value <= high else None

    return Cell(f"a whole number from {low} to {high}", take)


def choice(of: type[StrEnum]) -> Cell:
    """Return a cell for one of a closed set."""
    members = {member.value: member for member in of}
    return Cell(f"one of {', '.join(members)}", members.get)


def several(of: Cell, expected: str) -> Cell:
    """Return a cell for one or more of a kind, with spaces between them."""

    def take(text: str) -> tuple[object, ...] | None:
        values = tuple(map(of.take, text.split()))
        return None if not values or None in values or len(set(values)) < len(values) else values

    return Cell(expected, take)


def _matching(pattern: re.Pattern[str], expected: str) -> Cell:
    return Cell(expected, lambda text: text if pattern.fullmatch(text) else None)


def _take_text(text: str) -> str | None:
    return text if text and text.isprintable() and len(text) <= _LONGEST_TEXT else None


def _take_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _take_schedule(text: str) -> str | None:
    try:
        Schedule.parse(text)
    except ValueError:
        return None
    return text


@cache
def _take_timezone(name: str) -> str | None:
    """Take a time zone whose hours begin where UTC's do, as every hour of a figure does."""
    try:
        zone = ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        return None
    days = (_OFFSETS_FROM + timedelta(days=day) for day in range(_OFFSETS_DAYS))
    offsets = {zone.utcoffset(day) for day in days}
    whole = all(offset is not None and not offset % _HOUR for offset in offsets)
    return name if whole else None


NAME: Final = Cell(
    "a name of at most 63 lower-case letters, digits, '.', '_' or '-'",
    lambda text: text if is_name(text) else None,
)
TEXT: Final = Cell(f"a text of 1 to {_LONGEST_TEXT} characters on one line", _take_text)
DAY: Final = Cell("a day like 2026-10-31", _take_day)
COUNTRY: Final = _matching(_COUNTRY, "an ISO 3166-1 alpha-2 code like KH")
GRID: Final = _matching(_GRID, "an ISO 3166 code like LA or US-TEX")
ICCID: Final = _matching(_ICCID, "the 18 to 22 digits of a SIM card")
LATITUDE: Final = decimal("-90", "90", unit="degrees")
LONGITUDE: Final = decimal("-180", "180", unit="degrees")
RATED_POWER: Final = decimal("0", "100000000", unit="W", above=True)
PERCENT: Final = decimal("0", "100", unit="%")
OFFSET: Final = Cell(
    "a whole number of seconds, a clock minus true time",
    lambda text: int(text) if _OFFSET.fullmatch(text) else None,
)
NAMES: Final = several(NAME, "names with spaces between them, each once")
CHANNELS: Final = several(
    _matching(_CHANNEL, "a channel"),
    "channels by name with spaces between them, like sms:night_shift mail:night_shift",
)
QUIET: Final = _matching(_QUIET, "hours of a day like 22:00..06:00")
SCHEDULE: Final = Cell(FORMS, _take_schedule)
TIMEZONE: Final = Cell(
    "an IANA time zone that is a whole number of hours from UTC from 2000 to 2040,"
    " since hours are the finest step of every figure",
    _take_timezone,
)
