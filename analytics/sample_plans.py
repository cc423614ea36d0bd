"""Samples of equipment that never transmits: how many to visit, which, and the share that works.

Size: the CDM's guideline for sampling, for a proportion in a population of known size, confidence
and precision 90/10 (UNFCCC, "Guidelines for sampling and surveys for CDM project activities and
programmes of activities", version 04.0, simple random sampling). Interval: Wilson's score interval
(E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953), which stays within 0 and 1.
"""

import random
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt
from typing import Final

from analytics.uncertainty import sample_size

Z_90: Final = 1.645
"""The normal deviate of a two-sided confidence of 90 %, as the guideline rounds it."""

_RELATIVE_PRECISION: Final = Decimal("0.1")


def ninety_ten(population: int, expected_share: float) -> int:
    """Return how many of a population to visit for a share expected to work, above 0, below 1."""
    if not 0 < expected_share < 1:
        raise ValueError("expected a share between 0 and 1, and a population of at least 1")
    planned = sample_size(
        population,
        share=Decimal(str(expected_share)),
        relative_precision=_RELATIVE_PRECISION,
        z=Decimal(str(Z_90)),
    )
    return planned.pieces


def drawn(population: int, size: int, *, seed: int) -> tuple[int, ...]:
    """Return a sample's places, from 1 to the population, in order; the same seed, the same ones.

    The draw is Python's Mersenne Twister by float, which is promised to stay as it is.
    """
    generator = random.Random(seed)  # noqa: S311 - nothing here is a secret
    keyed = sorted((generator.random(), place) for place in range(1, population + 1))
    return tuple(sorted(place for _, place in keyed[:size]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of a sample, with the interval that its size leaves."""

    point: float
    low: float
    high: float


def share(found: int, visited: int, *, z: float = Z_90) -> Share | None:
    """Return the share of those visited that were found working, None where none was visited."""
    if not 0 <= found <= visited:
        raise ValueError(f"expected from 0 to {visited} found, not {found}")
    if not visited:
        return None
    point, square = found / visited, z * z
    middle = (point + square / (2 * visited)) / (1 + square / visited)
    spread = point * (1 - point) / visited + square / (4 * visited * visited)
    half = z * sqrt(spread) / (1 + square / visited)
    return Share(point=point, low=max(0.0, middle - half), high=min(1.0, middle + half))
