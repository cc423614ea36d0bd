"""The air and the traffic: quantities that go together."""

from datetime import date, timedelta

import numpy as np

from simulators.world.air import Weather, air_values
from simulators.world.arrays import Floats
from simulators.world.cloud import clear_sky_index, local_index
from simulators.world.traffic import traffic

HOURS = np.arange(288) / 12.0
FIRST = date(2026, 10, 1)


def a_month() -> dict[str, Floats]:
    sunshine = np.maximum(900.0 * np.sin((HOURS - 6.0) * np.pi / 12.0), 0.0)
    warmth = 28.0 + 4.0 * np.cos((HOURS - 14.0) * np.pi / 12.0)
    weather = Weather(hours=HOURS, temperature=warmth, sunshine=sunshine)
    days = [
        air_values(7, "zone", "air-1", FIRST + timedelta(days=day), weather) for day in range(30)
    ]
    return {name: np.stack([day[name] for day in days]) for name in days[0]}


def test_quantities_of_the_air_go_together() -> None:
    month = a_month()
    rush, noon, night = HOURS == 7.5, HOURS == 13.0, HOURS == 3.0

    assert month["no2"][:, rush].mean() > 2.0 * month["no2"][:, night].mean()
    assert month["o3"][:, noon].mean() > 2.0 * month["o3"][:, night].mean()
    assert month["humidity"][:, night].mean() > month["humidity"][:, noon].mean() + 10.0
    assert (month["pm10"] > month["pm25"]).all()


def test_single_precision_carries_every_value_exactly() -> None:
    for name, values in a_month().items():
        assert (values.astype(np.float32).astype(np.float64) == values).all(), name


def test_roads_are_busiest_at_the_rush_hours_and_calmer_on_sunday() -> None:
    thursday = traffic(FIRST, np.array([3.0, 7.5, 12.5, 17.5]))
    sunday = traffic(FIRST + timedelta(days=3), np.array([3.0, 7.5, 12.5, 17.5]))

    assert thursday[0] < thursday[2] < thursday[1]
    assert thursday.max() <= 1.0
    assert (sunday < thursday).all()


def test_some_days_are_clear_and_some_are_not() -> None:
    means = [
        clear_sky_index(1, "zone", FIRST + timedelta(days=day), 288).mean() for day in range(60)
    ]

    assert min(means) < 0.5
    assert max(means) > 0.9
    assert 0.6 < np.mean(means) < 0.85


def test_devices_of_a_zone_live_under_the_same_clouds() -> None:
    shared = clear_sky_index(1, "zone", FIRST, 288)
    one, other = local_index(shared, 1, "pv-1", FIRST), local_index(shared, 1, "pv-2", FIRST)

    assert (one != other).any()
    assert np.abs(one - other).mean() < 0.06
