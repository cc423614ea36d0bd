"""Device-days: where floats end, against numbers worked out by hand."""

from datetime import date

import pandas as pd
import pytest

from analytics.deviceday import DeviceDay, EnergySource, device_days
from analytics.hours import COLUMNS, no_hours
from ingest.contract.metric import DeviceClass

_DAY = date(2026, 10, 30)


def _hours(*rows: dict[str, object]) -> pd.DataFrame:
    blank = dict.fromkeys(COLUMNS, 0.0) | {"device": "d-1", "day": _DAY, "hour": 0}
    return pd.DataFrame([blank | row for row in rows])


def _only(hours: pd.DataFrame, device_class: DeviceClass) -> DeviceDay:
    (fact,) = device_days(hours, device_class=device_class)
    return fact


def test_a_lamps_energy_is_its_power_held() -> None:
    """7 h at 60 W and 3 h at 30 W are 0.51 kWh."""
    hours = _hours(
        {"metric": "record", "readings": 84},
        {"metric": "record", "readings": 36, "hour": 1},
        {"metric": "load_power", "seconds": 25_200, "positive_s": 25_200, "integral": 1_512_000},
        {
            "metric": "load_power",
            "hour": 1,
            "seconds": 18_000,
            "positive_s": 10_800,
            "integral": 324_000,
        },
    )

    fact = _only(hours, DeviceClass.STREETLIGHT)

    assert (fact.energy_mwh, fact.energy_source) == (510_000, EnergySource.GAUGE)
    assert (fact.lit_s, fact.covered_s, fact.records) == (36_000, 43_200, 120)


def test_a_pv_sets_energy_is_its_counters_where_it_has_one() -> None:
    hours = _hours(
        {"metric": "active_power", "seconds": 3600, "integral": 9e9},
        {"metric": "energy_generated", "increase": 1.25},
        {"metric": "energy_generated", "increase": 0.0005, "hour": 1},
    )

    fact = _only(hours, DeviceClass.SCHOOL_PV)

    assert (fact.energy_mwh, fact.energy_source) == (1_250_500, EnergySource.COUNTER)
    assert (fact.covered_s, fact.lit_s) == (3600, None)


def test_and_its_powers_where_it_has_none() -> None:
    hours = _hours({"metric": "active_power", "seconds": 3600, "integral": 3600 * 2500})

    fact = _only(hours, DeviceClass.HOUSEHOLD_PV)

    assert (fact.energy_mwh, fact.energy_source) == (2_500_000, EnergySource.GAUGE)


@pytest.mark.parametrize(
    ("watt_seconds", "mwh"), [(1.8, 0), (5.4, 2), (9.0, 2), (12.6, 4), (3.5, 1), (-9.0, -2)]
)
def test_energy_is_rounded_once_half_to_even(watt_seconds: float, mwh: int) -> None:
    """3.6 W s are 1 mWh, so 1.8, 5.4 and 9.0 lie half way."""
    hours = _hours({"metric": "active_power", "seconds": 1, "integral": watt_seconds})

    assert _only(hours, DeviceClass.SCHOOL_PV).energy_mwh == mwh


def test_nothing_measured_is_none_and_not_zero() -> None:
    fact = _only(_hours({"metric": "record", "readings": 1}), DeviceClass.STREETLIGHT)

    assert (fact.energy_mwh, fact.energy_source, fact.lit_s) == (None, None, None)
    assert (fact.records, fact.covered_s) == (1, 0)


def test_a_device_without_energy_is_covered_by_what_it_gives_most() -> None:
    hours = _hours(
        {"metric": "pm25", "seconds": 3600},
        {"metric": "temperature", "seconds": 1800},
        {"metric": "temperature", "seconds": 1000, "hour": 1},
    )

    assert _only(hours, DeviceClass.AIR_STATION).covered_s == 3600


def test_no_hours_make_no_days() -> None:
    empty = no_hours().assign(day=[])

    assert device_days(empty, device_class=DeviceClass.STREETLIGHT) == []
