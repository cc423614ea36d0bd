"""Rules over device-days: what they find, what they leave to weather, and what clears them."""

import pytest

from analytics.faults.fault import Fault
from analytics.faults.rules import rule
from tests.analytics.faults.days import (
    a_battery,
    a_night,
    judged_lamps,
    judged_sets,
    judged_stations,
    named,
    noon_of,
    unrest,
)

_EMPTY = {"lowest_permille": 100, "lowest_mv": 12_300}


def test_sound_lamps_have_no_faults() -> None:
    assert judged_lamps(40) == []


def test_a_lamp_that_went_dark_early_with_an_empty_battery_is_a_fault() -> None:
    faults = judged_lamps(
        10,
        nights={(9, 3): a_night(9, 3, up=39_600, down=3_600)},
        batteries={(9, 3): a_battery(9, 3, **_EMPTY)},
    )

    assert named(faults) == [("early_shut_off", "kh-lamp-3")]
    assert faults[0].evidence == {"down_s": 3_600, "lowest_soc": 10}


@pytest.mark.parametrize(
    ("night", "battery", "lamps"),
    [
        pytest.param((41_700, 1_500), _EMPTY, [3], id="for less than half an hour"),
        pytest.param((39_600, 3_600), {}, [3], id="with a battery half full: it was no shut-off"),
        pytest.param((20_000, 3_600), _EMPTY, [3], id="in a night of which little is known"),
        pytest.param((39_600, 3_600), _EMPTY, [1, 2, 3], id="together with neighbors: the weather"),
    ],
)
def test_a_dark_lamp_was_not_shut_off_early(
    night: tuple[int, int], battery: dict[str, object], lamps: list[int]
) -> None:
    up, down = night
    nights = {(9, lamp): a_night(9, lamp, up=up, down=down) for lamp in lamps}
    batteries = {(9, lamp): a_battery(9, lamp, **battery) for lamp in lamps}

    assert judged_lamps(10, nights=nights, batteries=batteries) == []


def test_after_a_cloudy_spell_batteries_have_time_to_recover() -> None:
    weather = {(8, lamp): a_night(8, lamp, up=36_000, down=7_200) for lamp in range(8)}
    behind = {(9, 3): a_night(9, 3, up=39_600, down=3_600)}
    batteries = {
        (number, lamp): a_battery(number, lamp, **_EMPTY) for number in (8, 9) for lamp in range(8)
    }

    assert judged_lamps(10, nights={**weather, **behind}, batteries=batteries) == []


def test_a_full_night_clears_an_early_shut_off() -> None:
    found = judged_lamps(
        9,
        nights={(8, 3): a_night(8, 3, up=39_600, down=3_600)},
        batteries={(8, 3): a_battery(8, 3, **_EMPTY)},
    )

    (cleared,) = judged_lamps(10, standing=found)

    assert cleared.began_at == found[0].began_at
    assert cleared.cleared_at is not None


def test_a_lamp_silent_for_two_nights_beside_living_neighbors_is_presumed_down() -> None:
    one_night = judged_lamps(10, nights={(9, 3): None})
    two_nights = judged_lamps(10, nights={(8, 3): None, (9, 3): None})

    assert one_night == []
    assert named(two_nights) == [("presumed_down", "kh-lamp-3")]


def test_nobody_is_presumed_down_behind_a_silent_gateway() -> None:
    silent = {(number, lamp): None for number in (8, 9) for lamp in range(8)}

    assert judged_lamps(10, nights=silent) == []


def test_a_lamp_that_is_heard_again_is_no_longer_presumed_down() -> None:
    found = judged_lamps(10, nights={(8, 3): None, (9, 3): None})

    (cleared,) = judged_lamps(11, nights={(8, 3): None, (9, 3): None}, standing=found)

    assert (cleared.rule, cleared.cleared_at is not None) == ("presumed_down", True)


def test_a_battery_that_holds_half_of_what_its_neighbors_hold_has_aged() -> None:
    # The same 720 Wh take it from full to empty.
    worn = {(n, 3): a_battery(n, 3, lowest_permille=0) for n in range(20)}

    faults = judged_lamps(20, batteries=worn)

    assert named(faults) == [("battery_ageing", "kh-lamp-3")]
    assert faults[0].evidence["capacity_share"] == pytest.approx(0.5)


def test_a_battery_that_is_a_little_smaller_has_not_aged() -> None:
    smaller = {(n, 3): a_battery(n, 3, lowest_permille=400) for n in range(20)}

    assert judged_lamps(20, batteries=smaller) == []


def test_a_battery_that_was_cut_off_three_times_in_two_weeks_has_aged() -> None:
    nights = {(n, 3): a_night(n, 3, up=39_600, down=3_600) for n in (10, 13, 16)}
    batteries = {(n, 3): a_battery(n, 3, **_EMPTY) for n in (10, 13, 16)}

    faults = judged_lamps(20, nights=nights, batteries=batteries)

    assert named(faults) == [("battery_ageing", "kh-lamp-3")]
    assert faults[0].evidence["cut_offs"] == 3


def test_a_panel_that_charges_less_for_days_is_under_dust() -> None:
    soon = judged_lamps(33, charge=lambda n, lamp: 0.7 if lamp == 3 and n >= 30 else 1.0)
    later = judged_lamps(35, charge=lambda n, lamp: 0.7 if lamp == 3 and n >= 30 else 1.0)

    assert soon == []
    assert named(later) == [("dust_or_shading", "kh-lamp-3")]


def test_a_panel_that_always_charged_less_is_not() -> None:
    assert judged_lamps(40, charge=lambda _, lamp: 0.7 if lamp == 3 else 1.0) == []


