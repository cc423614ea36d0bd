"""Availability: shares of time, exact, with an interval for what nobody knows.

Formulas after IEC TS 63019:2019 (time categories) and Sandia SAND2015-10223 (exclusions are taken
out of a contract's time). A share is None where there is no time to share; silence is not downtime.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

Amount = int | Fraction
"""A duration or an energy; both operands of a share have one unit."""

_MINUTES_A_YEAR: Final = 525_600  # 23 CFR 680.116 counts a year of 365 days [recalled]
_CHARGER_MINIMUM: Final = Fraction(97)  # %, of 12 months; 23 CFR 680.116 [recalled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How a span was spent; the four are disjoint and add up to it."""

    up: Amount = 0
    down: Amount = 0
    excluded: Amount = 0  # taken out by the rules of a contract, and not up
    unknown: Amount = 0  # no usable data

    @property
    def span(self) -> Amount:
        """All of it."""
        return self.up + self.down + self.excluded + self.unknown

    @property
    def low(self) -> Fraction | None:
        """The share up where what is unknown counts as down."""
        return share(self.up, self.span - self.excluded)

    @property
    def high(self) -> Fraction | None:
        """The share up where what is unknown counts as up."""
        return share(self.up + self.unknown, self.span - self.excluded)

    @property
    def point(self) -> Fraction | None:
        """The share up of what is known."""
        return share(self.up, self.up + self.down)

    @property
    def data(self) -> Fraction | None:
        """The share of the time that is known."""
        return share(self.span - self.unknown, self.span)


def share(part: Amount, whole: Amount) -> Fraction | None:
    """Return a part of a whole, or None where there is no whole."""
    return None if whole == 0 else Fraction(part) / Fraction(whole)


def power_weighted(units: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Return a site's availability from its units' power and share up each."""
    known = list(units)
    total = sum((power for power, _ in known), start=Fraction(0))
    return share(sum((power * up for power, up in known), start=Fraction(0)), total)


def energy_based(actual: Amount, lost: Amount) -> Fraction | None:
    """Return the share that was made of what could have been."""
    return share(actual, actual + lost)


def charger_percent(outage_min: Fraction, excluded_min: Fraction) -> Fraction:
    """Return a charger's uptime over 12 months; excluded minutes are part of the outage. [%]"""
    return 100 * (_MINUTES_A_YEAR - (outage_min - excluded_min)) / _MINUTES_A_YEAR


def charger_meets_minimum(percent: Fraction) -> bool:
    """Tell whether a charger's uptime is above what 23 CFR 680.116 asks for."""
    return percent > _CHARGER_MINIMUM


def lit_share(nights: Iterable[tuple[Amount, Amount]]) -> Fraction | None:
    """Return the share lit of the light required, from both by night, each night capped."""
    known = list(nights)
    lit = sum(Fraction(min(lit, required)) for required, lit in known)
    return share(lit, sum(Fraction(required) for required, _ in known))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How often something fails and how long it takes to mend it; None before a first failure."""

    between_failures: Fraction | None
    to_repair: Fraction | None
    availability: Fraction | None


def reliability(*, operating: Amount, repair: Amount, failures: int) -> Reliability:
    """Return the mean times of some failures, in the unit of the two durations."""
    return Reliability(
        between_failures=share(operating, failures),
        to_repair=share(repair, failures),
        availability=share(operating, operating + repair),
    )
