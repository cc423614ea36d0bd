"""Units of concentrations: exact steps of a thousand, and gases between mass and parts.

µg/m³ = ppb × M / Vm, with Vm the volume of a mole of ideal gas at 1 atm and the reference
temperature; molar masses from gases.csv.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Final

_GAS_CONSTANT: Final = Fraction("8.31446261815324")  # J/(mol K), CODATA 2018
_ATM: Final = Fraction(101_325)  # Pa
_ZERO_CELSIUS: Final = Fraction("273.15")  # K
_MASS: Final = {"ug/m3": Fraction(1), "mg/m3": Fraction(1_000)}  # µg/m³
_PARTS: Final = {"ppb": Fraction(1), "ppm": Fraction(1_000)}  # ppb


class UnitError(ValueError):
    """A concentration cannot be had in a unit."""

    def __init__(self, have: str, want: str, why: str) -> None:
        super().__init__(f"{have} to {want}: {why}")
        self.have = have
        self.want = want


@dataclass(frozen=True, slots=True, kw_only=True)
class Concentration:
    """A value with its unit, and for a gas by mass the temperature its volume is told at."""

    value: Fraction
    unit: str
    reference_c: Fraction | None = None  # °C at 1 atm; None for particles, at ambient conditions


def in_unit(
    pollutant: str, given: Concentration, unit: str, *, reference_c: Fraction | None = None
) -> Concentration:
    """Return a concentration in another unit.

    Args:
        pollutant: As the tables name it; only a gas can be told in parts.
        given: What was measured.
        unit: ug/m3, mg/m3, ppb or ppm.
        reference_c: The temperature the result's volume is told at, where it is a mass; by default
            that of what was given.
    """
    have, want = _kind(given.unit, unit), _kind(unit, unit)
    told = given.reference_c if reference_c is None else reference_c
    value = given.value * have[given.unit]
    if have is _MASS and want is _PARTS:
        value /= _micrograms_a_ppb(pollutant, given.reference_c, given.unit, unit)
    elif have is _PARTS and want is _MASS:
        value *= _micrograms_a_ppb(pollutant, told, given.unit, unit)
    elif have is _MASS and given.reference_c != told:
        value *= _micrograms_a_ppb(pollutant, told, given.unit, unit)
        value /= _micrograms_a_ppb(pollutant, given.reference_c, given.unit, unit)
    return Concentration(
        value=value / want[unit], unit=unit, reference_c=told if want is _MASS else None
    )


def molar_volume(reference_c: Fraction) -> Fraction:
    """Return the volume of a mole of ideal gas at 1 atm. [L/mol]"""
    return 1_000 * _GAS_CONSTANT * (reference_c + _ZERO_CELSIUS) / _ATM


def _micrograms_a_ppb(
    pollutant: str, reference_c: Fraction | None, have: str, want: str
) -> Fraction:
    mass = _molar_masses().get(pollutant)
    if mass is None:
        raise UnitError(have, want, f"{pollutant} is no gas with a known molar mass")
    if reference_c is None:
        raise UnitError(have, want, "the reference temperature of the volume is not known")
    return mass / molar_volume(reference_c)


def _kind(unit: str, wanted: str) -> Mapping[str, Fraction]:
    for units in (_MASS, _PARTS):
        if unit in units:
            return units
    raise UnitError(unit, wanted, "expected ug/m3, mg/m3, ppb or ppm")


@cache
def _molar_masses() -> Mapping[str, Fraction]:
    text = files("analytics.air").joinpath("gases.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["gas"]: Fraction(row["molar_mass_g_per_mol"]) for row in rows}
