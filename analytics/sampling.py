"""Samples of equipment that never transmits: how many to visit, which, and the share that works.

Size: the CDM's guideline for sampling, for a proportion in a population of known size, confidence
and precision 90/10 (UNFCCC, "Guidelines for sampling and surveys for CDM project activities and
programmes of activities", version 04.0, simple random sampling). Interval: Wilson's score interval
(E. B. Wilson, 1927, doi:10.1080/01621459.1927.10502953), which stays within 0 and 1.
"""

import random
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Final

Z_90: Final = 1.645
"""The normal deviate of a two-sided confidence of 90 %, as the guideline rounds it."""

RELATIVE_PRECISION: Final = 0.1


def sample_size(
    population: int,
    expected_share: float,
    *,
    relative_precision: float = RELATIVE_PRECISION,
    z: float = Z_90,
) -> int:
    """Return how many of a population are to be visited; at most all of them.

    Args:
        population: How many there are, at least 1.
        expected_share: The share that is expected to work. (0, 1)
        relative_precision: Half the interval over the share. (0, 1)
        z: The normal deviate of the confidence.
    """
    if population < 1 or not 0 < expected_share < 1 or not 0 < relative_precision < 1:
        raise ValueError("expected a population of at least 1, and shares between 0 and 1")
    spread = z * z * (1 - expected_share) / expected_share
    return min(
        population,
        ceil(spread * population / ((population - 1) * relative_precision**2 + spread)),
    )


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
