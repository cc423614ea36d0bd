"""Availability as documents show it: the triple, the interval, and what is proven."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from analytics.figures import Unit, written
from analytics.uptime.grid import Spent

Shown = dict[str, object]


def availability(spent: Spent) -> Shown:
    """Return how devices spent their time, as shares in percent; None where nothing is known.

    The interval and the contractual share leave out what a contract takes out; the technical one
    does not; proven counts what is unknown or taken out as not proven.
    """
    times = spent.times
    return {
        "pieces": spent.pieces,
        "proven_percent": percent_of(spent.proven_share),
        "low_percent": percent_of(times.low),
        "point_percent": percent_of(times.point),
        "high_percent": percent_of(times.high),
        "data_percent": percent_of(times.data),
        "technical_percent": percent_of(spent.technical.point),
        "contractual_percent": percent_of(times.point),
    }


def together(spent: Iterable[Spent]) -> Spent:
    """Return how several groups spent their time together."""
    first, *others = spent
    for each in others:
        first += each
    return first


def percent_of(share: Fraction | None) -> str | None:
    """Write a share as it is quoted."""
    if share is None:
        return None
    return written(Decimal(100 * share.numerator) / Decimal(share.denominator), Unit.PERCENT)
