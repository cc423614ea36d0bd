"""The battery's books, computed by hand."""

import numpy as np
import pytest

from simulators.world.battery import BatteryState, Flow, flow, terminal_voltage


def follow(
    *, charge: float, available: list[float], wanted: list[float], capacity: float = 1_200.0
) -> tuple[Flow, BatteryState]:
    shape = (1, len(available))
    return flow(
        BatteryState(charge=np.array([charge]), cut_off=np.array([False])),
        available_w=np.array([available]),
        wanted_w=np.array([wanted]),
        passes=np.ones(shape, dtype=np.bool_),
        capacity_wh=np.full(shape, capacity),
        step_s=3_600.0,
    )


def test_a_lamp_draws_its_energy_from_the_battery() -> None:
    day, after = follow(charge=0.8, available=[0.0, 0.0], wanted=[60.0, 60.0])

    assert day.load_power.tolist() == [[60.0, 60.0]]
    assert day.charge[0].tolist() == pytest.approx([0.8, 0.75])  # 60 Wh of 1,200 Wh
    assert after.charge[0] == pytest.approx(0.70)


def test_of_what_flows_in_four_hundredths_are_lost() -> None:
    _, after = follow(charge=0.5, available=[100.0], wanted=[0.0])

    assert after.charge[0] == pytest.approx(0.5 + 96.0 / 1_200.0)


def test_a_full_battery_takes_no_more_and_the_panel_delivers_what_the_lamp_draws() -> None:
    day, after = follow(charge=1.0, available=[200.0], wanted=[60.0])

    assert day.panel_power.tolist() == [[60.0]]
    assert after.charge.tolist() == [1.0]


def test_the_lamp_is_dimmed_before_it_is_cut_off() -> None:
    day, _ = follow(charge=0.36, available=[0.0, 0.0], wanted=[60.0, 60.0])

    assert day.load_power.tolist() == [[60.0, 30.0]]
    assert day.brightness.tolist() == [[1.0, 0.5]]


def test_a_lamp_cut_off_burns_again_only_after_the_battery_has_recovered() -> None:
    dark_then_sun = [0.0, 0.0, 200.0, 200.0, 200.0]

    day, _ = follow(charge=0.11, available=dark_then_sun, wanted=[60.0] * 5)

    # 30 W dimmed leave 8.5 %; then (200 - 0) W x 0.96 / 1200 Wh = 16 % an hour: 24.5 %, 40.5 %.
    assert day.charge[0].tolist() == pytest.approx([0.11, 0.085, 0.085, 0.245, 0.405])
    assert day.cut_off.tolist() == [[False, True, True, True, False]]
    assert day.load_power.tolist() == [[30.0, 0.0, 0.0, 0.0, 60.0]]


def test_a_day_ends_where_the_next_begins() -> None:
    available, wanted = [30.0, 80.0, 0.0, 10.0], [0.0, 0.0, 60.0, 60.0]
    whole, whole_after = follow(charge=0.5, available=available, wanted=wanted)

    _, middle = follow(charge=0.5, available=available[:2], wanted=wanted[:2])
    rest, rest_after = follow(
        charge=float(middle.charge[0]), available=available[2:], wanted=wanted[2:]
    )

    assert rest.charge[0].tolist() == whole.charge[0, 2:].tolist()
    assert rest_after.charge.tolist() == whole_after.charge.tolist()


def test_voltage_rises_while_charging_and_sags_under_load() -> None:
    charge = np.array([0.4, 0.4, 0.4])

    volts = terminal_voltage(charge, np.array([-131.0, 0.0, 131.0]))

    assert volts == pytest.approx([12.9, 13.1, 13.3])  # 10 A over 0.02 ohm
