"""A bus drives by day, charges what it used before midnight, and its counters never go back."""

from datetime import date

import numpy as np
import pytest

from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from simulators.world.vehicle import (
    OUT_FROM_H,
    OUT_UNTIL_H,
    charger_values,
    traveled,
    vehicle_day,
    vehicle_values,
)

HOURS = np.arange(288) / 12.0
STEP_H = 24.0 / 288
DAY = vehicle_day(7, DeviceId("la-bus-01"), date(2026, 10, 1), HOURS)
BUS = vehicle_values(DAY, odometer_m=12_345_678.0, charged_wh=1_000_000.0)
CHARGER = charger_values(DAY, delivered_wh=1_064_000.0)


def test_a_bus_is_out_by_day_and_nowhere_else() -> None:
    out = (HOURS >= OUT_FROM_H) & (HOURS < OUT_UNTIL_H)

    assert (BUS["speed"][out] > 0).all()
    assert not BUS["speed"][~out].any()
    assert 100_000 < traveled(DAY, STEP_H).meters < 300_000


def test_it_charges_all_that_it_used_before_midnight() -> None:
    assert traveled(DAY, STEP_H).charged_wh == pytest.approx(DAY.used_wh[-1])
    assert not (DAY.charging_w[DAY.speed_km_h > 0] > 0).any()
    assert 0 < BUS["battery_soc"].min() < BUS["battery_soc"][0] == 100
    assert BUS["charging"][-1] == 0


def test_counters_never_go_back_and_end_where_the_day_after_begins() -> None:
    for counter in (BUS["odometer"], BUS["energy_charged"], CHARGER["energy_delivered"]):
        assert (np.diff(counter) >= 0).all()
    done = traveled(DAY, STEP_H)
    assert BUS["odometer"][0] == 12_345.6
    assert BUS["odometer"][-1] == np.floor((12_345_678 + done.meters) / 100) / 10
    assert done.delivered_wh == pytest.approx(done.charged_wh / 0.94)


@pytest.mark.parametrize(
    ("device_class", "values"), [(DeviceClass.BUS, BUS), (DeviceClass.CHARGER, CHARGER)]
)
def test_what_is_told_is_in_the_catalog_and_plausible(
    device_class: DeviceClass, values: dict[str, "np.typing.NDArray[np.float64]"]
) -> None:
    for name, told in values.items():
        metric = metrics_of(device_class)[name]
        assert metric.low <= told.min() <= told.max() <= metric.high
