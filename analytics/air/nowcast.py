"""NowCast: what a station's air is now, from its last hours, the newest counting most.

Particles over 12 hours after US EPA's method of 2013 (EPA-454/B-24-002), ozone over 8 hours by the
same weights without a floor, as AirNow has computed it since 2016-04-21 (there is also a NowCast of
ozone by partial least squares: another method). Vietnam's VN_AQI takes the one for particles.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from analytics.air.index import truncated

_NEWEST: Final = 3  # of these
_NEWEST_VALID: Final = 2  # so many must be valid


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How a pollutant's hours are weighted."""

    hours: int
    floor: Fraction  # of the weight
    decimals: Mapping[str, int]  # what the result is cut to before the index, by unit


PARTICLES_FLOOR: Final = Fraction(1, 2)
RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "pm25": Rule(hours=12, floor=PARTICLES_FLOOR, decimals={"ug/m3": 1}),
        "pm10": Rule(hours=12, floor=PARTICLES_FLOOR, decimals={"ug/m3": 0}),
        "o3": Rule(hours=8, floor=Fraction(0), decimals={"ppb": 0, "ppm": 3, "ug/m3": 0}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NowCast:
    """The weight used and the concentration, unrounded; None where it is not computable."""

    weight: Fraction | None
    value: Fraction | None

    def truncated(self, pollutant: str, unit: str) -> Fraction | None:
        """Return the concentration as it goes into the index."""
        return None if self.value is None else truncated(self.value, _decimals(pollutant, unit))


def nowcast(pollutant: str, hours: Sequence[Fraction | None]) -> NowCast:
    """Return the NowCast of hourly means, newest first, None where one is missing.

    At least two of the three newest must be there; the newest itself may be missing.
    """
    rule = _rule(pollutant)
    used = hours[: rule.hours]
    valid = [(age, hour) for age, hour in enumerate(used) if hour is not None]
    if sum(age < _NEWEST for age, _ in valid) < _NEWEST_VALID:
        return NowCast(weight=None, value=None)
    weight = _weight([hour for _, hour in valid], rule.floor)
    total = sum((weight**age for age, _ in valid), start=Fraction(0))
    if total == 0:
        return NowCast(weight=weight, value=None)
    weighted = sum((hour * weight**age for age, hour in valid), start=Fraction(0))
    return NowCast(weight=weight, value=weighted / total)


def _weight(hours: Sequence[Fraction], floor: Fraction) -> Fraction:
    """Return 1 - (max - min) / max, held between its floor and 1."""
    largest, smallest = max(hours), min(hours)
    if largest <= 0:
        return Fraction(1)
    return min(max(smallest / largest, floor), Fraction(1))


def _rule(pollutant: str) -> Rule:
    if pollutant not in RULES:
        raise ValueError(f"no NowCast of {pollutant!r}: expected {', '.join(RULES)}")
    return RULES[pollutant]


def _decimals(pollutant: str, unit: str) -> int:
    decimals = _rule(pollutant).decimals
    if unit not in decimals:
        raise ValueError(f"unit {unit!r} of {pollutant}: expected {', '.join(decimals)}")
    return decimals[unit]
