"""Propagation of 95 % intervals, after IPCC 2006 Guidelines, volume 1, chapter 3, approach 1.

An uncertainty is the half width of a 95 % interval, in percent of the value.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final

_HUNDRED: Final = Decimal(100)


class UncertaintyError(ValueError):
    """What was given has no interval."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A value and its uncertainty. [percent]"""

    value: Decimal
    u95_percent: Decimal


def of_product(u95_percent: Iterable[Decimal]) -> Decimal:
    """Return the uncertainty of a product of independent factors (equation 3.1). [percent]"""
    return _root(_checked(each) ** 2 for each in u95_percent)


def of_sum(terms: Iterable[Uncertain]) -> Decimal:
    """Return the uncertainty of a sum of independent terms (equation 3.2). [percent]

    Raises UncertaintyError where the sum is 0 and its relative uncertainty without end.
    """
    known = list(terms)
    total = sum((term.value for term in known), start=Decimal(0))
    if not total:
        raise UncertaintyError("terms: add up to 0, which has no relative uncertainty")
    return _root((_checked(term.u95_percent) * term.value) ** 2 for term in known) / abs(total)


def of_mean(count: int, u95_percent_each: Decimal) -> Decimal:
    """Return the uncertainty of the sum or mean of equal, independent devices. [percent]"""
    if count < 1:
        raise UncertaintyError(f"n: expected at least 1, got {count}")
    return _checked(u95_percent_each) / Decimal(count).sqrt()


def of_fleet(count: int, *, meter: Decimal, factor: Decimal) -> Decimal:
    """Return the uncertainty of a fleet times one factor. [percent]

    Meter noise averages down over the devices; the factor's error is the same for all of them.
    """
    return of_product((of_mean(count, meter), factor))


def half_width(value: Decimal, u95_percent: Decimal) -> Decimal:
    """Return the half width of a value's interval, in the value's unit."""
    return abs(value) * u95_percent / _HUNDRED


@dataclass(frozen=True, slots=True)
class SampleSize:
    """How many to look at: as the formula says, and rounded up."""

    raw: Decimal
    pieces: int


def sample_size(
    population: int, *, share: Decimal, relative_precision: Decimal, z: Decimal
) -> SampleSize:
    """Return how many of a finite population to look at for the share that works.

    After the CDM guideline "Sampling and surveys for CDM project activities and programmes of
    activities", simple random sampling, proportions.

    Args:
        population: Pieces in all.
        share: The share expected to work, above 0 and at most 1.
        relative_precision: Half width wanted, relative to the share: 0.1 for 10 %.
        z: 1.645 for 90 % confidence, 1.96 for 95 %.
    """
    if population < 1:
        raise UncertaintyError(f"population: expected at least 1, got {population}")
    if not 0 < share <= 1:
        raise UncertaintyError(f"p: expected a share above 0 and at most 1, got {share}")
    if relative_precision <= 0 or z <= 0:
        raise UncertaintyError("relative_precision, z: expected above 0")
    variance = (1 - share) / share
    spread = z**2 * variance
    raw = population * spread / ((population - 1) * relative_precision**2 + spread or 1)
    return SampleSize(raw, int(raw.to_integral_value(rounding=ROUND_CEILING)))


def _checked(u95_percent: Decimal) -> Decimal:
    if u95_percent < 0:
        raise UncertaintyError(f"u95_percent: expected at least 0, got {u95_percent}")
    return u95_percent


def _root(squares: Iterable[Decimal]) -> Decimal:
    return sum(squares, start=Decimal(0)).sqrt()
