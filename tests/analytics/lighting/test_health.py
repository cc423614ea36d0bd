"""Batteries and panels of lamps, worked out by hand."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from analytics.lighting.battery import BatteryDay, battery_table
from analytics.lighting.health import LampHealth, beyond_design, cloudy_days, lamp_health
from ingest.contract.identity import DeviceId

_LAMPS = [DeviceId(f"kh-lamp-{n}") for n in range(8)]
_FIRST = date(2026, 10, 1)


def a_day(device: DeviceId, number: int, **changed: int | None) -> BatteryDay:
    """A night of 240 Wh from 90 % down to 50 %, and 300 Wh of charge."""
    fields: dict[str, int | None] = {
        "charged_mwh": 300_000,
        "served_mwh": 240_000,
        "lowest_permille": 500,
        "highest_permille": 900,
        "lowest_mv": 12_600,
        "highest_mv": 13_900,
    }
    return BatteryDay(device=device, day=_FIRST + timedelta(days=number), **(fields | changed))


def fleet(days: int = 10, **changed: int | None) -> tuple[list[BatteryDay], list[BatteryDay]]:
    """The first lamp's days as changed, and seven neighbors' as usual."""
    own = [a_day(_LAMPS[0], number, **changed) for number in range(days)]
    return own, [a_day(lamp, number) for lamp in _LAMPS[1:] for number in range(days)]


def health_of_first(*facts: Sequence[BatteryDay]) -> LampHealth:
    return lamp_health(_LAMPS, battery_table(each for some in facts for each in some))[0]


def test_a_swing_of_forty_percent_tells_capacity_and_autonomy() -> None:
    """240 Wh are 40 % of 600 Wh; 80 % of them are two nights."""
    told = health_of_first(*fleet())

    assert told.depth_of_discharge == pytest.approx(0.4)
    assert told.capacity_wh == pytest.approx(600)
    assert told.autonomy_nights == pytest.approx(2)
    assert (told.nights, told.cutoffs, told.panel, told.panel_low) == (10, 0, 1, False)


@pytest.mark.parametrize(
    ("lowest", "highest", "cutoffs"),
    [
        pytest.param(10_800, 13_900, 10, id="12 V, reached"),
        pytest.param(10_900, 13_900, 0, id="12 V, not reached"),
        pytest.param(21_600, 27_000, 10, id="24 V, reached"),
        pytest.param(None, None, None, id="not measured"),
    ],
)
def test_a_cutoff_is_a_night_down_to_its_voltage(
    lowest: int | None, highest: int | None, cutoffs: int | None
) -> None:
    told = health_of_first(*fleet(lowest_mv=lowest, highest_mv=highest))

    assert told.cutoffs == cutoffs


def test_a_panel_is_held_against_its_neighbors_on_the_same_days() -> None:
    told = health_of_first(*fleet(charged_mwh=180_000))

    assert told.panel == pytest.approx(0.6)
    assert told.panel_low


def test_too_few_neighbors_tell_nothing_of_a_panel() -> None:
    own, others = fleet(charged_mwh=1)
    four = [each for each in others if each.device in _LAMPS[:5]]

    assert health_of_first(own, four).panel is None


def test_a_capacity_that_fades_has_a_trend() -> None:
    """From 600 Wh down by 1 Wh a day: 30 Wh in 30 days, of a median of 580.5 Wh."""
    own = [a_day(_LAMPS[0], n, served_mwh=240_000 - 400 * n) for n in range(40)]

    told = health_of_first(own)

    assert told.capacity_trend == pytest.approx(-30 / 580.5, rel=1e-3)


def test_nothing_measured_is_nothing_told() -> None:
    told = health_of_first(
        *fleet(
            charged_mwh=None,
            served_mwh=None,
            lowest_permille=None,
            highest_permille=None,
            lowest_mv=None,
        )
    )

    assert (told.nights, told.depth_of_discharge, told.autonomy_nights) == (0, None, None)
    assert (told.cutoffs, told.panel, told.capacity_trend) == (None, None, None)


def test_more_cloudy_days_than_designed_for_excuse_a_night() -> None:
    """Sun for ten days, then five days of cloud: three are designed for, the fourth is not."""
    facts = [
        a_day(lamp, number, charged_mwh=300_000 if number < 10 else 100_000)
        for lamp in _LAMPS
        for number in range(15)
    ]

    cloudy = cloudy_days(battery_table(facts))
    nights = [_FIRST + timedelta(days=number) for number in range(15)]

    assert sorted(day.day for day in cloudy) == [11, 12, 13, 14, 15]
    assert sorted(day.day for day in beyond_design(cloudy, nights)) == [14, 15]
