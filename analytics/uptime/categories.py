"""Categories of time, and which of several at once a second belongs to: a priority list, as data.

After the time categories of IEC TS 63019:2019; the order is ours: what runs is up whatever was
planned for it, and what a contract takes out comes before what nobody knows.
"""

import csv
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

from analytics.uptime.availability import Times


class Category(StrEnum):
    """What a second was spent on."""

    IN_SERVICE = "in_service"
    FORCE_MAJEURE = "force_majeure"
    SCHEDULED_MAINTENANCE = "scheduled_maintenance"
    SUSPENDED = "suspended"  # taken out of service
    OUT_OF_ELECTRICAL_SPECIFICATION = "out_of_electrical_specification"
    OUT_OF_ENVIRONMENTAL_SPECIFICATION = "out_of_environmental_specification"
    FORCED_OUTAGE = "forced_outage"
    INFORMATION_UNAVAILABLE = "information_unavailable"


class CountsAs(StrEnum):
    """What a category is in a contract's availability."""

    UP = "up"
    DOWN = "down"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


@cache
def priorities() -> Mapping[Category, CountsAs]:
    """Return what each category counts as, in the order in which they are looked at."""
    text = files("analytics.uptime").joinpath("categories.csv").read_text(encoding="utf-8")
    rows = sorted(csv.DictReader(text.splitlines()), key=lambda row: int(row["priority"]))
    return {Category(row["category"]): CountsAs(row["counts_as"]) for row in rows}


def spend(
    base: int,
    claimed: Mapping[Category, int],
    order: Mapping[Category, CountsAs] | None = None,
) -> Times:
    """Share a span out among the categories that claim it; what nobody claims is unknown.

    Args:
        base: The span. [s]
        claimed: How much of it each category holds for itself. [s]
        order: What is looked at first, and what it counts as; by default the project's own list.
    """
    left = base
    spent = dict.fromkeys(CountsAs, 0)
    for category, counts_as in (order or priorities()).items():
        taken = min(left, claimed.get(category, 0))
        spent[counts_as] += taken
        left -= taken
    return Times(
        up=spent[CountsAs.UP],
        down=spent[CountsAs.DOWN],
        excluded=spent[CountsAs.EXCLUDED],
        unknown=spent[CountsAs.UNKNOWN] + left,
    )
