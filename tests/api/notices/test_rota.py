"""Working hours, holidays and quiet hours. Dates by hand, from a calendar of 2026."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from api.notices.rota import quiet_until, rota
from ingest.contract.period import micros
from ingest.registry.model import Duty
from tests.api.notices.builders import a_person

HERE = ZoneInfo("Asia/Phnom_Penh")


def at(local: str) -> int:
    return micros(datetime.fromisoformat(local).replace(tzinfo=HERE))


@pytest.mark.parametrize(
    ("local", "country", "works"),
    [
        ("2026-10-02T07:29", "KH", False),
        ("2026-10-02T07:30", "KH", True),  # a Friday
        ("2026-10-02T17:29", "KH", True),
        ("2026-10-02T17:30", "KH", False),
        ("2026-10-02T17:29", "LA", False),
        ("2026-10-03T10:00", "KH", False),  # a Saturday
        ("2026-10-12T10:00", "KH", False),  # the last day of Pchum Ben
        ("2026-10-12T10:00", "LA", True),
        ("2026-12-02T10:00", "LA", False),  # National Day
        ("2026-12-02T10:00", "SC", True),  # by default
    ],
)
def test_people_work_on_workdays_that_are_no_holiday(local: str, country: str, works: bool) -> None:  # noqa: FBT001 - a table's column
    assert rota().works(at(local), country, HERE) == works


@pytest.mark.parametrize(
    ("duty", "now", "expected"),
    [
        (Duty.ALWAYS, "2026-10-10T03:00", "2026-10-10T03:00"),
        (Duty.WORKING_HOURS, "2026-10-09T17:30", "2026-10-13T07:30"),  # over Pchum Ben
        (Duty.WORKING_HOURS, "2026-10-09T06:00", "2026-10-09T07:30"),
        (Duty.OFF_HOURS, "2026-10-09T08:00", "2026-10-09T17:30"),
        (Duty.OFF_HOURS, "2026-10-10T08:00", "2026-10-10T08:00"),
    ],
)
def test_somebody_is_next_on_duty_when_the_rota_says(duty: Duty, now: str, expected: str) -> None:
    assert rota().duty_from(a_person(duty=duty), at(now), "KH", HERE) == at(expected)


@pytest.mark.parametrize(
    ("quiet", "now", "expected"),
    [
        ("", "2026-10-02T23:00", "2026-10-02T23:00"),
        ("22:00..06:00", "2026-10-02T21:59", "2026-10-02T21:59"),
        ("22:00..06:00", "2026-10-02T22:00", "2026-10-03T06:00"),
        ("22:00..06:00", "2026-10-03T05:59", "2026-10-03T06:00"),
        ("22:00..06:00", "2026-10-03T06:00", "2026-10-03T06:00"),
        ("12:00..13:30", "2026-10-02T12:30", "2026-10-02T13:30"),
    ],
)
def test_quiet_hours_end_in_the_morning(quiet: str, now: str, expected: str) -> None:
    assert quiet_until(a_person(quiet=quiet), at(now), HERE) == at(expected)


def test_a_digest_goes_out_in_the_morning() -> None:
    assert rota().morning(at("2026-10-02T06:59"), HERE) == at("2026-10-02T07:00")
    assert rota().morning(at("2026-10-02T07:00"), HERE) == at("2026-10-03T07:00")


@pytest.mark.parametrize("country", ["KH", "LA"])
def test_the_holidays_of_the_year_are_there(country: str) -> None:
    days = {day for of, day in rota().holidays if of == country}

    assert {date(2026, 1, 1), date(2026, 4, 14), date(2026, 5, 1)} <= days
    assert {day.year for day in days} == {2026}
