"""What a published claim implies, and what of it lies outside what is plausible.

A claim is a record beside the figures and never a baseline. The bands are assumptions.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

_HOURS_A_YEAR: Final = 8_760

BANDS: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "kg_co2_per_kwh": (Decimal("0.15"), Decimal("1.10")),
    "gce_per_kwh": (Decimal(270), Decimal(400)),
    "t_co2_per_tce": (Decimal("2.4"), Decimal("2.8")),
    "capacity_factor_pv": (Decimal("0.10"), Decimal("0.30")),
    "capacity_factor_wind": (Decimal("0.15"), Decimal("0.50")),
    "capacity_factor_hydro": (Decimal("0.20"), Decimal("0.80")),
    "capacity_factor_csp": (Decimal("0.25"), Decimal("0.65")),
}
"""[assumed] Outside of these a claim is flagged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A project's claim a year, with what was published of its inputs."""

    id: str
    country: str
    technology: str
    capacity_mw: Decimal | None
    energy_mwh: Decimal
    claim_t_co2: Decimal | None
    tce: Decimal | None
    coal_t: Decimal | None
    source: str


@cache
def register() -> Sequence[Published]:
    """Return the claims of other projects that come with this one, to try methods on."""
    text = files("analytics.claims").joinpath("register.csv").read_text(encoding="utf-8")
    return tuple(_published(row) for row in csv.DictReader(text.splitlines()))


def implied(claim: Published) -> dict[str, Decimal]:
    """Return the ratios that a claim implies, as far as its inputs are published."""
    kwh = claim.energy_mwh * 1_000
    coal = claim.coal_t if claim.tce is None else claim.tce
    found: dict[str, Decimal] = {}
    if claim.claim_t_co2 is not None:
        found["kg_co2_per_kwh"] = claim.claim_t_co2 * 1_000 / kwh
    if coal is not None:
        found["gce_per_kwh"] = coal * 1_000_000 / kwh
    if claim.claim_t_co2 is not None and claim.tce is not None:
        found["t_co2_per_tce"] = claim.claim_t_co2 / claim.tce
    if claim.capacity_mw is not None:
        hours = claim.capacity_mw * _HOURS_A_YEAR
        found[f"capacity_factor_{claim.technology}"] = claim.energy_mwh / hours
    return found


def flags(claim: Published) -> list[str]:
    """Return the names of what lies outside its band."""
    return [
        name
        for name, value in implied(claim).items()
        if name in BANDS and not BANDS[name][0] <= value <= BANDS[name][1]
    ]


def _published(row: dict[str, str]) -> Published:
    def number(name: str) -> Decimal | None:
        return Decimal(row[name]) if row[name] else None

    return Published(
        id=row["id"],
        country=row["country"],
        technology=row["technology"],
        capacity_mw=number("capacity_mw"),
        energy_mwh=Decimal(row["energy_mwh"]),
        claim_t_co2=number("claim_t_co2"),
        tce=number("tce"),
        coal_t=number("coal_t"),
        source=row["source"],
    )
