"""The sun of the world, against pvlib, which is another program by other people."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pvlib
import pytest

from ingest.contract.period import micros
from simulators.world.arrays import Micros
from simulators.world.sun import HORIZON_DEG, SunPosition, sun_position

# Computed with pvlib 0.16.1 by NREL's SPA: rise and set at -0.8333 degrees, civil twilight at -6.
# Its rise times are themselves up to 40 s from where its own positions cross the horizon.
SUN_TIMES = [
    ("rise in June", 11.5564, 104.9282, HORIZON_DEG, "2025-06-21T05:38:10.5+07:00"),
    ("set in June", 11.5564, 104.9282, HORIZON_DEG, "2025-06-21T18:26:12.5+07:00"),
    ("dusk in June", 11.5564, 104.9282, -6.0, "2025-06-21T18:49:26.1+07:00"),
    ("rise in December", 17.9757, 102.6331, HORIZON_DEG, "2025-12-21T06:36:23.0+07:00"),
    ("set in December", 17.9757, 102.6331, HORIZON_DEG, "2025-12-21T17:39:08.0+07:00"),
    ("dawn in December", 17.9757, 102.6331, -6.0, "2025-12-21T06:12:10.9+07:00"),
    ("rise in March", 10.6093, 103.5296, HORIZON_DEG, "2025-03-20T06:09:32.3+07:00"),
    ("set in March", 10.6093, 103.5296, HORIZON_DEG, "2025-03-20T18:16:40.2+07:00"),
]


def positions(instants: Micros, latitude: float, longitude: float) -> SunPosition:
    return sun_position(instants, latitude=np.array(latitude), longitude=np.array(longitude))


@pytest.mark.parametrize(
    ("latitude", "longitude", "elevation", "expected"),
    [pytest.param(*row[1:], id=row[0]) for row in SUN_TIMES],
)
def test_the_sun_crosses_a_height_when_the_almanac_says(
    latitude: float, longitude: float, elevation: float, expected: str
) -> None:
    at = micros(datetime.fromisoformat(expected))
    instants = at + np.arange(-1_800, 1_801) * 1_000_000

    heights = positions(instants, latitude, longitude).elevation
    crossing = instants[np.argmin(np.abs(heights - elevation))]

    assert abs(int(crossing) - at) <= 60_000_000


def test_the_sun_transits_in_the_south_at_noon_in_march() -> None:
    noon = micros(datetime(2025, 3, 20, 5, 13, 19, tzinfo=UTC))

    sun = positions(np.array([noon]), 10.6093, 103.5296)

    assert sun.azimuth[0] == pytest.approx(180.0, abs=0.3)


@pytest.mark.parametrize(("latitude", "longitude"), [(10.6, 103.5), (18.0, 102.6), (-4.6, 55.5)])
def test_elevation_and_azimuth_agree_with_pvlib_through_a_year(
    latitude: float, longitude: float
) -> None:
    hours = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=37 * n) for n in range(236)]
    spa = pd.DataFrame(
        pvlib.solarposition.get_solarposition(pd.DatetimeIndex(hours), latitude, longitude)
    )

    sun = positions(np.array([micros(hour) for hour in hours]), latitude, longitude)
    turned = (sun.azimuth - np.asarray(spa["azimuth"]) + 180.0) % 360.0 - 180.0

    assert np.abs(sun.elevation - np.asarray(spa["elevation"])).max() < 0.02
    # Near the zenith a hair of elevation is a long way round.
    assert np.abs(turned * np.cos(np.radians(sun.elevation))).max() < 0.03
