"""The sun, against pvlib's own functions: the same to the microsecond, wherever and whenever."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from pvlib.solarposition import get_solarposition, sun_rise_set_transit_spa

from analytics.spa import elevation
from analytics.sun import sun_days

PLACES = [
    pytest.param(10.6, 103.5, "Asia/Phnom_Penh", id="Cambodia"),
    pytest.param(17.96, 102.61, "Asia/Vientiane", id="Laos"),
    pytest.param(-4.6, 55.4, "Indian/Mahe", id="Seychelles"),
    pytest.param(48.1, 11.5, "Europe/Berlin", id="where clocks are put forward"),
    pytest.param(69.6, 18.9, "Europe/Oslo", id="where it does not always rise"),
    pytest.param(-33.0, 151.0, "Australia/Sydney", id="a day ahead of UTC"),
]
SPANS = [
    pytest.param(date(2026, 1, 1), date(2026, 12, 31), id="a year"),
    pytest.param(date(2024, 2, 28), date(2024, 3, 2), id="a leap day"),
]


@pytest.mark.parametrize(("latitude", "longitude", "timezone"), PLACES)
@pytest.mark.parametrize(("first", "last"), SPANS)
def test_it_rises_culminates_and_sets_as_pvlib_says(
    latitude: float, longitude: float, timezone: str, first: date, last: date
) -> None:
    zone = ZoneInfo(timezone)
    days = pd.date_range(first, last, freq="D", tz=zone)
    theirs = sun_rise_set_transit_spa(days, latitude, longitude)

    ours = sun_days(latitude, longitude, first, last, zone)

    for name in ("sunrise", "transit", "sunset"):
        expected = [
            None if pd.isna(each) else each.to_pydatetime(warn=False) for each in theirs[name]
        ]
        assert [getattr(day, name) for day in ours] == expected


@pytest.mark.parametrize(("latitude", "longitude", "timezone"), PLACES)
def test_it_stands_as_high_as_pvlib_says(latitude: float, longitude: float, timezone: str) -> None:
    noon = datetime.combine(date(2026, 10, 1), time(12), ZoneInfo(timezone)).astimezone(UTC)
    moments = [noon + timedelta(minutes=17 * number) for number in range(100)]
    theirs = get_solarposition(pd.DatetimeIndex(moments), latitude, longitude)

    ours = elevation(np.array([each.timestamp() for each in moments]), latitude, longitude)

    assert ours.tolist() == theirs["elevation"].tolist()


def test_days_that_were_asked_for_elsewhere_are_not_mixed_up() -> None:
    days, zone = (date(2026, 6, 1), date(2026, 6, 30)), ZoneInfo("Asia/Vientiane")

    once, _, again = (sun_days(*place, *days, zone) for place in ((18, 102), (0, 0), (18, 102)))

    assert once == again
