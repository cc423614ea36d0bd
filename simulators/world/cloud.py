"""How much of the clear sky's light the clouds let through.

A day has a character, drawn once; within it the light wanders, most on half-cloudy days. Spreads
are assumed for a monsoon coast.
"""

from datetime import date

import numpy as np

from simulators.world.arrays import Floats
from simulators.world.noise import generator, wander


def clear_sky_index(seed: int, zone: str, day: date, steps: int) -> Floats:
    """Return one local day of irradiance over clear-sky irradiance, the same for a whole zone."""
    chance = generator(seed, zone, "cloud", day)
    middle = 1.03 - 0.85 * chance.beta(1.6, 3.2)
    unrest = 0.02 + 0.9 * max(middle - 0.2, 0.0) * (1.03 - middle)
    return np.clip(middle + unrest * wander(chance, steps, memory=0.93), 0.06, 1.1)


def local_index(shared: Floats, seed: int, device: str, day: date) -> Floats:
    """Return a device's own day under the zone's clouds: a little earlier, later, or thicker."""
    chance = generator(seed, device, "cloud", day)
    own = 0.03 * wander(chance, shared.size, memory=0.8)
    return np.clip(np.roll(shared, int(chance.integers(-1, 2))) + own, 0.05, 1.15)