def test_what_is_normal_does_not_follow_a_fault() -> None:
    def dusty(number: int, lamp: int) -> float:
        return 0.7 if lamp == 3 and number >= 30 else 1.0

    found = judged_lamps(35, charge=dusty)
    after_two_months = judged_lamps(95, charge=dusty, standing=found)

    assert [fault for fault in after_two_months if fault.cleared_at is not None] == []


def test_rain_clears_dust() -> None:
    found = judged_lamps(35, charge=lambda n, lamp: 0.7 if lamp == 3 and n >= 30 else 1.0)

    (cleared,) = judged_lamps(
        38, charge=lambda n, lamp: 0.7 if lamp == 3 and 30 <= n < 36 else 1.0, standing=found
    )

    assert (cleared.rule, cleared.cleared_at is not None) == ("dust_or_shading", True)


def _sound(number: int, place: int) -> float:
    weather = 3.0 + 2.0 * ((number * 7) % 5) / 5
    return weather * (1 + unrest(number, place))


def test_sound_sets_have_no_faults() -> None:
    assert judged_sets(40, _sound) == []


def test_a_set_that_falls_at_once_has_lost_a_string() -> None:
    faults = judged_sets(40, lambda n, p: _sound(n, p) * (0.5 if p == 2 and n >= 35 else 1))

    assert named(faults) == [("string_low", "kh-pv-2")]


def test_a_set_that_declines_slowly_is_dirty() -> None:
    faults = judged_sets(
        50, lambda n, p: _sound(n, p) * (max(0.6, 1 - 0.02 * max(n - 30, 0)) if p == 2 else 1)
    )

    assert named(faults) == [("soiling", "kh-pv-2")]


def test_a_set_that_gives_less_now_and_then_underperforms() -> None:
    faults = judged_sets(
        40, lambda n, p: _sound(n, p) * (0.6 if p == 2 and n in (35, 37, 39) else 1)
    )

    assert named(faults) == [("underperformance", "kh-pv-2")]


@pytest.mark.parametrize(
    ("low", "count"),
    [
        pytest.param({38, 39}, 8, id="for two days of five"),
        pytest.param({33, 34, 35, 36}, 8, id="no longer"),
        pytest.param({35, 36, 37, 38, 39}, 5, id="with too few peers"),
    ],
)
def test_a_set_is_not_low(low: set[int], count: int) -> None:
    faults = judged_sets(
        40, lambda n, p: _sound(n, p) * (0.6 if p == 2 and n in low else 1), count=count
    )

    assert faults == []


def test_a_set_that_was_mended_is_well_again() -> None:
    def broken(number: int, place: int) -> float:
        return _sound(number, place) * (0.5 if place == 2 and 35 <= number < 44 else 1)

    found = judged_sets(40, broken)
    cleared = judged_sets(46, broken, standing=found)

    assert [(fault.rule, fault.cleared_at is not None) for fault in cleared] == [
        ("string_low", True)
    ]


def test_power_that_stays_at_its_highest_is_information() -> None:
    faults = judged_sets(5, _sound, flat_hours=3)

    assert {fault.rule for fault in faults} == {"clipping"}
    assert {fault.consequence for fault in faults} == {"information"}


def _ozone(number: int, place: int, hour: int) -> float:
    return (20 + 3 * abs(12 - hour)) * (1 + unrest(number, place))


def test_stations_that_agree_have_no_faults() -> None:
    assert judged_stations(30, _ozone) == []


def test_a_station_that_shows_half_more_than_all_others_has_drifted() -> None:
    faults = judged_stations(30, lambda n, p, h: _ozone(n, p, h) * (1.5 if p == 1 else 1))

    assert named(faults) == [("drift", "kh-air-1")]
    assert faults[0].evidence["o3"] == pytest.approx(1.5, rel=0.02)


def test_a_spike_at_the_same_hour_of_every_day_is_a_calibration_and_no_alarm() -> None:
    faults = judged_stations(
        30, lambda n, p, h: _ozone(n, p, h) + (300 if p == 1 and h == 2 and n > 20 else 0)
    )

    assert named(faults) == [("calibration", "kh-air-1")]
    assert [fault.consequence for fault in faults] == ["flag"]


def test_a_single_spike_is_none() -> None:
    faults = judged_stations(
        30, lambda n, p, h: _ozone(n, p, h) + (300 if (n, p, h) == (29, 1, 2) else 0)
    )

    assert faults == []


def _not_charging(first: int, last: int) -> Fault:
    own = rule("not_charging")
    return Fault(
        rule=own.id,
        subject="kh-lamp-3",
        consequence=own.consequence,
        began_at=noon_of(first),
        raised_at=noon_of(first),
        cleared_at=noon_of(last),
        proven_at=noon_of(first),
    )


def test_what_a_stolen_panel_did_to_its_battery_is_told_of_once() -> None:
    nights = {(n, 3): a_night(n, 3, up=30_000, down=13_200) for n in range(31, 36)}
    batteries = {(n, 3): a_battery(n, 3, **_EMPTY) for n in range(31, 36)}

    def charge(number: int, lamp: int) -> float:
        return 0.0 if lamp == 3 and 31 <= number < 36 else 1.0

    without = judged_lamps(37, nights=nights, batteries=batteries, charge=charge)
    told = judged_lamps(
        37,
        nights=nights,
        batteries=batteries,
        charge=charge,
        standing=[_not_charging(31, 35)],
    )

    assert {name for name, _ in named(without)} == {"battery_ageing", "dust_or_shading"}
    assert told == []


def test_a_lost_string_does_not_become_what_is_normal() -> None:
    def broken(number: int, place: int) -> float:
        return _sound(number, place) * (0.5 if place == 2 and number >= 35 else 1)

    found = judged_sets(40, broken)

    assert judged_sets(85, broken, standing=found) == []
