"""The periods that a report can be asked for, those that depend on what it is about included."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.days import day_of
from analytics.periods import Days, PeriodError, parse_period
from analytics.report import Scope
from analytics.service.facts import progress
from api.reports.compute import zones_in
from api.reports.part import in_scope
from ingest.contract.metric import DeviceClass
from ingest.registry.registry import Registry

SINCE_HANDOVER: Final = "since-handover"


def period_of(text: str, scope: Scope, registry: Registry, connection: sa.Connection) -> Days:
    """Read a period, or raise PeriodError; since-handover becomes the days it stands for.

    It runs from the first day anything in scope was handed over to the last that is wholly past.
    """
    if text != SINCE_HANDOVER:
        return parse_period(text)
    zones, part = zones_in(registry, scope), in_scope(registry, scope)
    first = min((day for zone in zones for day in _handovers(part, zone.id)), default=None)
    reached = progress(connection).as_of
    if first is None or not reached:
        raise PeriodError(text)
    last = min(
        day_of(reached, ZoneInfo(zone.timezone), DeviceClass.STREETLIGHT).toordinal() - 1
        for zone in zones
    )
    return parse_period(f"{first.isoformat()}..{date.fromordinal(last).isoformat()}")


def _handovers(registry: Registry, zone: str) -> list[date]:
    """Return when lots and devices of a zone were handed over, as far as it is known."""
    lots = [lot.handed_over for lot in registry.lots() if lot.zone == zone]
    devices = [device.handed_over for device in registry.devices_of_zone(zone)]
    return [day for day in (*lots, *devices) if day is not None]
