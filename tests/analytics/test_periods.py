"""Periods as people name them."""

from datetime import date

import pytest

from analytics.periods import PeriodError, parse_period


@pytest.mark.parametrize(
    ("text", "first", "last", "count"),
    [
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31), 31),
        ("2026-02", date(2026, 2, 1), date(2026, 2, 28), 28),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), 92),
        ("2028", date(2028, 1, 1), date(2028, 12, 31), 366),
        ("2026-03-01..2026-09-30", date(2026, 3, 1), date(2026, 9, 30), 214),
        ("2026-03-01..2026-03-01", date(2026, 3, 1), date(2026, 3, 1), 1),
    ],
)
def test_a_period_has_both_its_days(text: str, first: date, last: date, count: int) -> None:
    days = parse_period(text)

    assert (days.first, days.last, days.count, days.label) == (first, last, count, text)
    assert list(days)[-1] == last


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-Q5", "26", "2026-10-01..2026-09-30", "2026-02-30..2026-03-01", "october"],
)
def test_anything_else_is_an_error_that_quotes_it(text: str) -> None:
    with pytest.raises(PeriodError, match="expected 2026-10"):
        parse_period(text)
