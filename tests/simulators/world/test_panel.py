"""Irradiance against pvlib; power against hand computation."""

import numpy as np
import pandas as pd
import pvlib
import pytest

from simulators.world.panel import (
    Mounting,
    cell_temperature,
    clear_sky,
    diffuse_share,
    panel_power,
    plane_of_array,
    toward_equator,
)
from simulators.world.sun import SunPosition


def test_the_clear_sky_is_haurwitz_s() -> None:
    elevation = np.array([-10.0, 0.5, 5.0, 30.0, 60.0, 90.0])
    theirs = pvlib.clearsky.haurwitz(pd.Series(90.0 - elevation))["ghi"].to_numpy()

    assert clear_sky(elevation) == pytest.approx(theirs, abs=1e-6)


def test_the_diffuse_share_is_erbs_s() -> None:
    horizontal = np.array([50.0, 200.0, 400.0, 600.0, 800.0])
    elevation = np.full(5, 50.0)
    early_october = 278  # when the earth is at its mean distance from the sun
    theirs = pvlib.irradiance.erbs(horizontal, 90.0 - elevation, early_october)["dhi"]

    assert diffuse_share(horizontal, elevation) * horizontal == pytest.approx(theirs, rel=0.01)


def test_a_flat_panel_sees_what_the_ground_sees() -> None:
    sun = SunPosition(elevation=np.array([20.0, 50.0]), azimuth=np.array([95.0, 200.0]))
    horizontal = np.array([300.0, 700.0])

    on_panel = plane_of_array(horizontal, sun, Mounting(tilt=0.0, azimuth=180.0))

    assert on_panel == pytest.approx(horizontal)


def test_a_panel_that_faces_a_low_sun_sees_more_than_one_that_turns_away() -> None:
    sun = SunPosition(elevation=np.array([30.0]), azimuth=np.array([180.0]))
    horizontal = np.array([400.0])

    facing = plane_of_array(horizontal, sun, Mounting(tilt=30.0, azimuth=180.0))
    turned = plane_of_array(horizontal, sun, Mounting(tilt=30.0, azimuth=0.0))

    assert facing[0] > 400.0 > turned[0] > 0.0


@pytest.mark.parametrize(
    ("latitude", "expected"),
    [
        pytest.param(17.98, Mounting(tilt=17.98, azimuth=180.0), id="north faces south"),
        pytest.param(-4.6, Mounting(tilt=10.0, azimuth=0.0), id="south faces north, not flat"),
    ],
)
def test_panels_are_mounted_toward_the_equator(latitude: float, expected: Mounting) -> None:
    assert toward_equator(latitude) == expected


@pytest.mark.parametrize(
    ("irradiance", "air", "expected"),
    [
        # A cell is 31.25 K above the air at 1000 W/m2; 14 % are lost at 25 Cel.
        pytest.param(1_000.0, -6.25, 860.0, id="at 25 Cel"),
        pytest.param(1_000.0, 18.75, 774.0, id="25 K warmer: a tenth less"),
        pytest.param(0.0, 30.0, 0.0, id="at night"),
    ],
)
def test_power_follows_light_and_warmth(irradiance: float, air: float, expected: float) -> None:
    light, warmth = np.array([irradiance]), np.array([air])

    assert panel_power(light, warmth, np.array([1_000.0])) == pytest.approx([expected])


def test_a_cell_at_nominal_conditions_has_its_nominal_temperature() -> None:
    assert cell_temperature(np.array([800.0]), np.array([20.0])) == pytest.approx([45.0])
