"""Uptime days from hours, worked out by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pandas as pd
import pytest

from analytics.holders import Holder, Of
from analytics.hours import COLUMNS
from analytics.uptime.days import Asked, UptimeDay, uptime_days
from analytics.uptime.exclusions import Exclusion, Reason
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period, micros

_LAMP = DeviceId("kh-lamp-1")
_NIGHT = date(2026, 10, 30)
_SEVEN = micros(datetime(2026, 10, 30, 12, tzinfo=UTC))  # 19:00 in Cambodia
_SPAN = Period(_SEVEN + HOUR_US // 2, _SEVEN + 4 * HOUR_US)  # from half past seven: 3.5 h


def _hours(*rows: tuple[int, float, float], metric: str = "load_power") -> pd.DataFrame:
    """Hours after 19:00, seconds heard, and seconds lit at 60 W."""
    cells = [
        dict.fromkeys(COLUMNS, 0)
        | {
            "device": _LAMP,
            "hour": _SEVEN + number * HOUR_US,
            "metric": metric,
            "seconds": heard,
            "positive_s": lit,
            "integral": 60 * lit,
            "day": _NIGHT,
        }
        for number, heard, lit in rows
    ]
    return pd.DataFrame(cells, columns=[*COLUMNS, "day"])


def _exclusion(start: float, end: float, reason: Reason) -> Exclusion:
    return Exclusion(
        of=Of(holder=Holder.DEVICE, id=_LAMP),
        device_class=None,
        period=Period(_SEVEN + round(start * HOUR_US), _SEVEN + round(end * HOUR_US)),
        reason=reason,
        text="agreed",
    )


def _day(hours: pd.DataFrame, exclusions: Sequence[Exclusion] = ()) -> UptimeDay:
    asked = {(_LAMP, _NIGHT): Asked(span=_SPAN, exclusions=exclusions)}
    (told,) = uptime_days(hours, device_class=DeviceClass.STREETLIGHT, asked=asked)
    return told


def test_light_outside_what_is_asked_does_not_count() -> None:
    told = _day(_hours((-1, 3600, 3600), (0, 3600, 3600), (1, 3600, 1200)))

    assert (told.base_s, told.up_s, told.down_s) == (12_600, 1800 + 1200, 2400)
    assert told.gauge_mwh == round(60 * (2 * 3600 + 1200) / 3.6)
    assert told.tail_s == 2 * 3600


@pytest.mark.parametrize(
    ("device_class", "metric"),
    [(DeviceClass.BUS, "battery_soc"), (DeviceClass.CHARGER, "active_power")],
)
def test_a_vehicle_and_a_charger_are_up_while_they_say_something(
    device_class: DeviceClass, metric: str
) -> None:
    """A charger that charges nobody is not down."""
    hours = _hours((0, 3600, 0), (1, 3600, 0), metric=metric)
    asked = {(_LAMP, _NIGHT): Asked(span=_SPAN)}

    (told,) = uptime_days(hours, device_class=device_class, asked=asked)

    assert (told.up_s, told.down_s) == (1800 + 3600, 0)


def test_a_lamp_heard_again_after_sunrise_leaves_no_tail_to_its_night() -> None:
    told = _day(_hours((0, 3600, 3600), (9, 3600, 0)))

    assert (told.base_s, told.up_s, told.down_s, told.tail_s) == (12_600, 1800, 0, 0)


def test_an_hour_without_a_good_second_is_not_heard() -> None:
    told = _day(_hours((0, 3600, 3600), (9, 0, 0)))

    assert told.tail_s == 3 * 3600


def test_a_night_without_an_hour_is_unknown() -> None:
    told = _day(_hours())

    assert (told.base_s, told.up_s, told.down_s, told.tail_s) == (12_600, 0, 0, 12_600)
    assert (told.counter_mwh, told.gauge_mwh) == (None, None)


@pytest.mark.parametrize(
    ("exclusions", "excluded", "down"),
    [
        pytest.param([], 0, 3600, id="none"),
        pytest.param([(1, 2, Reason.MAINTENANCE)], 3600, 0, id="over an outage"),
        pytest.param([(1, 1.5, Reason.MAINTENANCE)], 1800, 1800, id="over half of it"),
        pytest.param([(0, 1, Reason.MAINTENANCE)], 0, 3600, id="what was lit stays up"),
        pytest.param([(2, 3, Reason.GRID_OUTAGE)], 3600, 3600, id="over silence"),
        pytest.param(
            [(1, 2, Reason.MAINTENANCE), (1, 2, Reason.FORCE_MAJEURE)],
            3600,
            0,
            id="two at once count once",
        ),
        pytest.param(
            [(1, 1.5, Reason.GRID_OUTAGE), (1.25, 1.75, Reason.GRID_OUTAGE)],
            2700,
            900,
            id="two that overlap",
        ),
    ],
)
def test_an_exclusion_takes_out_what_was_not_up(
    exclusions: list[tuple[float, float, Reason]], excluded: int, down: int
) -> None:
    """Lit in the first half hour, dark in the second hour, silent in the third, lit in the last."""
    hours = _hours((0, 3600, 1800), (1, 3600, 0), (3, 3600, 3600))

    told = _day(hours, [_exclusion(*each) for each in exclusions])

    assert (told.excluded_s, told.down_s) == (excluded, down)
    assert (told.up_s, told.known_down_s) == (1800 + 3600, 3600)


def test_a_station_is_up_while_it_says_something() -> None:
    hours = pd.concat([_hours((0, 3600, 0), metric="pm25"), _hours((1, 600, 0), metric="o3")])
    asked = {(_LAMP, _NIGHT): Asked(span=_SPAN)}

    (told,) = uptime_days(hours, device_class=DeviceClass.AIR_STATION, asked=asked)

    assert (told.up_s, told.down_s) == (1800 + 600, 0)
