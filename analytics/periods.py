"""Periods as people name them: a month, a quarter, a year, or two days with dots between."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


class PeriodError(ValueError):
    """A text that names no period."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"period {text!r}: expected 2026-10, 2026-Q4, 2026 or 2026-03-01..2026-09-30"
        )
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Local days from first to last, both included, and how they are called."""

    label: str
    first: date
    last: date

    @property
    def count(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        return iter([self.first + timedelta(days=n) for n in range(self.count)])


_RANGE: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)")
_MONTH: Final = re.compile(r"(\d{4})-(\d\d)")
_QUARTER: Final = re.compile(r"(\d{4})-Q([1-4])")
_YEAR: Final = re.compile(r"\d{4}")


def parse_period(text: str) -> Days:
    """Read a period, or raise PeriodError."""
    try:
        first, last = _bounds(text)
    except ValueError:
        raise PeriodError(text) from None
    if last < first:
        raise PeriodError(text)
    return Days(label=text, first=first, last=last)


def _bounds(text: str) -> tuple[date, date]:
    if match := _RANGE.fullmatch(text):
        return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    if match := _MONTH.fullmatch(text):
        return _months(int(match[1]), int(match[2]), 1)
    if match := _QUARTER.fullmatch(text):
        return _months(int(match[1]), 3 * int(match[2]) - 2, 3)
    if _YEAR.fullmatch(text):
        return _months(int(text), 1, 12)
    raise ValueError(text)


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    last = month + count - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])
