"""The sun at a place: rise, set, transit and civil twilight of local days.

By NREL's solar position algorithm as pvlib implements it (Reda and Andreas, 2004,
doi:10.1016/j.solener.2003.12.003). Rise and set are at -0.8333° with refraction; civil twilight
begins and ends where the true elevation is -6°.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final, cast

from analytics.thresholds import threshold

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

_CIVIL: Final = -6.0  # deg
_STEP: Final = timedelta(minutes=2)
_GRID: Final = timedelta(minutes=5)
_REACH: Final = timedelta(hours=3)  # twilight lasts no longer wherever lamps stand


@dataclass(frozen=True, slots=True, kw_only=True)
class SunDay:
    """The sun's instants on one local day, with its time zone; None where it does not rise."""

    sunrise: datetime | None
    transit: datetime | None
    sunset: datetime | None


def sun_days(
    latitude: float, longitude: float, first: date, last: date, zone: tzinfo
) -> list[SunDay]:
    """Return the sun of each local day from first to last, both included.

    Args:
        latitude: deg, north positive.
        longitude: deg, east positive.
        first: The first local day.
        last: The last one.
        zone: Whose days they are.
    """
    import pandas as pd  # noqa: PLC0415 - with pvlib below: a second of start-up that few need
    from pvlib.solarposition import sun_rise_set_transit_spa  # noqa: PLC0415

    days = pd.date_range(first, last, freq="D", tz=zone)
    found = sun_rise_set_transit_spa(days, latitude, longitude)
    columns = [_instants(found[name]) for name in ("sunrise", "transit", "sunset")]
    return [
        SunDay(sunrise=rise, transit=transit, sunset=sunset)
        for rise, transit, sunset in zip(*columns, strict=True)
    ]


def civil_dawn(latitude: float, longitude: float, sunrise: datetime) -> datetime | None:
    """Return when civil twilight before a sunrise begins."""
    return _crossing(latitude, longitude, sunrise - _REACH, sunrise, rising=True)


def civil_dusk(latitude: float, longitude: float, sunset: datetime) -> datetime | None:
    """Return when civil twilight after a sunset ends."""
    return _crossing(latitude, longitude, sunset, sunset + _REACH, rising=False)


def high_sun(
    latitude: float, longitude: float, first: date, last: date, zone: tzinfo
) -> list[tuple[datetime, datetime]]:
    """Return when the sun stands higher than 10° on each local day, as long as it rises so high.

    Where it does not, start and end are both its transit.
    """
    import pandas as pd  # noqa: PLC0415
    from pvlib.solarposition import get_solarposition  # noqa: PLC0415

    grid = pd.date_range(
        datetime.combine(first, time(0), zone),
        datetime.combine(last + timedelta(days=1), time(0), zone),
        freq=_GRID,
        inclusive="left",
    )
    places = cast("pd.DataFrame", get_solarposition(grid, latitude, longitude))
    elevation = places["elevation"].to_numpy()
    a_day = timedelta(days=1) // _GRID
    return [
        _above(grid[start : start + a_day], elevation[start : start + a_day])
        for start in range(0, len(grid), a_day)
    ]


def _above(
    grid: "pd.DatetimeIndex", elevation: "npt.NDArray[np.float64]"
) -> tuple[datetime, datetime]:
    high = (elevation > threshold("pv_high_sun")).nonzero()[0]
    if not len(high):
        noon = grid[int(elevation.argmax())].to_pydatetime(warn=False)
        return noon, noon
    start, end = grid[int(high[0])], grid[int(high[-1])]
    return start.to_pydatetime(warn=False), end.to_pydatetime(warn=False)


def _crossing(
    latitude: float, longitude: float, start: datetime, end: datetime, *, rising: bool
) -> datetime | None:
    """Return where the true elevation passes -6°, between two positions of a 2 min grid."""
    import pandas as pd  # noqa: PLC0415
    from pvlib.solarposition import get_solarposition  # noqa: PLC0415

    grid = pd.date_range(start, end, freq=_STEP)
    places = cast("pd.DataFrame", get_solarposition(grid, latitude, longitude))
    above = places["elevation"].to_numpy() - _CIVIL
    passed = (above[:-1] < 0) & (above[1:] >= 0) if rising else (above[:-1] >= 0) & (above[1:] < 0)
    if not passed.any():
        return None
    place = int(passed.argmax())
    share = float(above[place] / (above[place] - above[place + 1]))
    moment: datetime = (grid[place] + share * _STEP).to_pydatetime(warn=False)
    return moment


def _instants(column: "pd.Series[pd.Timestamp]") -> Sequence[datetime | None]:
    return [
        None if missing else each.to_pydatetime(warn=False)
        for each, missing in zip(column, column.isna(), strict=True)
    ]
