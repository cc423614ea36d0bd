"""The air of a zone: weather and what traffic, cooking fires and sunlight put into it.

Levels are of the order measured in coastal towns of the region [assumed]; what matters is that
quantities go together: ozone with sun, nitrogen dioxide with traffic, damp nights, sea breeze.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from simulators.world.arrays import Floats
from simulators.world.noise import day_level, generator, wander
from simulators.world.resolution import hold_single
from simulators.world.traffic import traffic

_RESTLESS: Final = ("particles", "gas", "wind", "damp", "ozone")
_DECIMALS: Final[Mapping[str, int]] = {"co": 2, "wind_direction": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """What a whole zone shares, one value a step."""

    hours: Floats  # local
    temperature: Floats  # [Cel]
    sunshine: Floats  # global horizontal irradiance. [W/m2]


def temperature(
    seed: int, zone: str, day: date, hours: Floats, *, latitude: float, index: Floats
) -> Floats:
    """Return the zone's air temperature: coolest at sunrise, warmest after noon [Cel]."""
    steps = hours.size
    season = np.cos(2.0 * np.pi * (day.timetuple().tm_yday - 200) / 365.25)
    mean = 29.0 - 0.12 * abs(latitude) + np.sign(latitude) * 0.12 * abs(latitude) * season
    swing = 2.0 + 3.0 * float(np.mean(index))
    daily = swing * np.cos(2.0 * np.pi * (hours - 14.0) / 24.0)
    level = 1.0 * day_level(seed, day, steps, zone, "temperature")
    own = 0.2 * wander(generator(seed, zone, "temperature", day), steps, memory=0.95)
    return np.asarray(mean + daily + level + own, dtype=np.float64)


def air_values(seed: int, zone: str, device: str, day: date, weather: Weather) -> dict[str, Floats]:
    """Return what one air station says, by metric of the catalog."""
    steps = weather.hours.size
    chance = generator(seed, device, "air", day)
    own = {name: wander(chance, steps, memory=0.9) for name in _RESTLESS}
    stale = np.exp(0.35 * day_level(seed, day, steps, zone, "stale air"))
    busy = traffic(day, weather.hours)
    gases = _gases(busy, weather, stale * np.exp(0.10 * own["gas"]))
    gases["o3"] += 0.6 * own["ozone"]  # an instrument is never quite still
    particles = _particles(busy, weather, stale * np.exp(0.12 * own["particles"]))
    values = {**particles, **gases, **_weather(seed, zone, day, weather, own)}
    return {
        name: hold_single(column, decimals=_DECIMALS.get(name, 1))
        for name, column in values.items()
    }


def _particles(busy: Floats, weather: Weather, level: Floats) -> dict[str, Floats]:
    """Return fine and coarse dust: traffic, and cooking fires in the evening [ug/m3]."""
    fires = np.exp(-(((weather.hours - 18.5) / 1.5) ** 2))
    fine = level * (9.0 + 8.0 * busy + 9.0 * fires)
    return {"pm25": fine, "pm10": 1.45 * fine + 9.0 * level * (0.3 + busy)}


def _gases(busy: Floats, weather: Weather, level: Floats) -> dict[str, Floats]:
    """Return gases in ug/m3, carbon monoxide in mg/m3."""
    bright = weather.sunshine / 1_000.0
    return {
        "so2": 4.0 * level * (0.7 + 0.6 * busy),
        "no2": level * (7.0 + 26.0 * busy) * (1.0 - 0.35 * bright),
        "o3": 22.0 + 70.0 * bright * level**0.5 - 8.0 * busy,
        "co": level * (0.22 + 0.45 * busy),
    }


def _weather(
    seed: int, zone: str, day: date, weather: Weather, own: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Return what the station's weather instruments say."""
    steps = weather.hours.size
    breeze = np.sin(2.0 * np.pi * (weather.hours - 9.0) / 24.0)
    pressure = day_level(seed, day, steps, zone, "pressure")
    # The atmosphere's half-day tide has its crest at ten.
    tide = np.cos(4.0 * np.pi * (weather.hours - 10.0) / 24.0)
    damp = 78.0 - 3.2 * (weather.temperature - 28.0) + 2.0 * own["damp"]
    return {
        "temperature": weather.temperature + 0.1 * own["damp"],
        "humidity": np.clip(damp, 20.0, 99.5),
        "pressure": 1_009.5 + 2.0 * pressure + 1.4 * tide,
        "wind_speed": np.maximum(2.2 + 1.6 * breeze + 0.8 * own["wind"], 0.1),
        "wind_direction": (225.0 + 60.0 * (1.0 - breeze) + 15.0 * own["wind"]) % 360.0,
    }
