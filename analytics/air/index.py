"""An index from a concentration, in exact arithmetic.

Binary floats break truncation, half-up ties and ceilings: in China's table PM2.5 16.1 µg/m³ is
exactly 23, and a float's ceiling gives 24.
"""

from fractions import Fraction
from math import ceil, floor, trunc

from analytics.air.editions import Above, Edition, Rounding, Segment, Table


def sub_index(
    edition: Edition, pollutant: str, averaging: str, concentration: Fraction | None
) -> int | None:
    """Return a pollutant's index, or None where there is none: missing, or outside the table.

    Args:
        edition: Whose tables.
        pollutant: As the tables name it.
        averaging: 1h, 8h or 24h.
        concentration: In the table's unit, unrounded.
    """
    table = edition.tables.get((pollutant, averaging))
    if table is None or concentration is None:
        return None
    exact = index_of(table, truncated(concentration, table.truncate_decimals))
    return None if exact is None else _whole(exact, edition.rounding)


def truncated(concentration: Fraction, decimals: int | None) -> Fraction:
    """Cut a concentration to some decimals, towards zero; None leaves it as it is."""
    if decimals is None:
        return concentration
    scale = 10**decimals
    return Fraction(trunc(concentration * scale), scale)


def index_of(table: Table, concentration: Fraction) -> Fraction | None:
    """Return the index before it is rounded."""
    if concentration < table.segments[0].conc_low:
        return None
    for segment in table.segments:
        if concentration <= segment.conc_high:
            return _on(segment, concentration)
    match table.above:
        case Above.NONE:
            return None
        case Above.EXTEND:
            return _on(table.segments[-1], concentration)
        case fixed:
            return Fraction(fixed)


def _on(segment: Segment, concentration: Fraction) -> Fraction:
    slope = (segment.index_high - segment.index_low) / (segment.conc_high - segment.conc_low)
    return slope * (concentration - segment.conc_low) + segment.index_low


def _whole(index: Fraction, rounding: Rounding) -> int:
    return ceil(index) if rounding is Rounding.CEILING else floor(index + Fraction(1, 2))
