"""Factors: what is in force, whose comes first, and what is not there."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.factors.fuels import FuelNotFoundError, fuel_value
from analytics.factors.grid import (
    EMBER,
    FactorNotFoundError,
    GridFactor,
    Role,
    grid_factors,
    look_up,
)

DAY = date(2026, 10, 30)
IFI_OF_LAOS = {"om": "1.069", "cm_firm": "0.555", "cm_intermittent": "0.876", "bm_derived": "0.297"}


def an_own(value: str, **changed: object) -> GridFactor:
    known = look_up(grid_factors(), country="LA", role=Role.OM, on=DAY)
    fields: dict[str, Any] = {
        "value": Decimal(value),
        "source": "Ministry",
        "change": 7,
        "entered_by": "somebody",
    }
    fields |= changed
    return replace(known, **fields)


@pytest.mark.parametrize(("role", "value"), IFI_OF_LAOS.items())
def test_laos_has_the_factors_that_ifi_published(role: str, value: str) -> None:
    assert look_up(grid_factors(), country="LA", role=Role(role), on=DAY).value == Decimal(value)


def test_in_ifi_the_intermittent_factor_is_three_quarters_operating_margin() -> None:
    """As far as its derived build margin is rounded: 4 times half a gram."""
    for factor in grid_factors():
        if factor.role is Role.CM_INTERMITTENT and factor.value:
            om, bm = (
                look_up(grid_factors(), country=factor.country, role=role, on=DAY).value
                for role in (Role.OM, Role.BM_DERIVED)
            )
            margin = Decimal("0.75") * om + Decimal("0.25") * bm
            assert abs(margin - factor.value) <= Decimal("0.002")


def test_an_average_is_another_role_and_another_gas() -> None:
    found = look_up(grid_factors(), country="LA", role=Role.AVERAGE, on=DAY)

    assert (found.source, found.gas, found.value) == (EMBER, "CO2e", Decimal("0.23212"))


def test_zero_is_a_factor_and_not_a_missing_one() -> None:
    assert look_up(grid_factors(), country="ET", role=Role.OM, on=DAY).value == 0


def test_every_factor_names_its_licence_and_evidence() -> None:
    assert all(factor.licence and factor.evidence for factor in grid_factors())


def test_a_ministrys_own_factor_comes_first() -> None:
    known = [*grid_factors(), an_own("0.7")]

    assert look_up(known, country="LA", role=Role.OM, on=DAY).value == Decimal("0.7")
    assert look_up(known, country="LA", role=Role.CM_FIRM, on=DAY).value == Decimal("0.555")


def test_what_is_said_later_of_the_same_source_takes_its_place() -> None:
    known = [*grid_factors(), an_own("0.8", change=9), an_own("0.7")]

    assert look_up(known, country="LA", role=Role.OM, on=DAY).value == Decimal("0.8")


def test_before_its_start_the_default_holds() -> None:
    known = [*grid_factors(), an_own("0.7", valid_from=date(2026, 11, 1))]

    assert look_up(known, country="LA", role=Role.OM, on=DAY).value == Decimal("1.069")


def test_two_ministries_are_an_error_that_names_what_was_looked_for() -> None:
    known = [*grid_factors(), an_own("0.7"), an_own("0.8", source="Another", change=8)]

    with pytest.raises(FactorNotFoundError, match=r"2 .*LA, om, .*on 2026-10-30"):
        look_up(known, country="LA", role=Role.OM, on=DAY)


def test_a_liter_of_diesel_is_density_times_heat_times_carbon() -> None:
    """0.84 kg/l x 41.4 MJ/kg x 72.6 g/MJ, the lower bounds."""
    assert fuel_value("diesel", "per_litre").lower == Decimal("2.5247")
    assert Decimal("0.84") * Decimal("41.4") * Decimal("0.0726") == pytest.approx(
        Decimal("2.5247"), abs=Decimal("0.0001")
    )


def test_a_fuel_that_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(FuelNotFoundError, match="no values of peat, ncv, world"):
        fuel_value("peat", "ncv")
