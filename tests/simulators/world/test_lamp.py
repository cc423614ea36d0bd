"""Schedules and what the controller tells."""

import numpy as np
import pytest

from simulators.world.arrays import Floats
from simulators.world.battery import Flow
from simulators.world.lamp import light_wanted, streetlight_values

HOURS = np.arange(24, dtype=np.float64)
DAYLIGHT = np.where((HOURS >= 6) & (HOURS < 18), 30.0, -30.0)  # set at 18, rise at 6


def lit_hours(schedule: str) -> list[int]:
    return np.flatnonzero(light_wanted(schedule, DAYLIGHT, HOURS)).tolist()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        pytest.param("sunset..sunrise", [*range(6), *range(18, 24)], id="all night"),
        pytest.param("sunset+5h", [18, 19, 20, 21, 22], id="the evening"),
        pytest.param("sunset+8h", [0, 1, 18, 19, 20, 21, 22, 23], id="over midnight"),
        pytest.param("18:00..04:00", [0, 1, 2, 3, *range(18, 24)], id="by the clock"),
        pytest.param("01:00..03:00", [1, 2], id="by the clock within a day"),
    ],
)
def test_a_schedule_asks_for_light(schedule: str, expected: list[int]) -> None:
    assert lit_hours(schedule) == expected


def test_what_is_no_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="not a lamp's schedule: 'always'"):
        lit_hours("always")


def test_the_sun_on_the_horizon_counts_with_its_upper_edge() -> None:
    elevation = np.array([-0.80, -0.84])

    assert light_wanted("sunset..sunrise", elevation, HOURS[:2]).tolist() == [False, True]


def told(
    *, load: float, panel: float, cut_off: bool = False, dark: bool = False
) -> dict[str, float]:
    one = np.ones((1, 1))
    day = Flow(
        charge=0.4 * one,
        cut_off=np.array([[cut_off]]),
        brightness=0.0 * one if cut_off else one,
        load_power=load * one,
        panel_power=panel * one,
    )
    values: dict[str, Floats] = dict(
        streetlight_values(
            day,
            irradiance=0.0 * one,
            air_temperature=25.0 * one,
            wanted=np.array([[True]]),
            dark=np.array([[dark]]),
        )
    )
    return {name: float(column[0, 0]) for name, column in values.items()}


def test_a_lamp_that_burns_says_volts_amperes_and_watts_that_go_together() -> None:
    values = told(load=60.0, panel=0.0)

    assert values["lamp_on"] == 1.0
    assert values["brightness"] == 100.0
    assert values["battery_voltage"] == 13.0  # 13.1 V at rest, less 4.6 A over 0.02 ohm
    assert values["load_voltage"] == 12.9
    assert values["load_current"] == 4.65  # 60 W / 12.9 V
    assert values["fault_word"] == 0.0


def test_an_open_circuit_is_a_lamp_commanded_on_that_takes_nothing() -> None:
    values = told(load=0.0, panel=0.0, dark=True)

    assert (values["lamp_on"], values["load_power"], values["load_current"]) == (1.0, 0.0, 0.0)
    assert values["fault_word"] == 2.0**31  # bit 31: lamp open circuit


def test_a_lamp_cut_off_is_off_and_says_over_discharge() -> None:
    values = told(load=0.0, panel=0.0, cut_off=True)

    assert (values["lamp_on"], values["brightness"], values["load_voltage"]) == (0.0, 0.0, 0.0)
    assert values["fault_word"] == 1.0


@pytest.mark.parametrize(("panel", "state"), [(0.0, 0.0), (120.0, 2.0)], ids=["off", "MPPT"])
def test_the_charge_state_is_srne_s(panel: float, state: float) -> None:
    assert told(load=0.0, panel=panel)["charge_state"] == state
