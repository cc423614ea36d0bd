"""Where the sun stands, after The Astronomical Almanac's low-precision formulas.

Source: J. J. Michalsky, "The Astronomical Almanac's algorithm for approximate solar position
(1950-2050)", Solar Energy 40(3), 1988, 227-235, with its erratum in 41(1), 1988, 113; good to
0.01 degrees. It shares nothing with the library that judges the sun in the analytics.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from simulators.world.arrays import Floats, Micros

_J2000_US: Final = 946_728_000_000_000  # 2000-01-01 12:00 UTC
_DAY_US: Final = 86_400_000_000

HORIZON_DEG: Final = -0.8333  # of the sun's center at sunrise and sunset: radius and refraction


@dataclass(frozen=True, slots=True, kw_only=True)
class SunPosition:
    """Geometric elevation above the horizon and azimuth from north over east [deg]."""

    elevation: Floats
    azimuth: Floats


def sun_position(instants: Micros, *, latitude: Floats, longitude: Floats) -> SunPosition:
    """Return where the sun stands, instants broadcast against degrees north and east."""
    days = (instants - _J2000_US) / _DAY_US
    right_ascension, declination = _equatorial(days)
    sidereal = np.radians(280.46062 + 360.98564737 * days + longitude)
    hour_angle = sidereal - right_ascension
    north = np.radians(latitude)
    up = np.sin(north) * np.sin(declination)
    up = up + np.cos(north) * np.cos(declination) * np.cos(hour_angle)
    east = -np.cos(declination) * np.sin(hour_angle)
    to_north = np.sin(declination) * np.cos(north)
    to_north = to_north - np.cos(declination) * np.sin(north) * np.cos(hour_angle)
    return SunPosition(
        elevation=np.degrees(np.arcsin(np.clip(up, -1.0, 1.0))),
        azimuth=np.degrees(np.arctan2(east, to_north)) % 360.0,
    )


def _equatorial(days: Floats) -> tuple[Floats, Floats]:
    """Return right ascension and declination, days after the epoch J2000 [rad]."""
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = np.radians(
        280.460 + 0.9856474 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly)
    )
    obliquity = np.radians(23.439 - 0.0000004 * days)
    right_ascension = np.arctan2(np.cos(obliquity) * np.sin(longitude), np.cos(longitude))
    return right_ascension, np.arcsin(np.sin(obliquity) * np.sin(longitude))
