"""Fuels' emissions per liter, with the bounds of their source's 95 % interval.

A baseline takes the lower bound and a project the upper one, so that neither flatters.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

WORLD: Final = "world"


class FuelNotFoundError(LookupError):
    """No value, or more than one, is what was looked for."""

    def __init__(self, fuel: str, quantity: str, region: str, found: int) -> None:
        super().__init__(f"{found or 'no'} values of {fuel}, {quantity}, {region}: one is needed")
        self.fuel = fuel
        self.quantity = quantity
        self.region = region


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelValue:
    """One quantity of a fuel in a region."""

    fuel: str
    region: str  # ISO 3166-1 alpha-2, or world
    quantity: str
    value: Decimal
    lower: Decimal | None
    upper: Decimal | None
    unit: str
    source: str
    evidence: str
    note: str


@cache
def fuel_values() -> Sequence[FuelValue]:
    """Return all values that come with the project."""
    text = files("analytics.factors").joinpath("fuels.csv").read_text(encoding="utf-8")
    return tuple(_value(row) for row in csv.DictReader(text.splitlines()))


def fuel_value(fuel: str, quantity: str, region: str = WORLD) -> FuelValue:
    """Return the one value of a fuel, or raise FuelNotFoundError."""
    wanted = (fuel, quantity, region)
    found = [each for each in fuel_values() if (each.fuel, each.quantity, each.region) == wanted]
    if len(found) != 1:
        raise FuelNotFoundError(fuel, quantity, region, len(found))
    return found[0]


def _value(row: dict[str, str]) -> FuelValue:
    return FuelValue(
        fuel=row["fuel"],
        region=row["region"],
        quantity=row["quantity"],
        value=Decimal(row["value"]),
        lower=Decimal(row["lower"]) if row["lower"] else None,
        upper=Decimal(row["upper"]) if row["upper"] else None,
        unit=row["unit"],
        source=row["source"],
        evidence=row["evidence"],
        note=row["note"],
    )
