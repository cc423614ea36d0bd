"""Completeness of means, and limits exceeded, worked out by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from analytics.air.exceeding import exceedances
from analytics.air.limits import in_force, limits
from analytics.air.means import highest_8h, mean
from ingest.contract.identity import DeviceId

_BEGINS = datetime(2026, 10, 1, tzinfo=UTC)
_STATION = DeviceId("kh-air-1")


def exact(*values: float | None) -> list[Fraction | None]:
    return [None if each is None else Fraction(str(each)) for each in values]


@pytest.mark.parametrize(("valid", "expected"), [(18, Fraction(10)), (17, None)])
def test_a_day_needs_three_quarters_of_its_hours(valid: int, expected: Fraction | None) -> None:
    hours = exact(*[10.0] * valid, *[None] * (24 - valid))

    assert mean(hours, enough=18) == expected


def test_the_highest_eight_hours_reach_into_the_next_day() -> None:
    """Clean until 20:00, 80 in the last four hours, and 80 in the next day's first four."""
    today = exact(*[8.0] * 20, *[80.0] * 4)

    assert highest_8h(today, exact(*[80.0] * 24)) == 80
    assert highest_8h(today, exact(*[None] * 24)) is None


@pytest.mark.parametrize(
    ("missing", "valid"),
    [
        pytest.param(range(0), True, id="none"),
        pytest.param(range(7, 10), True, id="one window lost its sixth hour"),
        pytest.param(range(7, 14), False, id="too many windows lost"),
    ],
)
def test_eight_hours_need_six_and_a_day_thirteen_windows(
    missing: Sequence[int], *, valid: bool
) -> None:
    today = [None if hour in missing else Fraction(50) for hour in range(24)]

    assert (highest_8h(today, [Fraction(50)] * 24) is not None) is valid


@pytest.mark.parametrize(
    ("jurisdiction", "day", "expected"),
    [
        ("KH", "2026-10-01", ["50"]),
        ("LA", "2026-10-01", ["50"]),
        ("SC", "2026-10-01", []),
        ("VN", "2025-12-31", ["50"]),
        ("VN", "2026-01-01", ["45"]),
        ("CN", "2026-02-28", ["75"]),
        ("CN", "2026-03-01", ["25", "60"]),
        ("CN", "2031-01-01", ["25", "50"]),
        ("EU", "2029-12-31", []),
        ("WHO_AQG", "2026-10-01", ["15"]),
    ],
)
def test_limits_of_pm25_over_a_day_by_date(
    jurisdiction: str, day: str, expected: list[str]
) -> None:
    found = in_force(jurisdiction, "pm25", "24h", date.fromisoformat(day))

    assert [str(each.value) for each in found] == expected


def test_every_limit_has_a_publication_and_how_it_was_read() -> None:
    assert all(each.source and each.evidence for each in limits())


def test_a_warning_begins_and_is_cleared() -> None:
    """40 for a day, then 90: above 50 on average after 5 hours; then 20: below after 14."""
    hours = exact(*[40.0] * 24, *[90.0] * 12, *[20.0] * 30)

    (found,) = exceedances(_STATION, hours, _BEGINS, in_force("KH", "pm25", "24h", date.max))

    assert found.since == _BEGINS + timedelta(hours=24 + 5)
    assert found.cleared == _BEGINS + timedelta(hours=36 + 14)
    assert found.highest == Fraction(12 * 90 + 12 * 40, 24)


def test_a_warning_stands_while_nothing_is_known() -> None:
    hours = exact(*[60.0] * 20, *[None] * 24)

    (found,) = exceedances(_STATION, hours, _BEGINS, in_force("LA", "pm25", "24h", date.max))

    assert (found.since, found.cleared) == (_BEGINS + timedelta(hours=18), None)


def test_the_limit_itself_is_not_exceeded() -> None:
    limit = in_force("KH", "pm25", "24h", date.max)

    assert exceedances(_STATION, exact(*[50.0] * 48), _BEGINS, limit) == []
