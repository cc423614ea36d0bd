"""Lamps and electric vehicles by their formulas: one function a kind of row."""

from dataclasses import asdict
from decimal import Decimal

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, RowError, by_kind, decimal, flag, optional, rows, text
from analytics.methods import driving, lamps
from analytics.methods.driving import Charged, Driven


def calculator() -> Calculator:
    """Return the calculator of lamps and vehicles; no row depends on another."""
    return by_kind(
        {
            "lamps_claim": _claim,
            "lamps": _lamps,
            "metered_service": _metered,
            "fleet": _fleet,
            "break_even_grid_factor": _break_even,
            "vm0038": _charged,
        }
    )


def _claim(given: Row) -> Result:
    implied = lamps.claim(
        count=decimal(given, "count"),
        watt=decimal(given, "watt"),
        hours=decimal(given, "hours_per_year"),
        kg_co2_each=decimal(given, "kg_co2_per_lamp"),
        kgce_each=decimal(given, "kgce_per_lamp"),
    )
    return dict(asdict(implied))


def _lamps(given: Row) -> Result:
    energy = lamps.nameplate_mwh(
        count=decimal(given, "count"),
        watt=decimal(given, "watt"),
        hours=decimal(given, "hours_per_year"),
        availability=_or(given, "availability", 1),
    )
    return _avoided(given, energy)


def _metered(given: Row) -> Result:
    energy = lamps.metered_mwh(decimal(given, "load_watt"), decimal(given, "lit_minutes"))
    return _avoided(given, energy)


def _avoided(given: Row, mwh: Decimal) -> Result:
    used = lamps.at_the_plant(mwh, _or(given, "tdl", 0))
    return {"energy_mwh": mwh, "t_co2": used * decimal(given, "ef_t_per_mwh")}


def _fleet(given: Row) -> Result:
    factor, losses = decimal(given, "ef_t_per_mwh"), _or(given, "tdl", 0)
    fleet = [_driven(vehicle, _kg_per_l(given, vehicle)) for vehicle in rows(given, "vehicles")]
    be = sum(map(driving.baseline_t, fleet), start=Decimal(0))
    pe = sum(
        (driving.project_t(each, t_per_mwh=factor, losses=losses) for each in fleet),
        start=Decimal(0),
    )
    return {"be_t": be, "pe_t": pe, "er_t": be - pe}


def _kg_per_l(given: Row, vehicle: Row) -> Decimal:
    fuel = text(vehicle, "fuel")
    if optional(given, f"{fuel}_kg_per_l") is None:
        raise RowError(f"{fuel}_kg_per_l: expected a number for the fuel {fuel!r}, got nothing")
    return decimal(given, f"{fuel}_kg_per_l")


def _driven(vehicle: Row, kg_per_l: Decimal) -> Driven:
    return Driven(
        km=_or(vehicle, "count", 1) * decimal(vehicle, "km_per_year"),
        l_per_100km=decimal(vehicle, "l_per_100km"),
        kg_per_l=kg_per_l,
        kwh_per_km=decimal(vehicle, "kwh_per_km"),
    )


def _break_even(given: Row) -> Result:
    driven = Driven(
        km=Decimal(1),
        l_per_100km=decimal(given, "l_per_100km"),
        kg_per_l=decimal(given, "kg_per_l"),
        kwh_per_km=decimal(given, "kwh_per_km"),
    )
    factor = driving.break_even_t_per_mwh(driven, losses=_or(given, "tdl", 0))
    return {"ef_t_per_mwh": factor}


def _charged(given: Row) -> Result:
    charged = Charged(
        kwh=decimal(given, "energy_kwh"),
        km_per_kwh=decimal(given, "km_per_kwh"),
        km_per_l=decimal(given, "km_per_l"),
        kg_per_l=decimal(given, "kg_per_l"),
        dc_fast=flag(given, "dc_fast"),
    )
    be = driving.charged_baseline_t(charged)
    pe = driving.charged_project_t(charged, t_per_mwh=decimal(given, "ef_t_per_mwh"))
    return {"be_t": be, "pe_t": pe, "er_t": be - pe}


def _or(given: Row, name: str, without: int) -> Decimal:
    value = optional(given, name)
    return Decimal(without) if value is None else value
