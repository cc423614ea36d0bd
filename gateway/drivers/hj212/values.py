"""From items to values: the number, what of an interval it tells, and how far to trust it.

Flags are those of HJ 212-2017, Table 8, in a data file beside this module. A flag that says there
is no reading makes the number none. The check sum misses some damage, so what contradicts itself
(minimum, mean, maximum) is bad.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Final

from gateway.drivers.hj212.segment import Item, Segment
from ingest.contract.quality import Quality

REAL_TIME: Final = "2011"
MINUTES: Final = "2051"
HOURS: Final = "2061"
DAYS: Final = "2031"
_INSTANT_FIRST: Final = ("Rtd", "RS", "Avg", "Data", "RT")
_INTERVAL_FIRST: Final = ("Avg", "Rtd", "Data", "RT", "RS")
_INTERVALS: Final = frozenset({MINUTES, HOURS, DAYS, "2041"})
_NO_NUMBER: Final = frozenset({"Flag", "EFlag", "SampleTime", "Info", "SN"})
_FLAGS: Final = Path(__file__).with_name("flags.tsv")
_LEAST: Final = 2  # fields, before any can contradict another
_ORDERED: Final = (("Min", "Avg", "Max"), ("ZsMin", "ZsAvg", "ZsMax"))

_MISSING: Final = Quality.MISSING  # looking a member up takes as long as looking a flag up


@dataclass(slots=True)
class Value:
    """One number of one code."""

    item: Item
    statistic: str  # the suffix
    main: bool  # it is what the item is about, and not a minimum, a sum or the like
    number: float | None
    quality: Quality

    @property
    def code(self) -> str:
        """Return whose number it is."""
        return self.item.code

    @property
    def flag(self) -> str:
        """Return the flag as sent, empty where none was."""
        return self.item.fields.get("Flag", "")

    @property
    def sampled(self) -> str:
        """Return the item's own time as sent, empty where it has none."""
        return self.item.fields.get("SampleTime", "")


def values(segment: Segment, *, main_only: bool = False) -> Iterator[Value]:
    """Yield the numbers of a segment's items in order, the main one of each item first."""
    preferred = _INTERVAL_FIRST if segment.cn in _INTERVALS else _INSTANT_FIRST
    for item in segment.items:
        quality = _quality(item)
        main = _first(preferred, item.fields)
        if main is not None:
            yield _value(item, main, quality, main=True)
        if main_only:
            continue
        for name in item.fields:
            if name != main and name not in _NO_NUMBER:
                yield _value(item, name, quality, main=False)


def _value(item: Item, name: str, quality: Quality, *, main: bool) -> Value:
    number = None if quality is _MISSING else _number(item.fields[name])
    return Value(item, name, main, number, _MISSING if number is None else quality)


def _first(preferred: tuple[str, ...], fields: Mapping[str, str]) -> str | None:
    for name in preferred:
        if name in fields:
            return name
    return None


def _quality(item: Item) -> Quality:
    """Return what the flag says of an item, and what its own fields say against it."""
    fields = item.fields
    quality = _qualities().get(fields.get("Flag", "")) or Quality.SUSPECT
    return _doubted(item, quality) if len(fields) > _LEAST or item.ambiguous else quality


def _doubted(item: Item, quality: Quality) -> Quality:
    if quality is _MISSING:
        return quality
    if any(_contradicts(item.fields, names) for names in _ORDERED):
        return Quality.BAD
    return Quality.worst((quality, Quality.SUSPECT)) if item.ambiguous else quality


def _contradicts(fields: Mapping[str, str], names: tuple[str, ...]) -> bool:
    """Tell whether numbers are not in the order of their names."""
    told = [fields[name] for name in names if name in fields]
    if len(told) < _LEAST:
        return False
    numbers = [number for text in told if (number := _number(text)) is not None]
    return numbers != sorted(numbers)


def _number(text: str) -> float | None:
    """Return a finite number written with ASCII digits, None where it is none."""
    if "_" in text or not text.isascii():
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


@cache
def _qualities() -> Mapping[str, Quality]:
    with _FLAGS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        flags = {row["flag"]: Quality(int(row["quality"])) for row in rows}
    return {"": Quality.UNCHECKED} | flags | {flag.lower(): flags[flag] for flag in flags}
