"""Exclusions: time that a contract takes out, dated, for a reason, entered by a person."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from analytics.holders import Of
from analytics.uptime.categories import Category
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device
from ingest.registry.registry import Registry


class Reason(StrEnum):
    """Why time is taken out."""

    MAINTENANCE = "maintenance"
    GRID_OUTAGE = "grid_outage"
    FORCE_MAJEURE = "force_majeure"
    OUT_OF_SERVICE = "out_of_service"


CATEGORY: Final[Mapping[Reason, Category]] = MappingProxyType(
    {
        Reason.MAINTENANCE: Category.SCHEDULED_MAINTENANCE,
        Reason.GRID_OUTAGE: Category.OUT_OF_ELECTRICAL_SPECIFICATION,
        Reason.FORCE_MAJEURE: Category.FORCE_MAJEURE,
        Reason.OUT_OF_SERVICE: Category.SUSPENDED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Time taken out of the availability of some devices."""

    of: Of
    device_class: DeviceClass | None  # None: of every class
    period: Period
    reason: Reason
    text: str

    def concerns(self, registry: Registry, device: Device) -> bool:
        """Tell whether it takes time out of a device's availability."""
        fits = self.device_class in (None, device.device_class)
        return fits and self.of.holds(registry, device, self.period.start)


def excluded_within(exclusions: Iterable[Exclusion], span: Period) -> dict[Category, int]:
    """Return how long each category takes out of a span; the same time counts once each. [s]"""
    found: dict[Category, int] = {}
    for reason, category in CATEGORY.items():
        own = sorted(each.period for each in exclusions if each.reason is reason)
        seconds = _covered_s(own, span)
        if seconds:
            found[category] = seconds
    return found


def _covered_s(periods: Iterable[Period], span: Period) -> int:
    covered, reached = 0, span.start
    for period in periods:
        start, end = max(period.start, reached), min(period.end, span.end)
        if end > start:
            covered += end - start
            reached = end
    return round(covered / 1e6)
