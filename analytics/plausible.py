"""How much energy a device of a rated power can have given in a time."""

from decimal import Decimal
from typing import Final

PLAUSIBLE: Final = Decimal("1.2")  # [assumed] energy at most 1.2 x rated power x time


def most_kwh(*, p0_kw: Decimal, hours: Decimal, factor: Decimal = PLAUSIBLE) -> Decimal:
    """Return the most energy that is plausible; what is above it is an error, not a good day."""
    return factor * p0_kw * hours
