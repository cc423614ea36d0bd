"""The standard's codes: what each stands for, and in which units it is found in the field.

HJ 212-2017, Annex B, and HJ 524-2009 for ozone. `seen` are units and spans of values that make
public frames plausible [inferred]. A station's own map decides, never this table.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from gateway.drivers.hj212.systems import SOURCES, WATER

_FILE: Final = Path(__file__).with_name("codes.tsv")
_BARE: Final = 5  # digits of a code that lost its letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A unit, and the values in it that are plausible out of doors."""

    unit: str  # UCUM code
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One row of the table."""

    code: str
    name_en: str
    name_zh: str
    unit: str  # the standard's, as a UCUM code; empty where it has none
    seen: tuple[Span, ...]
    source: str

    def likely_unit(self, value: float | None, system: str) -> str | None:
        """Return the unit in which a value is plausible; what comes from a source: the standard's.

        Zero and what is plausible in none is told in the most usual one.
        """
        if not self.seen or (self.unit and system in SOURCES):
            return self.unit or None
        fitting = (
            span for span in self.seen if value is not None and span.low <= value < span.high
        )
        return next(fitting, self.seen[0]).unit


@cache
def _table() -> Mapping[str, Code]:
    """Return the rows by code, by the code of 2005 and by the names that makers use instead."""
    table: dict[str, Code] = {}
    with _FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            code = Code(
                code=row["code"],
                name_en=row["name_en"],
                name_zh=row["name_zh"],
                unit=row["unit"],
                seen=tuple(_spans(row["seen"])),
                source=row["source"],
            )
            for name in (row["code"], row["code_2005"], row["alias"]):
                if name:
                    table.setdefault(name, code)
    return table


def _spans(text: str) -> Iterator[Span]:
    for each in text.split():
        unit, low, high = each.rsplit(":", 2)
        yield Span(unit=unit, low=float(low), high=float(high))


def meaning(code: str, system: str) -> Code | None:
    """Return what a code stands for in frames of a system (ST), None where that is not known.

    One that lost its letter is taken for air or water, as the system is.
    """
    table = _table()
    known = table.get(code)
    if known is None and len(code) == _BARE and code.isdigit():
        first, second = ("w", "a") if system in WATER else ("a", "w")
        known = table.get(first + code) or table.get(second + code)
    return known
