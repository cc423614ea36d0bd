"""Yearly tiers of suppressed demand: what electricity delivered off the grid is credited with.

After AMS-I.L version 5.0; the tiers are data, in suppressed_demand.toml. A unit's year begins in
its first tier; what was delivered before decides where the next kilowatt-hour lies.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

DEFAULT_VARIANT: Final = "two_tier"
SOURCE: Final = "CDM AMS-I.L version 5.0, as the UNDP carbon credit calculator implements it"
_KWH_A_MWH: Final = 1_000


class BuildingTypeError(ValueError):
    """A building type that the method does not know."""

    def __init__(self, building_type: str) -> None:
        super().__init__("invalid building type")
        self.building_type = building_type


class VariantError(ValueError):
    """A variant of the tiers that is not in the table."""

    def __init__(self, variant: str) -> None:
        known = ", ".join(sorted(_table()["variant"]))
        super().__init__(f"variant: expected one of {known}, got {variant!r}")
        self.variant = variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What a unit's energy earns from the end of the tier before it on."""

    t_per_mwh: Decimal
    until_kwh: Decimal | None  # a year; None for the last tier


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """The tiers of one building type."""

    version: str
    evidence: str
    tiers: Sequence[Tier]

    def split(self, *, before_kwh: Decimal, kwh: Decimal) -> list[Decimal]:
        """Return how much of an energy falls into each tier, after what the year had before it."""
        low, high = before_kwh, before_kwh + kwh
        shares, start = [], Decimal(0)
        for tier in self.tiers:
            end = high if tier.until_kwh is None else max(start, tier.until_kwh)
            shares.append(max(Decimal(0), min(high, end) - max(low, start)))
            start = end
        return shares

    def baseline_t(self, kwh: Decimal, *, before_kwh: Decimal = Decimal(0)) -> Decimal:
        """Return the baseline emissions of an energy. [t CO2]"""
        shares = self.split(before_kwh=before_kwh, kwh=kwh)
        masses = (
            share * tier.t_per_mwh / _KWH_A_MWH
            for share, tier in zip(shares, self.tiers, strict=True)
        )
        return sum(masses, start=Decimal(0))


def variants() -> list[str]:
    """Return the variants of the tiers."""
    return sorted(_table()["variant"])


def building_types() -> list[str]:
    """Return the building types that have a threshold."""
    return sorted(_table()["threshold_kwh"])


@cache
def tiers_of(building_type: str, variant: str = DEFAULT_VARIANT) -> Tiers:
    """Return the tiers of a building type, or raise BuildingTypeError or VariantError."""
    table = _table()
    threshold = table["threshold_kwh"].get(building_type)
    if threshold is None:
        raise BuildingTypeError(building_type)
    chosen = table["variant"].get(variant)
    if chosen is None:
        raise VariantError(variant)
    return Tiers(
        version=chosen["version"],
        evidence=chosen["evidence"],
        tiers=tuple(_tier(tier, threshold) for tier in chosen["tiers"]),
    )


def threshold_kwh(building_type: str) -> Decimal:
    """Return where a building type's first tier ends. [kWh a year]"""
    until = tiers_of(building_type).tiers[0].until_kwh
    assert until is not None  # noqa: S101 - a first tier ends at the threshold
    return until


def _tier(tier: dict[str, Any], threshold: int) -> Tier:
    until = tier.get("until")
    if until == "threshold":
        until = threshold
    return Tier(
        t_per_mwh=Decimal(tier["t_per_mwh"]), until_kwh=None if until is None else Decimal(until)
    )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(
        files("analytics.methods").joinpath("suppressed_demand.toml").read_text("utf-8")
    )
