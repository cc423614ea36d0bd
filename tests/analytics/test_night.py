"""Nights, against sun times of a public almanac algorithm (NREL SPA) and hand arithmetic."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.night import Pole, required
from ingest.contract.period import instant
from ingest.registry.schedule import Schedule

_PHNOM_PENH = Pole.at(Decimal("11.5564"), Decimal("104.9282"), "Asia/Phnom_Penh")
_NIGHT = date(2025, 6, 20)
_SUNSET = datetime(2025, 6, 20, 11, 26, tzinfo=UTC)
_SUNRISE = datetime(2025, 6, 20, 22, 38, 10, tzinfo=UTC)  # 05:38:10 on 21 June in Phnom Penh


def test_light_is_required_from_sunset_to_sunrise() -> None:
    wanted = required(Schedule.parse("sunset..sunrise"), _PHNOM_PENH, [_NIGHT])[_NIGHT]

    assert abs(instant(wanted.start) - _SUNSET) < timedelta(seconds=60)
    assert abs(instant(wanted.end) - _SUNRISE) < timedelta(seconds=60)


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ("sunset+5h", 5.0),
        ("18:00..04:00", 9.57),  # cut at its start by the sunset of 18:26
        ("19:00..04:00", 9.0),
        ("02:00..03:30", 1.5),
    ],
)
def test_a_schedule_cuts_the_night(schedule: str, hours: float) -> None:
    wanted = required(Schedule.parse(schedule), _PHNOM_PENH, [_NIGHT])[_NIGHT]

    assert wanted.seconds / 3600 == pytest.approx(hours, abs=0.02)


def test_every_night_asked_for_is_there() -> None:
    nights = [_NIGHT + timedelta(days=number) for number in range(40)]

    assert list(required(Schedule.parse("sunset+5h"), _PHNOM_PENH, nights)) == nights
