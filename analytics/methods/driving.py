"""Emissions of electric driving against the fuel it takes the place of.

After CDM AMS-III.C version 16.0 [recalled: verify before publishing] and, by energy charged, Verra
VM0038 version 1.1. Negative results are results.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analytics.methods.lamps import at_the_plant

_KG_A_T: Final = Decimal(1_000)
_DC_FAST_EFFICIENCY: Final = Decimal("0.923")  # VM0038 version 1.1


class DrivingError(ValueError):
    """Inputs that no vehicle has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """What a class of vehicles drove, and used for it."""

    km: Decimal
    l_per_100km: Decimal  # of the vehicle it takes the place of
    kg_per_l: Decimal
    kwh_per_km: Decimal


def baseline_t(driven: Driven) -> Decimal:
    """Return what the fuel would have emitted. [t CO2]"""
    return driven.km * driven.l_per_100km / 100 * driven.kg_per_l / _KG_A_T


def project_t(driven: Driven, *, t_per_mwh: Decimal, losses: Decimal) -> Decimal:
    """Return what charging emits: SEC x EF / (1 - TDL) x km. [t CO2]"""
    mwh = driven.km * driven.kwh_per_km / _KG_A_T
    return at_the_plant(mwh, losses) * t_per_mwh


def break_even_t_per_mwh(driven: Driven, *, losses: Decimal) -> Decimal:
    """Return the grid's factor at which a vehicle avoids nothing."""
    if driven.kwh_per_km <= 0:
        raise DrivingError(f"kwh_per_km: expected above 0, got {driven.kwh_per_km}")
    return driven.l_per_100km / 100 * driven.kg_per_l / driven.kwh_per_km * (1 - losses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """What chargers delivered, and the vehicles it drove. VM0038."""

    kwh: Decimal
    km_per_kwh: Decimal
    km_per_l: Decimal
    kg_per_l: Decimal
    dc_fast: bool


def charged_baseline_t(charged: Charged) -> Decimal:
    """Return what the fuel for the distance charged for would have emitted. [t CO2]"""
    if charged.km_per_l <= 0:
        raise DrivingError(f"km_per_l: expected above 0, got {charged.km_per_l}")
    return charged.kwh * charged.km_per_kwh / charged.km_per_l * charged.kg_per_l / _KG_A_T


def charged_project_t(charged: Charged, *, t_per_mwh: Decimal) -> Decimal:
    """Return what charging emits, with the losses of a fast charger. [t CO2]"""
    mwh = charged.kwh / _KG_A_T
    return mwh * t_per_mwh / (_DC_FAST_EFFICIENCY if charged.dc_fast else 1)
