"""Instants, hours and half-open periods."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contract.period import (
    HOUR_US,
    Period,
    hour_of,
    instant,
    is_late,
    micros,
    parse_rfc3339,
    rfc3339,
    utc_day,
)

moments = st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
VICTORIA = timezone(timedelta(hours=4))


@given(moments)
def test_an_instant_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert instant(micros(moment)) == moment
    assert parse_rfc3339(rfc3339(moment)) == moment


def test_microseconds_count_from_1970() -> None:
    assert micros(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert micros(datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)) == 1_000_000_000_000_000
    assert micros(datetime(1970, 1, 1, 4, 0, 0, 1, tzinfo=VICTORIA)) == 1
    assert micros(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) == -1_000_000


def test_an_instant_is_written_in_utc() -> None:
    assert rfc3339(datetime(2026, 10, 31, 3, 0, tzinfo=VICTORIA)) == "2026-10-30T23:00:00Z"


def test_an_instant_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        micros(datetime(2026, 10, 30))  # noqa: DTZ001
    with pytest.raises(ValueError, match="offset"):
        parse_rfc3339("2026-10-30T11:00:00")


def test_a_day_is_that_of_utc() -> None:
    late = micros(datetime(2026, 10, 31, 3, 59, 59, tzinfo=VICTORIA))

    assert utc_day(late) == date(2026, 10, 30)
    assert utc_day(late + 1_000_000) == date(2026, 10, 31)


@pytest.mark.parametrize(
    ("microseconds", "hour"),
    [(0, 0), (HOUR_US - 1, 0), (HOUR_US, HOUR_US), (-1, -HOUR_US)],
)
def test_an_hour_begins_with_its_first_instant(microseconds: int, hour: int) -> None:
    assert hour_of(microseconds) == hour


def test_late_is_older_than_half_an_hour_at_receipt() -> None:
    received = micros(datetime(2026, 10, 30, 12, 0, tzinfo=UTC))
    on_the_mark = micros(datetime(2026, 10, 30, 11, 30, tzinfo=UTC))

    assert not is_late(on_the_mark, received)
    assert is_late(on_the_mark - 1, received)
    assert not is_late(received + 60_000_000, received)


def test_a_period_has_its_start_and_not_its_end() -> None:
    period = Period(10, 20)

    assert [at in period for at in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_period_that_ends_before_it_starts_is_an_error() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        Period(1, 0)


def test_a_period_between_instants_knows_its_length() -> None:
    start = datetime(2026, 10, 30, 11, 0, tzinfo=UTC)

    assert Period.between(start, start + timedelta(minutes=5)).seconds == 300.0


@pytest.mark.parametrize(
    ("period", "hours"),
    [
        pytest.param(Period(0, HOUR_US), [0], id="a whole hour"),
        pytest.param(Period(1, HOUR_US + 1), [0, HOUR_US], id="parts of two"),
        pytest.param(Period(5, 6), [0], id="an instant"),
        pytest.param(Period(5, 5), [], id="nothing"),
        pytest.param(Period(-1, 0), [-HOUR_US], id="before 1970"),
    ],
)
def test_a_period_touches_the_hours_it_has_an_instant_of(period: Period, hours: list[int]) -> None:
    assert list(period.hours()) == hours
