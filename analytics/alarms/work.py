"""What mending a fault takes, and what it costs while it is open."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from analytics.faults.fault import RuleId

_OTHER: Final = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one rule's faults take and cost."""

    hours: Decimal  # of work at the place
    light: Decimal  # share of a night's light that is lost
    credit: Decimal  # share of a day's emissions avoided that is lost


def work_of(rule: RuleId) -> Work:
    """Return what a rule's faults take and cost."""
    known = _table()
    return known.get(rule, known[_OTHER])


@cache
def _table() -> Mapping[str, Work]:
    text = files("analytics.alarms").joinpath("work.toml").read_text("utf-8")
    found = tomllib.loads(text, parse_float=Decimal)
    return {rule: Work(**numbers) for rule, numbers in found.items()}
