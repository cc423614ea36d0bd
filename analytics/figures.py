"""Figures: numbers people quote, with unit, method, factor, coverage, and what they rest on.

Masses are exact: whole milliwatt-hours times a decimal factor, never rounded on the way. A figure
is rounded once, half to even, to the decimals of its unit, where it is written.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from typing import Final

EXACT: Final = Context(prec=60)
"""Wide enough for any sum of ours without rounding."""


class Unit(StrEnum):
    """A figure's unit; each has its own decimals."""

    KG_CO2 = "kg CO2"
    T_CO2 = "t CO2"
    KG_CO2E = "kg CO2e"
    T_CO2E = "t CO2e"
    KWH = "kWh"
    MWH = "MWh"
    KM = "km"
    TCE = "tce"
    KG = "kg"
    TREES = "trees"
    PERCENT = "%"


_DECIMALS: Final[Mapping[Unit, Decimal]] = {
    Unit.KG_CO2: Decimal("0.001"),
    Unit.KG_CO2E: Decimal("0.001"),
    Unit.T_CO2: Decimal("0.1"),
    Unit.T_CO2E: Decimal("0.1"),
    Unit.KWH: Decimal("0.001"),
    Unit.MWH: Decimal("0.001"),
    Unit.KM: Decimal("0.1"),
    Unit.TCE: Decimal("0.001"),
    Unit.KG: Decimal("0.001"),
    Unit.TREES: Decimal(1),
    Unit.PERCENT: Decimal("0.1"),
}


def written(value: Decimal, unit: Unit) -> str:
    """Write a number as people read it: rounded once, half to even, to its unit's decimals."""
    rounded = value.quantize(_DECIMALS[unit], rounding=ROUND_HALF_EVEN, context=EXACT)
    return str(abs(rounded) if rounded == 0 else rounded)


def percent(part: int, whole: int) -> Decimal | None:
    """Return a share in percent, or None where there is no whole."""
    return None if whole == 0 else EXACT.divide(Decimal(part * 100), Decimal(whole))


class Status(StrEnum):
    """What may be done with a figure."""

    PUBLISHABLE = "publishable"
    FOR_REVIEW = "for_review"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of what was handed over could be heard."""

    handed_over: int
    metered: int
    covered_s: int
    expected_s: int
    sampled: int = 0

    @classmethod
    def of(cls, parts: Iterable["Coverage"]) -> "Coverage":
        """Return the coverage of parts together."""
        known = list(parts)
        return cls(
            handed_over=sum(part.handed_over for part in known),
            metered=sum(part.metered for part in known),
            sampled=sum(part.sampled for part in known),
            covered_s=sum(part.covered_s for part in known),
            expected_s=sum(part.expected_s for part in known),
        )

    @property
    def unmonitored(self) -> int:
        """Pieces that nobody measures, neither always nor in a sample."""
        return max(0, self.handed_over - self.metered - self.sampled)

    @property
    def share_percent(self) -> Decimal | None:
        """Time held by good readings, of the time of all devices handed over."""
        return percent(self.covered_s, self.expected_s)
