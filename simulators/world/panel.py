"""From sun and clouds to the power of a panel.

Clear sky: B. Haurwitz, "Insolation in relation to cloudiness and cloud density", Journal of
Meteorology 2, 1945, as given in M. J. Reno, C. W. Hansen, J. S. Stein, SAND2012-2389, 2012.
Diffuse share: D. G. Erbs, S. A. Klein, J. A. Duffie, Solar Energy 28(4), 1982. Cell temperature by
the nominal operating cell temperature of IEC 61215.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.world.arrays import Floats
from simulators.world.sun import SunPosition

_EXTRATERRESTRIAL: Final = 1_361.0  # W/m2, total solar irradiance at the mean distance
_OVERCAST: Final = 0.22  # bounds of the clearness index in Erbs's formula
_CLEAR: Final = 0.80
_NOCT: Final = 45.0  # Cel [assumed]
_PER_KELVIN: Final = -0.004  # of the power above 25 Cel, crystalline silicon [assumed]
_KEPT: Final = 0.86  # after the 14 % system losses that PVWatts version 5 assumes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounting:
    """How a panel stands: tilt from the horizontal, azimuth from north over east [deg]."""

    tilt: float
    azimuth: float


def toward_equator(latitude: float) -> Mounting:
    """Return the usual mounting: by latitude, but tilted enough for rain to wash it."""
    return Mounting(tilt=max(10.0, abs(latitude)), azimuth=180.0 if latitude >= 0 else 0.0)


def clear_sky(elevation: Floats) -> Floats:
    """Return global horizontal irradiance under a clear sky [W/m2]."""
    sine = np.sin(np.radians(np.maximum(elevation, 0.0)))
    safe = np.maximum(sine, 1e-4)
    return np.where(sine > 0.0, 1_098.0 * safe * np.exp(-0.059 / safe), 0.0)


def diffuse_share(horizontal: Floats, elevation: Floats) -> Floats:
    """Return the diffuse part of global horizontal irradiance [0, 1]."""
    above = _EXTRATERRESTRIAL * np.sin(np.radians(np.maximum(elevation, 0.0)))
    clearness = np.clip(horizontal / np.maximum(above, 1.0), 0.0, 1.0)
    middle = np.polyval([12.336, -16.638, 4.388, -0.1604, 0.9511], clearness)
    cloudy = 1.0 - 0.09 * clearness
    return np.where(clearness <= _OVERCAST, cloudy, np.where(clearness <= _CLEAR, middle, 0.165))


def plane_of_array(horizontal: Floats, sun: SunPosition, mounting: Mounting) -> Floats:
    """Return irradiance on the panel: the beam by angle, the diffuse from an even sky [W/m2]."""
    elevation, tilt = np.radians(sun.elevation), np.radians(mounting.tilt)
    turned = np.radians(sun.azimuth - mounting.azimuth)
    facing = np.sin(elevation) * np.cos(tilt)
    facing = facing + np.cos(elevation) * np.sin(tilt) * np.cos(turned)
    # Below three degrees the ratio of two small numbers says nothing.
    ratio = np.maximum(facing, 0.0) / np.maximum(np.sin(elevation), 0.052)
    diffuse = diffuse_share(horizontal, sun.elevation)
    sky = (1.0 + np.cos(tilt)) / 2.0
    beam = (1.0 - diffuse) * np.minimum(ratio, 3.0)
    return np.asarray(horizontal * (beam + diffuse * sky), dtype=np.float64)


def cell_temperature(irradiance: Floats, air_temperature: Floats) -> Floats:
    """Return the temperature of the cells [Cel]."""
    return air_temperature + (_NOCT - 20.0) / 800.0 * irradiance


def panel_power(irradiance: Floats, air_temperature: Floats, rated_w: Floats) -> Floats:
    """Return what panels of a rated power could deliver at their best working point [W]."""
    warm = cell_temperature(irradiance, air_temperature) - 25.0
    return np.maximum(rated_w * irradiance / 1_000.0 * (1.0 + _PER_KELVIN * warm) * _KEPT, 0.0)
