"""Claims and plan targets as they were published, and those that come with the project."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ingest.contract.metric import DeviceClass


class ClaimKind(StrEnum):
    """What was published."""

    CLAIM = "claim"
    TARGET = "target"


class Reason(StrEnum):
    """Why a claim and a figure may differ, in neutral words of the catalogs."""

    SCOPE = "scope"  # it may be about other equipment
    INPUTS = "inputs"  # what it was computed from is not published
    GAS = "gas"  # it does not say whether carbon or carbon dioxide
    BASIS = "basis"  # it does not say per what
    MEASURED_ONLY = "measured_only"  # the figure credits only what was measured
    SIMULATED = "simulated"  # the figure is of equipment that is not real


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody published about a zone."""

    id: str
    kind: ClaimKind
    zone: str
    device_classes: frozenset[DeviceClass]  # empty: all
    year: int | None  # of a target
    value: Decimal
    unit: str  # t or trees
    per: str  # year
    gas: str  # C, CO2, CO2e or "not said"
    scope: str  # what it is about, in its own words
    source: str
    reasons: tuple[Reason, ...]


@cache
def published_claims() -> Sequence[Claim]:
    """Return the claims that come with the project."""
    text = files("analytics.claims").joinpath("claims.csv").read_text(encoding="utf-8")
    return tuple(_claim(row) for row in csv.DictReader(text.splitlines()))


def _claim(row: dict[str, str]) -> Claim:
    return Claim(
        id=row["id"],
        kind=ClaimKind(row["kind"]),
        zone=row["zone"],
        device_classes=frozenset(map(DeviceClass, row["device_classes"].split())),
        year=int(row["year"]) if row["year"] else None,
        value=Decimal(row["value"]),
        unit=row["unit"],
        per=row["per"],
        gas=row["gas"],
        scope=row["scope"],
        source=row["source"],
        reasons=tuple(map(Reason, row["reasons"].split(";"))),
    )
