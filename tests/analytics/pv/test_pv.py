"""PV against public tables and oracle libraries, and peers with labeled faults."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from pvanalytics.metrics import performance_ratio_nrel
from pvlib.temperature import sapm_cell

from analytics.pv.clearsky import clear_sky_ghi, clear_sky_yields
from analytics.pv.peers import Floats, compare, low
from analytics.pv.signs import Sign, clips, is_flat, sign
from analytics.pv.yields import corrected_performance_ratio, performance_ratio

_PHNOM_PENH = ZoneInfo("Asia/Phnom_Penh")


@pytest.mark.parametrize(
    ("latitude", "longitude", "year"),
    [(11.5564, 104.9282, 2384), (10.6093, 103.5296, 2424), (17.9757, 102.6331, 2283)],
    ids=["Phnom Penh", "Sihanoukville", "Vientiane"],
)
def test_a_clear_year_has_its_irradiation(latitude: float, longitude: float, year: int) -> None:
    """Computed with pvlib 0.16.1, Ineichen, 15 min steps of 2025, at the sites' altitudes."""
    ghi = clear_sky_ghi(latitude, longitude, date(2025, 1, 1), date(2025, 12, 31), _PHNOM_PENH)

    assert float(ghi.sum()) / 4_000 == pytest.approx(year, rel=0.015)


def test_the_bound_is_above_what_sets_give_and_below_the_irradiation() -> None:
    first, last = date(2025, 4, 1), date(2025, 4, 3)
    bound = clear_sky_yields(Decimal("10.61"), Decimal("103.53"), first, last, _PHNOM_PENH)

    assert len(bound) == 3
    assert all(4.5 < each < 7.15 for each in bound)


def test_a_performance_ratio_is_that_of_nrel() -> None:
    """pvanalytics as the oracle, on the values of its documentation's form."""
    light = [310.0, 645.5, 880.2, 905.0, 520.4]
    air, wind = [27.5, 29.8, 31.6, 33.0, 32.1], [0.8, 1.4, 2.6, 3.1, 1.9]
    power = [1.32, 2.61, 3.44, 3.49, 2.09]
    cell = [
        float(sapm_cell(*each, a=-3.47, b=-0.0594, deltaT=3))
        for each in zip(light, air, wind, strict=True)
    ]
    oracle = performance_ratio_nrel(
        pd.Series(light), pd.Series(air), pd.Series(wind), pd.Series(power), 5.0
    )

    told = corrected_performance_ratio(power, light, cell, rated_kw=5.0, gamma=-0.0037)

    assert told == pytest.approx(0.79421054, rel=1e-6)
    assert told == pytest.approx(oracle, rel=1e-6)


def test_a_ratio_without_light_is_none() -> None:
    assert performance_ratio(10, 5, 0) is None
    assert performance_ratio(16, 5, 4) == pytest.approx(0.8)
    assert corrected_performance_ratio([0], [0], [25], rated_kw=5, gamma=-0.004) is None


def a_fleet(sets: int = 12, days: int = 60, seed: int = 7) -> tuple[Floats, Floats, Floats]:
    """Sets within 8 km, each with its own tilt, under one cloudy sky, 2 % of noise."""
    random = np.random.default_rng(seed)
    sky = random.uniform(1.5, 6.0, days)
    own = random.uniform(0.9, 1.1, sets)
    noise = random.normal(1, 0.02, (sets, days))
    return (
        sky * own[:, None] * noise,
        10.6 + random.uniform(0, 0.05, sets),
        103.5 + random.uniform(0, 0.05, sets),
    )


def test_neither_weather_nor_tilt_is_taken_for_a_fault() -> None:
    compared = compare(*a_fleet())

    assert compared.confident.all()
    assert np.nanmax(np.abs(compared.ratio[:, 10:] - 1)) < 0.1
    assert not any(low(ratio[~np.isnan(ratio)]) for ratio in compared.ratio)
    assert [sign(ratio) for ratio in compared.ratio] == [None] * 12


@pytest.mark.parametrize("share", [0.5, 0.67, 0.8])
def test_a_string_that_falls_out_is_found_and_its_neighbors_are_not_blamed(share: float) -> None:
    yields, *place = a_fleet()
    yields[3, 50:] *= share

    compared = compare(yields, *place)

    found = [row for row, each in enumerate(compared.ratio) if low(each[~np.isnan(each)])]
    assert found == [3]
    assert sign(compared.ratio[3]) is Sign.STRING_LOW


def test_dirt_that_comes_slowly_is_told_from_a_string() -> None:
    """Half a percent a day for forty days."""
    yields, *place = a_fleet()
    yields[5, 20:] *= 1 - 0.005 * np.arange(40)

    compared = compare(yields, *place)

    assert sign(compared.ratio[5]) is Sign.SOILING
    assert sum(sign(each) is not None for each in compared.ratio) == 1


def test_four_peers_are_too_few_and_a_clear_sky_stands_in_for_them() -> None:
    yields, latitude, longitude = a_fleet(sets=5)

    alone = compare(yields, latitude, longitude)
    held = compare(yields, latitude, longitude, clear_sky=np.full_like(yields, 6.0))

    assert not alone.confident.any()
    assert np.isnan(alone.ratio).all()
    assert not held.confident.any()
    assert not np.isnan(held.ratio[:, 10:]).any()


def test_what_is_far_away_is_no_peer() -> None:
    """Six near ones at 4 kWh/kWp, and twenty 100 km away at 1 kWh/kWp."""
    yields = np.array([[4.0]] * 7 + [[1.0]] * 20)
    latitude = np.array([10.0] * 7 + [10.9] * 20)

    compared = compare(yields, latitude, np.full(27, 103.5))

    assert compared.reference[:7, 0].tolist() == [4.0] * 7


def test_a_set_alone_is_compared_with_nobody() -> None:
    compared = compare(np.array([[4.0, 5.0]]), np.array([10.0]), np.array([103.0]))

    assert np.isnan(compared.reference).all()


def test_power_that_stays_at_the_top_is_clipped() -> None:
    assert is_flat(4_990, 5_000)
    assert not is_flat(4_000, 5_000)
    assert clips(np.array([5_000.0] * 4), np.array([3.0, 2, 2, 0]))
    assert not clips(np.array([5_000.0] * 4), np.array([3.0, 2, 1, 0]))
    assert not clips(np.array([5_000.0, 4_000, 4_000, 4_000]), np.full(4, 3.0))
    assert not clips(np.array([np.nan]), np.array([3.0]))
