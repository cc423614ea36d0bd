"""Credits in whole kilograms with a carried rest, in gram arithmetic.

The generic rule of CDM ACM0002 version 22.0, AMS-I.D and AMS-I.F, and of Verra VMR0017 version 1.0,
which adds leakage by embodied emissions: the baseline rounds down, project and leakage round up,
what is no whole kilogram yet is carried, and so is a deficit.
"""

import tomllib
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

WITH_LEAKAGE: Final = frozenset({"VMR0017"})
WITHOUT_LEAKAGE: Final = frozenset({"CDM", "ACM0002", "AMS-I.D", "AMS-I.F"})
_MICRO: Final = 1_000_000
_GRAMS_A_KG: Final = 1_000


class MethodologyError(ValueError):
    """A methodology or technology that the rule is not written for."""

    def __init__(self, field: str, got: str, known: frozenset[str]) -> None:
        super().__init__(f"{field}: expected one of {', '.join(sorted(known))}, got {got!r}")
        self.field = field
        self.got = got


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What a plant fed in, net of its import, and burned in an interval."""

    net_wh: Decimal
    fuel_g: Decimal
    grid_g_per_mwh: Decimal
    fuel_g_per_t: Decimal  # COEF, g CO2 per t of fuel, at its upper bound
    embodied_g_per_kwh: Decimal  # 0 where the methodology knows no leakage


@dataclass(frozen=True, slots=True, kw_only=True)
class Netted:
    """An interval's masses, its units, and what is carried on. [g, units in kg]"""

    be_g: int
    pe_g: int
    le_g: int
    units_kg: int
    carry_g: int

    @property
    def er_g(self) -> int:
        """Emissions avoided in the interval; negative where it emitted more than it avoided."""
        return self.be_g - self.pe_g - self.le_g


def net(interval: Interval, *, carry_g: int) -> Netted:
    """Return what an interval earns, after what the one before it carried on."""
    be = _floor(interval.net_wh * interval.grid_g_per_mwh / _MICRO)
    pe = _ceil(interval.fuel_g * interval.fuel_g_per_t / _MICRO)
    le = _ceil(interval.net_wh * interval.embodied_g_per_kwh / 1_000) if interval.net_wh > 0 else 0
    held = be - pe - le + carry_g
    units = max(held, 0) // _GRAMS_A_KG
    return Netted(be_g=be, pe_g=pe, le_g=le, units_kg=units, carry_g=held - units * _GRAMS_A_KG)


def embodied(methodology: str, technology: str) -> Decimal:
    """Return the embodied emissions that a methodology counts as leakage. [g CO2e/kWh]

    Raises MethodologyError where it is not known, or does not know the technology.
    """
    if methodology in WITHOUT_LEAKAGE:
        return Decimal(0)
    if methodology not in WITH_LEAKAGE:
        raise MethodologyError("methodology", methodology, WITH_LEAKAGE | WITHOUT_LEAKAGE)
    table = embodied_table()["g_per_kwh"]
    if technology not in table:
        raise MethodologyError("technology", technology, frozenset(table))
    return Decimal(table[technology])


@cache
def embodied_table() -> dict[str, Any]:
    """Return the table of embodied emissions, with its source."""
    text = files("analytics.methods").joinpath("embodied.toml").read_text("utf-8")
    return tomllib.loads(text)


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def _ceil(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_CEILING))
