"""Limits of concentrations: by jurisdiction, pollutant and averaging time, in force on a day.

limits.csv has each with its publication and how it was read; a ministry's own rows are added there.
A row without dates is in force as long as nobody says since when.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

BESIDE: Final = ("WHO_AQG", "EU", "TH", "VN", "CN")
"""Whose limits are shown beside the national one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a mean should not exceed."""

    jurisdiction: str  # ISO country, WHO_AQG, WHO_IT1 to WHO_IT4, EU
    pollutant: str
    averaging: str
    value: Decimal
    unit: str
    allowance: str  # how many exceedances are allowed, as the source says it
    valid_from: date | None
    valid_to: date | None
    source: str
    evidence: str
    note: str

    def in_force(self, day: date) -> bool:
        """Tell whether it holds on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@cache
def limits() -> Sequence[Limit]:
    """Return all limits that come with the project."""
    text = files("analytics.air").joinpath("limits.csv").read_text(encoding="utf-8")
    return tuple(_limit(row) for row in csv.DictReader(text.splitlines()))


def in_force(jurisdiction: str, pollutant: str, averaging: str, day: date) -> Sequence[Limit]:
    """Return a jurisdiction's limits on a day, the strictest first."""
    found = [
        each
        for each in limits()
        if (each.jurisdiction, each.pollutant, each.averaging)
        == (jurisdiction, pollutant, averaging)
        and each.in_force(day)
    ]
    return sorted(found, key=lambda each: each.value)


def _limit(row: dict[str, str]) -> Limit:
    return Limit(
        jurisdiction=row["jurisdiction"],
        pollutant=row["pollutant"],
        averaging=row["averaging"],
        value=Decimal(row["value"]),
        unit=row["unit"].replace("/Nm3", "/m3"),
        allowance=row["percentile_or_allowance"],
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        source=row["source"],
        evidence=row["evidence"],
        note=row["note"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
