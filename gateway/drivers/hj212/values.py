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
_ORDERED: Final = (("Min", "Avg", "Max"), ("ZsMin", "ZsAvg", "ZsMax"))


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
    preferred = _INTERVAL_FIRST if segment.cn in _INTERVALS else _INSTANT_FIRST
    for item in segment.items:
        fields = item.fields
        main = next((name for name in preferred if name in fields), None)
        flag = fields.get("Flag", "")
        quality = _trust(item, flag)
        sampled = fields.get("SampleTime", "")
        names = [main] if main else []
        names += [name for name in fields if name != main and name not in _NO_NUMBER]
        for name in names:
            number = None if quality is Quality.MISSING else _number(fields[name])
            trust = Quality.MISSING if number is None else quality
            yield Value(item.code, name, name is main, number, trust, flag, sampled)


def _trust(item: Item, flag: str) -> Quality:
    quality = _qualities().get(flag.upper(), Quality.SUSPECT) if flag else Quality.UNCHECKED
    if quality is Quality.MISSING:
        return quality
    if any(_contradicts(item.fields, names) for names in _ORDERED):
        return Quality.BAD
    return Quality.worst((quality, Quality.SUSPECT)) if item.ambiguous else quality


def _contradicts(fields: Mapping[str, str], names: tuple[str, ...]) -> bool:
    """Tell whether numbers are not in the order of their names."""
    told = [fields[name] for name in names if name in fields]
    if len(told) < 2:  # noqa: PLR2004
        return False
    numbers = [number for text in told if (number := _number(text)) is not None]
    return numbers != sorted(numbers)


def _number(text: str) -> float | None:
    """Return a finite number written with ASCII digits, None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and text.isascii() and "_" not in text else None


@cache
def _qualities() -> Mapping[str, Quality]:
    with _FLAGS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["flag"]: Quality(int(row["quality"])) for row in rows}
