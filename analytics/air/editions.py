"""Schemes of air quality indices: which edition is in force when, and its tables of break-points.

Tables are data: editions.csv (an edition's rules, dates and publication), tables.csv (unit,
truncation and what lies above the last break-point) and breakpoints.csv (the segments).
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Final

TableKey = tuple[str, str]
"""Pollutant and averaging time."""


class Rounding(StrEnum):
    """How an index becomes a whole number."""

    HALF_UP = "half_up"
    CEILING = "ceiling"


class Above(StrEnum):
    """What holds above the last break-point, where it is no fixed index."""

    EXTEND = "extend"  # the last segment's equation goes on
    NONE = "none"  # there is no index


class NoEditionError(LookupError):
    """No edition of a scheme is what was asked for."""

    def __init__(self, scheme: str, asked: str) -> None:
        super().__init__(f"no edition of {scheme!r} {asked}")
        self.scheme = scheme
        self.asked = asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One line of a table: concentrations, both ends included, and their indices."""

    conc_low: Fraction
    conc_high: Fraction
    index_low: int
    index_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The break-points of one pollutant and averaging time, ascending."""

    unit: str
    truncate_decimals: int | None  # None: not truncated
    above: Above | int
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One scheme as one publication has it."""

    scheme: str
    version: str
    valid_from: date
    valid_to: date | None
    rounding: Rounding
    primary_above: int | None  # a pollutant is primary only above it; None: the largest dominates
    hours_a_day: int  # hours that make a daily mean
    particles_needed: bool  # no station index without PM2.5 or PM10
    source: str
    tables: Mapping[TableKey, Table]


def edition(scheme: str, version: str) -> Edition:
    """Return one edition of a scheme, or raise NoEditionError."""
    found = editions().get((scheme, version))
    if found is None:
        raise NoEditionError(scheme, f"with version {version!r}")
    return found


def edition_on(scheme: str, day: date) -> Edition:
    """Return the edition of a scheme in force on a day of observation, or raise NoEditionError."""
    for each in editions().values():
        ended = each.valid_to is not None and each.valid_to < day
        if each.scheme == scheme and each.valid_from <= day and not ended:
            return each
    raise NoEditionError(scheme, f"in force on {day}")


@cache
def editions() -> Mapping[tuple[str, str], Edition]:
    """Return all editions by scheme and version."""
    tables = _tables()
    found = {(row["scheme"], row["version"]): row for row in _rows("editions.csv")}
    return {key: _edition(row, tables[key]) for key, row in found.items()}


def _edition(row: Mapping[str, str], tables: Mapping[TableKey, Table]) -> Edition:
    return Edition(
        scheme=row["scheme"],
        version=row["version"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        rounding=Rounding(row["rounding"]),
        primary_above=int(row["primary_above"]) if row["primary_above"] else None,
        hours_a_day=int(row["hours_a_day"]),
        particles_needed=row["particles_needed"] == "yes",
        source=row["source"],
        tables=tables,
    )


def _tables() -> dict[tuple[str, str], dict[TableKey, Table]]:
    segments: dict[tuple[str, ...], list[Segment]] = {}
    for row in _rows("breakpoints.csv"):
        segments.setdefault(_key(row), []).append(_segment(row))
    found: dict[tuple[str, str], dict[TableKey, Table]] = {}
    for row in _rows("tables.csv"):
        tables = found.setdefault((row["scheme"], row["version"]), {})
        tables[row["pollutant"], row["averaging"]] = _table(row, segments[_key(row)])
    return found


def _table(row: Mapping[str, str], segments: Sequence[Segment]) -> Table:
    decimals, above = row["truncate_decimals"], row["above"]
    return Table(
        unit=row["unit"],
        truncate_decimals=int(decimals) if decimals else None,
        above=int(above) if above.isdecimal() else Above(above),
        segments=tuple(segments),
    )


def _segment(row: Mapping[str, str]) -> Segment:
    return Segment(
        conc_low=Fraction(row["conc_low"]),
        conc_high=Fraction(row["conc_high"]),
        index_low=int(row["index_low"]),
        index_high=int(row["index_high"]),
    )


_KEY: Final = ("scheme", "version", "pollutant", "averaging")


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in _KEY)


def _rows(name: str) -> list[dict[str, str]]:
    text = files("analytics.air").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
