"""Hourly means, by hand from what hours hold."""

import numpy as np
import pandas as pd

from analytics.hours import COLUMNS
from analytics.means import hourly_means
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US
from ingest.contract.quality import Quality

_FIRST, _SECOND = DeviceId("lamp-1"), DeviceId("lamp-2")


def _hours(*rows: tuple[str, int, str, float, float]) -> pd.DataFrame:
    """Return hours of device, number, metric, seconds and integral; all else is 0."""
    told = pd.DataFrame(
        [(device, hour * HOUR_US, metric, s, sum_) for device, hour, metric, s, sum_ in rows],
        columns=["device", "hour", "metric", "seconds", "integral"],
    )
    return told.reindex(columns=list(COLUMNS), fill_value=0).astype(dict(COLUMNS))


def test_a_mean_is_over_the_time_that_is_known() -> None:
    """60 W for ten minutes, and nothing known of the other fifty, is 60 W."""
    hours = _hours((_FIRST, 0, "load_power", 600, 36_000), (_SECOND, 0, "load_power", 3600, 9e4))

    block = hourly_means(hours, {(_SECOND, 0), (_FIRST, 0)}, device_class=DeviceClass.STREETLIGHT)

    assert [block.names[place] for place in block.devices] == [_FIRST, _SECOND]
    assert block.values["load_power"].tolist() == [60, 25]
    assert block.measured_at.tolist() == [0, 0]


def test_what_an_hour_does_not_know_is_missing() -> None:
    hours = _hours((_FIRST, 0, "load_power", 600, 36_000), (_FIRST, 1, "load_power", 0, 0))
    computed = {(_FIRST, hour * HOUR_US) for hour in (0, 1, 2)}

    block = hourly_means(hours, computed, device_class=DeviceClass.STREETLIGHT)

    flags = block.flags["load_power"].tolist()
    assert flags == [Quality.GOOD, Quality.MISSING, Quality.MISSING]
    assert np.isnan(block.values["battery_soc"]).all()


def test_hours_that_were_not_computed_are_left_alone() -> None:
    hours = _hours(*((_FIRST, hour, "load_power", 60, 60) for hour in (0, 1)))

    block = hourly_means(hours, {(_FIRST, HOUR_US)}, device_class=DeviceClass.STREETLIGHT)

    assert block.measured_at.tolist() == [HOUR_US]


def test_neither_counters_nor_states_have_a_mean() -> None:
    hours = _hours((_FIRST, 0, "energy_generated", 3600, 1), (_FIRST, 0, "reachable", 3600, 3600))

    block = hourly_means(hours, {(_FIRST, 0)}, device_class=DeviceClass.SCHOOL_PV)

    assert "active_power" in block.values
    assert not {"energy_generated", "reachable"} & block.values.keys()


def test_hours_that_know_nothing_at_all_are_missing() -> None:
    block = hourly_means(_hours(), {(_FIRST, 0)}, device_class=DeviceClass.STREETLIGHT)

    assert all(flags.tolist() == [Quality.MISSING] for flags in block.flags.values())
