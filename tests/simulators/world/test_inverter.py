"""An inverter's values, computed by hand."""

from collections.abc import Mapping

import numpy as np
import pytest

from simulators.world.inverter import inverter_values


def told(available: float) -> Mapping[str, float]:
    one = np.ones((1, 1))
    columns = inverter_values(
        available * one,
        rated_w=3_000.0 * one,
        air_temperature=25.0 * one,
        grid_voltage=np.array([[[229.94]], [[230.0]], [[230.06]]]),
        grid_frequency=50.004 * one,
    )
    return {name: float(column[0, 0]) for name, column in columns.items()}


def test_an_inverter_delivers_what_its_panels_give_less_its_losses() -> None:
    values = told(2_000.0)

    assert values["dc_power"] == 2_000.0
    assert values["dc_current"] == 5.26  # 2000 W / 380 V
    assert values["active_power"] == 1_920.0
    assert values["reactive_power"] == -58.0  # 3 % of 1,920, whole
    assert values["apparent_power"] == 1_921.0
    assert values["power_factor"] == 0.999
    assert values["current"] == 8.35  # 1921 VA / 230 V
    assert (values["voltage_l1"], values["voltage_l3"]) == (229.9, 230.1)
    assert values["frequency"] == 50.0
    assert values["operating_state"] == 4.0


def test_an_inverter_never_delivers_more_than_its_rating() -> None:
    assert told(5_000.0)["active_power"] == 3_000.0


@pytest.mark.parametrize("available", [0.0, 14.0])
def test_an_inverter_without_light_sleeps_on_the_grid(available: float) -> None:
    values = told(available)

    assert values["operating_state"] == 2.0
    assert (values["active_power"], values["dc_power"], values["dc_voltage"]) == (0.0, 0.0, 0.0)
    assert values["voltage_l2"] == 230.0
