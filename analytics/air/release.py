"""Release: air data are internal until the ministry gives them out, for a station and a period.

A zone whose ministry lets everything out has a standing release, without an end, of the zone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.holders import Of
from ingest.contract.period import Period
from ingest.registry.model import Device
from ingest.registry.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What may be shown to everybody."""

    of: Of
    start: int  # microseconds, UTC
    end: int | None  # microseconds, UTC; None: until it is withdrawn
    text: str


def is_released(
    releases: Iterable[Release], registry: Registry, station: Device, period: Period
) -> bool:
    """Tell whether all of a period of a station is released, by one release or several."""
    reached = period.start
    own = (each for each in releases if each.of.holds(registry, station, period.start))
    for each in sorted(own, key=lambda release: release.start):
        if each.start > reached:
            return False
        reached = period.end if each.end is None else max(reached, each.end)
        if reached >= period.end:
            return True
    return False
