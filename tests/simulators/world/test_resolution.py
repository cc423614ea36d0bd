"""What registers hold."""

import numpy as np
import pytest

from simulators.world.resolution import hold, hold_single


@pytest.mark.parametrize(
    ("metric", "value", "expected"),
    [
        ("load_power", 59.6, 60.0),
        ("battery_voltage", 12.849, 12.8),
        ("load_current", 4.6512, 4.65),
        ("battery_temperature", -3.6, -4.0),
        ("power_factor", 0.99952, 1.0),
    ],
)
def test_a_register_holds_so_many_decimals(metric: str, value: float, expected: float) -> None:
    assert hold(metric, np.array([value])).tolist() == [expected]


def test_held_values_are_the_numbers_that_decimal_digits_name() -> None:
    raw = np.arange(10_000, dtype=np.float64)

    assert hold("load_current", raw * 0.01).tolist() == [
        float(f"{n / 100:.2f}") for n in range(10_000)
    ]


def test_there_is_no_negative_nothing() -> None:
    assert str(hold("reactive_power", np.array([-0.2]))[0]) == "0.0"


def test_an_instrument_shows_decimals_and_answers_in_single_precision() -> None:
    assert hold_single(np.array([12.34]), decimals=1).tolist() == [12.300000190734863]
