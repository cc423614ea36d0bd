"""Local days, with instants taken from a calendar."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.days import day_of, span_of
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros

_LAMP, _PV = DeviceClass.STREETLIGHT, DeviceClass.SCHOOL_PV
_KH, _SC = ZoneInfo("Asia/Phnom_Penh"), ZoneInfo("Indian/Mahe")


@pytest.mark.parametrize(
    ("utc", "timezone", "device_class", "day"),
    [
        pytest.param("2026-10-31T16:59", _KH, _PV, date(2026, 10, 31), id="23:59 local"),
        pytest.param("2026-10-31T17:00", _KH, _PV, date(2026, 11, 1), id="midnight local"),
        pytest.param("2026-10-31T19:00", _SC, _PV, date(2026, 10, 31), id="23:00 in Seychelles"),
        pytest.param(
            "2026-10-31T22:00", _KH, _LAMP, date(2026, 10, 31), id="5 h after sunset's day"
        ),
        pytest.param(
            "2026-11-01T04:00", _KH, _LAMP, date(2026, 10, 31), id="11:00 is still the night"
        ),
        pytest.param("2026-11-01T05:00", _KH, _LAMP, date(2026, 11, 1), id="noon begins the next"),
    ],
)
def test_an_hour_belongs_to_a_day(
    utc: str, timezone: ZoneInfo, device_class: DeviceClass, day: date
) -> None:
    hour = micros(datetime.fromisoformat(utc).replace(tzinfo=UTC))

    assert day_of(hour, timezone, device_class) == day


@pytest.mark.parametrize("device_class", [_LAMP, _PV])
def test_days_follow_each_other_without_gap(device_class: DeviceClass) -> None:
    first, second = date(2026, 10, 31), date(2026, 11, 1)

    assert span_of(first, _KH, device_class).end == span_of(second, _KH, device_class).start
    assert span_of(first, _KH, device_class).seconds == 86_400


def test_a_day_with_a_clock_change_is_longer() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    span = span_of(date(2026, 10, 25), berlin, _PV)

    assert span.seconds == timedelta(hours=25).total_seconds()
