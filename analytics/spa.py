"""NREL's solar position algorithm as pvlib has it, without the package around it.

Importing pvlib brings SciPy's integrators along, which takes longer than a month's figures do.
Here its module `spa` is read alone, and called as `pvlib.solarposition` calls it by default.
"""

import sys
from collections.abc import Callable
from functools import cache, lru_cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_NAME: Final = "pvlib_spa"
_DELTA_T_S: Final = 67.0  # terrestrial time less UT1
_PRESSURE_MBAR: Final = 1013.25
_TEMPERATURE_C: Final = 12.0
_REFRACTION_DEG: Final = 0.5667
_THREADS: Final = 4  # of numba, which is not asked for
_DAYS_KEPT: Final = 64  # spans of days


def elevation(seconds: Floats, latitude: float, longitude: float) -> Floats:
    """Return the sun's true elevation at some instants. [s since the epoch, UTC; deg]"""
    position = _spa().solar_position(
        seconds,
        latitude,
        longitude,
        0.0,
        _PRESSURE_MBAR,
        _TEMPERATURE_C,
        _DELTA_T_S,
        _REFRACTION_DEG,
        _THREADS,
    )
    return np.asarray(position[3], np.float64)


def transit_rise_set(midnights: Floats, latitude: float, longitude: float) -> list[Floats]:
    """Return transit, sunrise and sunset of days by their midnight, NaN where there is none.

    Local days are told by the midnight UTC of the same date. [s since the epoch, UTC]
    """
    found = _spa().transit_sunrise_sunset(midnights, latitude, longitude, _DELTA_T_S, _THREADS)
    return [np.asarray(each, np.float64) for each in found]


@cache
def _spa() -> Any:  # noqa: ANN401 - pvlib has no types
    package = find_spec("pvlib")
    assert package is not None  # noqa: S101 - it is installed with this
    assert package.submodule_search_locations is not None  # noqa: S101 - and is a package
    path = Path(package.submodule_search_locations[0]) / "spa.py"
    spec = spec_from_file_location(_NAME, path)
    assert spec is not None  # noqa: S101 - of a file there always is one
    assert spec.loader is not None  # noqa: S101
    module = module_from_spec(spec)
    sys.modules[_NAME] = module
    spec.loader.exec_module(module)
    return _with_days_shared(module)


def _with_days_shared(module: ModuleType) -> ModuleType:
    """Let a day's sun be computed once for all places: seen from the Earth's center it is the same.

    It is asked for four times for each place, and takes nearly all of the time.
    """
    position: Callable[..., Any] = module.solar_position

    @lru_cache(maxsize=_DAYS_KEPT)
    def of_days(days: bytes, *others: float) -> tuple[Floats, ...]:
        return tuple(position(np.frombuffer(days), *others, sst=True))

    def solar_position(times: Floats, *others: float, sst: bool = False) -> Any:  # noqa: ANN401
        if not sst:
            return position(times, *others)
        return [each.copy() for each in of_days(times.tobytes(), *others)]

    module.solar_position = solar_position  # type: ignore[attr-defined]
    return module
