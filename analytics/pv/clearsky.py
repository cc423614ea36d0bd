"""What a PV set could give at most: clear sky (Ineichen, Linke turbidity as shipped with pvlib).

An upper bound, no expectation: it tells dead or degraded sets on clear days. DC power by PVWatts
(NREL/TP-6A20-62641) with its default system losses of 14.1 % and inverter efficiency of 0.96.
"""

from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from analytics.thresholds import threshold

if TYPE_CHECKING:
    import pandas as pd

_GRID: Final = timedelta(minutes=15)
_GAMMA: Final = -0.0037  # 1/K, crystalline silicon; PVWatts, standard module: -0.0047 to -0.0035
_INVERTER: Final = 0.96  # PVWatts
_GRAIN: Final = Decimal("0.1")  # deg: neighbors share a sky


def clear_sky_yields(
    latitude: Decimal, longitude: Decimal, first: date, last: date, zone: tzinfo
) -> list[float]:
    """Return the most that a set could give on each local day, per rated power. [kWh/kWp]

    Args:
        latitude: deg, north positive.
        longitude: deg, east positive.
        first: The first local day.
        last: The last one.
        zone: Whose days they are.
    """
    return list(_yields(latitude.quantize(_GRAIN), longitude.quantize(_GRAIN), first, last, zone))


@lru_cache(maxsize=512)
def _yields(
    latitude: Decimal, longitude: Decimal, first: date, last: date, zone: tzinfo
) -> tuple[float, ...]:
    from pvlib.inverter import pvwatts  # noqa: PLC0415 - a second of start-up that few need
    from pvlib.pvsystem import pvwatts_dc, pvwatts_losses  # noqa: PLC0415

    irradiance = clear_sky_ghi(float(latitude), float(longitude), first, last, zone)
    left = 1 - pvwatts_losses() / 100
    dc = pvwatts_dc(irradiance, threshold("pv_cell"), left, _GAMMA)
    ac = pvwatts(dc, 1 / _INVERTER, eta_inv_nom=_INVERTER)
    by_day = ac.groupby(ac.index.date).sum() * (_GRID / timedelta(hours=1))
    return tuple(float(each) for each in by_day.tolist())


def clear_sky_ghi(
    latitude: float, longitude: float, first: date, last: date, zone: tzinfo
) -> "pd.Series[float]":
    """Return the horizontal irradiance of a clear sky, every quarter of an hour. [W/m²]"""
    import pandas as pd  # noqa: PLC0415
    from pvlib.location import Location  # noqa: PLC0415

    grid = pd.date_range(
        datetime.combine(first, time(0), zone),
        datetime.combine(last + timedelta(days=1), time(0), zone),
        freq=_GRID,
        inclusive="left",
    )
    place = Location(latitude, longitude)
    sky: pd.Series[float] = place.get_clearsky(grid)["ghi"]
    return sky
