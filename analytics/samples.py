"""A sample of what nobody meters: a total for all of it, with the error of sampling.

Simple random sampling without replacement: mean, Student's t, and the correction for a finite
population (Cochran, Sampling Techniques, 3rd edition, sections 2.3 to 2.8).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Final

from analytics.figures import EXACT
from ingest.contract.metric import DeviceClass
from ingest.registry.model import BuildingType

FEWEST: Final = 2
"""A single value has no error."""


class SampleError(ValueError):
    """What was given is no sample of anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampled:
    """What pieces that were drawn by lot gave or drove over some days, both included."""

    zone: str
    device_class: DeviceClass
    first: date
    last: date
    population: int  # pieces that it was drawn from: those that nobody meters
    source: str
    kwh: Sequence[Decimal] = ()  # one a piece drawn; 0 where it did not work, or nobody came
    km: Sequence[Decimal] = ()  # of vehicles instead, by their odometers
    lot: str | None = None
    in_use_since: date | None = None  # from then on a vehicle's baseline improves
    building_type: BuildingType | None = None  # of sets off the grid: whom they supply

    def overlaps(self, other: "Sampled") -> bool:
        """Tell whether another speaks of the same pieces on one of its days.

        Off the grid it does in the same calendar year, which a set's tiers are of.
        """
        if self.lot != other.lot:
            return False
        if self.building_type or other.building_type:
            return self.first.year <= other.last.year and other.first.year <= self.last.year
        return self.first <= other.last and other.first <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """A sample's total for its population. The lower bound of its interval is what is credited."""

    pieces: int
    population: int
    total: Decimal  # unit of the values
    half_width: Decimal  # of the 95 % interval, same unit

    @property
    def conservative(self) -> Decimal:
        """The lower bound of the interval, at least 0."""
        return max(Decimal(0), self.total - self.half_width)

    @property
    def highest(self) -> Decimal:
        """The upper bound of the interval, for what takes away."""
        return self.total + self.half_width


def expand(values: Sequence[Decimal], population: int) -> Expanded:
    """Return the total of a population by a sample of its values.

    Raises SampleError for fewer than two values, which have no error, or more than there are.
    """
    count = len(values)
    if not FEWEST <= count <= population:
        raise SampleError(
            f"a sample of {population}: expected {FEWEST} to {population}, got {count}"
        )
    with localcontext(EXACT):
        mean = sum(values, start=Decimal(0)) / count
        variance = sum(((each - mean) ** 2 for each in values), start=Decimal(0)) / (count - 1)
        left_out = 1 - Decimal(count) / population
        error = (variance / count * left_out).sqrt() * population
        half_width = students_t(count - 1) * error
        return Expanded(
            pieces=count, population=population, total=mean * population, half_width=half_width
        )


def expand_share(works: Sequence[bool], population: int) -> Expanded:
    """Return how many of a population work, by a sample of them."""
    return expand([Decimal(int(each)) for each in works], population)


def students_t(freedom: int) -> Decimal:
    """Return the 97.5 % quantile of Student's t, to six digits."""
    from scipy.stats import t  # noqa: PLC0415 - a second of start-up that only samples need

    return Decimal(f"{float(t.ppf(0.975, freedom)):.6f}")
