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

    code: str
    statistic: str  # the suffix
    main: bool  # it is what the item is about, and not a minimum, a sum or the like
    number: float | None
    quality: Quality
    flag: str  # as sent, empty where none was
    sampled: str  # the item's own time as sent, empty where it has none


def values(segment: Segment) -> Iterator[Value]:
    """Yield the numbers of a segment's items in order, the main one of each item first."""
    order = main_order(segment.cn)
    for item in segment.items:
        fields = item.fields
        main = main_of(fields, order)
        names = [main] if main else []
        names += [name for name in fields if name != main and name not in _NO_NUMBER]
        flag, sampled = fields.get("Flag", ""), fields.get("SampleTime", "")
        for name in names:
            number, quality = judged(item, name)
            yield Value(item.code, name, name is main, number, quality, flag, sampled)


def main_order(command: str) -> tuple[str, ...]:
    """Return suffixes of what items of a command may be about, the likeliest first."""
    return _INTERVAL_FIRST if command in _INTERVALS else _INSTANT_FIRST


def main_of(fields: Mapping[str, str], order: tuple[str, ...]) -> str | None:
    """Return the suffix of what an item is about, None where it has no such field."""
    for name in order:
        if name in fields:
            return name
    return None


def judged(item: Item, suffix: str) -> tuple[float | None, Quality]:
    """Return a number of an item, None where there is none, and how far to trust it."""
    fields = item.fields
    quality = _qualities().get(fields.get("Flag", "")) or Quality.SUSPECT
    if len(fields) > _LEAST or item.ambiguous:
        quality = _doubted(item, quality)
    number = None if quality is _MISSING else _number(fields[suffix])
    return number, _MISSING if number is None else quality


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
