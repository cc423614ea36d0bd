"""What a device is asked for, over spans that begin and end anywhere in a year."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.night import Pole
from analytics.spa import elevation
from analytics.sun import high_sun
from analytics.uptime.base import ALL_NIGHT, asked_at
from ingest.contract.metric import DeviceClass

_POLE = Pole(latitude=Decimal("10.61"), longitude=Decimal("103.53"), timezone="Asia/Phnom_Penh")
_LAST = date(2026, 1, 2)


@pytest.mark.parametrize(
    "device_class", [DeviceClass.STREETLIGHT, DeviceClass.SCHOOL_PV, DeviceClass.BUS]
)
def test_a_day_is_asked_for_the_same_within_whatever_span(device_class: DeviceClass) -> None:
    days = [_LAST - timedelta(days=number) for number in range(4)][::-1]

    together = asked_at(device_class, _POLE, ALL_NIGHT, days[0], _LAST)
    apart = [asked_at(device_class, _POLE, ALL_NIGHT, day, day) for day in days]

    assert [list(each) for each in apart] == [[span] for span in together]


@pytest.mark.parametrize(
    ("latitude", "first"),
    [
        pytest.param(10.6, date(2026, 6, 20), id="Cambodia"),
        pytest.param(56.5, date(2026, 12, 19), id="not an hour above it around noon"),
        pytest.param(56.8, date(2026, 12, 19), id="never above it"),
        pytest.param(78.2, date(2026, 6, 20), id="never below it"),
    ],
)
def test_high_sun_is_what_all_five_minutes_of_a_day_say(latitude: float, first: date) -> None:
    zone = ZoneInfo("Etc/GMT-2")
    midnight = datetime(first.year, first.month, first.day, tzinfo=zone).timestamp()
    grid = np.array([midnight + 300.0 * number for number in range(288)])
    sun = elevation(grid, latitude, 25.0)
    high = grid[sun > 10] if (sun > 10).any() else grid[[sun.argmax()]]

    ((start, end),) = high_sun(latitude, 25.0, first, first, zone)

    assert (start.timestamp(), end.timestamp()) == (high[0], high[-1])
