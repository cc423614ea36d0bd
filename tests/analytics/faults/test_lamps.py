"""Lamps that are dark, burn by day, or do not charge; and when that is not said of them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.analytics.faults.zone import EVENING, NOON, Column, found, lamps, minutes, readings

_WELL = {"battery_voltage": 13.1, "battery_soc": 70, "lamp_on": 1, "brightness": 100}


def test_a_dark_lamp_is_a_fault_after_a_quarter_of_an_hour() -> None:
    power = [60, 60, 2, 2, 2, 2, 2]

    faults = found(readings(lamps(), {**_WELL, "load_power": power}), "lamp_out")

    assert [minutes(fault) for fault in faults] == [(10, 25, None)]
    assert faults[0].evidence == {"load_power": 2, "battery_soc": 70}


def test_a_lamp_is_well_again_when_it_burns_for_ten_minutes() -> None:
    power = [2, 2, 2, 2, 20, 20, 40, 40, 40]

    faults = found(readings(lamps(), {**_WELL, "load_power": power}), "lamp_out")

    # 20 W are more than a tenth and less than half of 60 W: neither dark nor well.
    assert [minutes(fault) for fault in faults] == [(0, 15, 40)]


@pytest.mark.parametrize(
    ("changed", "start"),
    [
        pytest.param({}, NOON, id="by day"),
        pytest.param({}, datetime(2026, 10, 30, 10, 30, tzinfo=UTC), id="at dusk"),
        pytest.param({"battery_voltage": 11.0}, EVENING, id="near the low-voltage disconnect"),
        pytest.param({"battery_voltage": 22.0}, EVENING, id="of a battery of 24 V as well"),
        pytest.param({"battery_soc": 12}, EVENING, id="with an empty battery"),
        pytest.param({"fault_word": 1}, EVENING, id="while its controller reports over-discharge"),
        pytest.param({"lamp_on": 0, "battery_soc": 25}, EVENING, id="cut off and not yet charged"),
        pytest.param({"brightness": 3, "load_power": 2.0}, EVENING, id="dimmed to its set point"),
        pytest.param({"load_power": np.nan}, EVENING, id="of which nothing is known"),
    ],
)
def test_a_dark_lamp_is_no_fault(changed: dict[str, float], start: datetime) -> None:
    columns: dict[str, Column] = {**_WELL, **changed}
    power = np.full(8, columns.pop("load_power", 2.0))

    assert found(readings(lamps(), {**columns, "load_power": power}, start=start), "lamp_out") == []


def test_a_lamp_switched_off_with_a_full_battery_is_dark_without_reason() -> None:
    columns: dict[str, Column] = {**_WELL, "lamp_on": 0, "brightness": 0, "load_power": np.zeros(5)}

    assert len(found(readings(lamps(), columns), "lamp_out")) == 1


def test_silence_neither_clears_nor_raises() -> None:
    power = [2, 2, 2, 2, np.nan, np.nan, np.nan, np.nan, 2]

    faults = found(readings(lamps(), {**_WELL, "load_power": power}, every=20), "lamp_out")

    assert [minutes(fault) for fault in faults] == [(0, 20, None)]


def test_late_readings_page_nobody() -> None:
    columns: dict[str, Column] = {**_WELL, "load_power": np.zeros(8)}

    faults = found(readings(lamps(), columns, late_by=timedelta(days=7)), "lamp_out")

    assert [fault.late for fault in faults] == [True]


def test_a_lamp_that_burns_by_day_is_a_fault_after_half_an_hour() -> None:
    power = [60] * 9 + [0] * 4

    faults = found(readings(lamps(), {"load_power": power}, start=NOON), "day_burner")

    assert [minutes(fault, NOON) for fault in faults] == [(0, 30, 55)]


def test_a_lamp_that_is_tested_for_twenty_minutes_is_no_fault() -> None:
    power = [0, 60, 60, 60, 60, 0, 0, 0]

    assert found(readings(lamps(), {"load_power": power}, start=NOON), "day_burner") == []


def _charging(first: float, others: float, soc: float = 60, peers: int = 7) -> dict[str, Column]:
    power = np.full((peers, 30), others)
    power[0] = first
    return {"pv_power": power, "battery_soc": soc}


def test_a_panel_that_gives_nothing_beside_charging_neighbors_is_a_fault_after_two_hours() -> None:
    columns = _charging(first=0, others=120)

    faults = found(readings(lamps(7), columns, start=NOON), "not_charging")

    # At 103.5 degrees east it is nine by the sun at 2:06 UTC.
    assert [(fault.subject, minutes(fault, NOON)) for fault in faults] == [
        ("kh-lamp-0", (10, 130, None))
    ]


@pytest.mark.parametrize(
    ("columns", "count"),
    [
        pytest.param(_charging(first=0, others=120, soc=97), 7, id="with a full battery"),
        pytest.param(_charging(first=0, others=4), 7, id="under a sky that gives nobody anything"),
        pytest.param(_charging(first=0, others=120, peers=5), 5, id="with too few neighbors"),
        pytest.param(_charging(first=20, others=120), 7, id="while it gives a little"),
    ],
)
def test_a_panel_that_gives_little_is_no_fault(columns: dict[str, Column], count: int) -> None:
    seen = readings(lamps(count), columns, start=NOON)

    assert found(seen, "not_charging") == []
