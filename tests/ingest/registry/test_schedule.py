"""When light is required."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ingest.contract.period import Period, micros
from ingest.registry.schedule import Schedule

NIGHT = date(2026, 10, 31)
VIENTIANE = ZoneInfo("Asia/Vientiane")  # UTC+7


def utc(day: int, hour: int, minute: int = 0, *, month: int = 10) -> int:
    return micros(datetime(2026, month, day, hour, minute, tzinfo=UTC))


DARK = Period(utc(31, 10, 32), utc(31, 23, 9))  # 17:32 to 06:09 local


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("sunset..sunrise", DARK.start, DARK.end),
        ("sunset+5h", DARK.start, utc(31, 15, 32)),
        ("sunset+5h30m", DARK.start, utc(31, 16, 2)),
        ("18:00..04:00", utc(31, 11), utc(31, 21)),
        ("18:00..23:30", utc(31, 11), utc(31, 16, 30)),
        ("01:00..05:00", utc(31, 18), utc(31, 22)),
        ("sunset..00:00", DARK.start, utc(31, 17)),
        ("18:00..sunrise", utc(31, 11), DARK.end),
    ],
)
def test_a_schedule_spans_the_night_of_a_day(text: str, start: int, end: int) -> None:
    assert Schedule.parse(text).span(DARK, NIGHT, VIENTIANE) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dusk..dawn",
        "sunrise..sunset",
        "sunset",
        "sunset+0h",
        "sunset+24h",
        "sunset+5h60m",
        "sunset+5",
        "18:00-04:00",
        "18:00..24:00",
        "8:00..04:00",
        "១៨:00..04:00",
        "04:00..18:00",
        "18:00..18:00",
        "sunset..sunrise..04:00",
    ],
)
def test_anything_else_is_no_schedule(text: str) -> None:
    with pytest.raises(ValueError, match=r"schedule|night|before"):
        Schedule.parse(text)
