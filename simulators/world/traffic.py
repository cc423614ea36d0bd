"""How busy a zone's roads are: two rush hours, a quiet night, a calmer weekend [assumed]."""

from datetime import date
from typing import Final

import numpy as np

from simulators.world.arrays import Floats

_SATURDAY: Final = 5


def traffic(day: date, hours: Floats) -> Floats:
    """Return traffic at local hours of a day, as a share of the busiest [0, 1]."""
    morning = np.exp(-(((hours - 7.5) / 1.4) ** 2))
    evening = np.exp(-(((hours - 17.5) / 1.8) ** 2))
    midday = 0.55 * np.exp(-(((hours - 12.5) / 4.0) ** 2))
    share = np.minimum(0.06 + 0.85 * np.maximum(morning, evening) + 0.4 * midday, 1.0)
    return share * (0.7 if day.weekday() >= _SATURDAY else 1.0)
