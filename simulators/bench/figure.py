"""What a measurement tells: a value with its unit."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of a measurement."""

    value: float
    unit: str  # UCUM code


Figures = Mapping[str, Measured]


class MeasuringFailedError(Exception):
    """What was measured did not do its work, so that there is nothing to tell."""
