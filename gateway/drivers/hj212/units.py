"""Units in which stations speak, as whole numbers to multiply by and to divide by."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

_FACTORS: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    ("ng/m3", "ug/m3"): (1, 1_000),
    ("mg/m3", "ug/m3"): (1_000, 1),
    ("ug/m3", "mg/m3"): (1, 1_000),
    ("ng/m3", "mg/m3"): (1, 1_000_000),
    ("kPa", "hPa"): (10, 1),
    ("Pa", "hPa"): (1, 100),
    ("m3/s", "m3/h"): (3_600, 1),
}


def factor(unit: str, wanted: str) -> tuple[int, int] | None:
    """Return what turns a value of a unit into a wanted one, None where nothing known does."""
    return (1, 1) if unit == wanted else _FACTORS.get((unit, wanted))


def convert(number: float, by: tuple[int, int]) -> float:
    """Return a number in the other unit; it is its decimal digits that are converted."""
    multiplier, divisor = by
    if multiplier == divisor:
        return number
    return float(Decimal(repr(number)) * multiplier / divisor)
