"""What a sample of odometers makes of vehicles that nobody meters.

The fuel that the distance would have taken, less charging estimated by it, at the bound of the
sample's interval that avoids less. Both lines carry the sample's error as if it were their own, so
the interval is wider than it need be.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from typing import Final

import numpy as np

from analytics.avoided import Line
from analytics.factors.grid import GridFactor
from analytics.figures import EXACT
from analytics.methods.method import Choices, Quantity, of_grid
from analytics.methods.vehicles import (
    fuel_line,
    losses,
    parameter,
    vehicle_table,
    year_of_use,
)
from analytics.samples import Expanded, Sampled

_M_A_KM: Final = 1_000
_NOTHING: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """What a sample adds to a class of vehicles."""

    lines: tuple[Line, ...]
    distance_m: int
    charged_mwh: int


def driving_lines(
    sample: Sampled, expanded: Expanded, factor: GridFactor, choices: Choices
) -> Driving:
    """Return the lines of a sample in km, at the distance that avoids less."""
    since = sample.in_use_since.toordinal() if sample.in_use_since else 0
    year = year_of_use(sample.last.toordinal(), since)
    device_class = sample.device_class
    fuel = fuel_line(device_class, _NOTHING, year, choices)
    charged = of_grid("charged_estimated", _NOTHING, factor, adds=False, losses=losses(choices))
    with localcontext(EXACT):
        mwh_a_m = parameter(device_class, "kwh_per_km", choices) * _M_A_KM
        a_meter = fuel.factor.value * fuel.scale - mwh_a_m * factor.value * charged.scale
        km = expanded.conservative if a_meter >= 0 else expanded.highest
        error = expanded.half_width / km * 100 if km else Decimal(0)
        meters = int((km * _M_A_KM).to_integral_value(ROUND_FLOOR))
        mwh = int((meters * mwh_a_m).to_integral_value(ROUND_CEILING))
    by_distance = Decimal(vehicle_table()["charging"]["estimate_u95_percent"])
    return Driving(
        lines=(
            _line(fuel, meters, error),
            _line(charged, mwh, (error**2 + by_distance**2).sqrt(EXACT)),
        ),
        distance_m=meters,
        charged_mwh=mwh,
    )


def _line(quantity: Quantity, amount: int, u95_percent: Decimal) -> Line:
    return Line(
        name=quantity.name,
        quantity=amount,
        unit=quantity.unit,
        factor=quantity.factor,
        scale=quantity.scale,
        adds=quantity.adds,
        squares=0,
        u95_percent=u95_percent,
        sampled=True,
    )
