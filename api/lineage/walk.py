"""Between a device-day and the messages it was made of, in both directions, by the index alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.days import day_of, span_of
from analytics.hours import lead_in
from analytics.service.facts import device_days
from api.closing.pages import FACTS
from api.closing.tables import REVISION, REVISION_PAGE
from ingest import taken
from ingest.contract.identity import GatewayId
from ingest.contract.period import Period
from ingest.registry.model import Device
from ingest.registry.registry import Registry
from ingest.taken import Taken

_LONGEST: Final = timedelta(days=62)  # [assumed] what one message spans at most, to be listed


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDayName:
    """A device and one of its days."""

    device: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RevisionName:
    """A revision that rests on a fact."""

    scope: str
    period: str
    number: int


def messages_of(
    connection: sa.Connection, registry: Registry, device: Device, day: date
) -> list[Taken]:
    """Return the messages that may have told of a device-day: of its gateways, in its span."""
    timezone = ZoneInfo(registry.zone_of(device).timezone)
    span = span_of(day, timezone, device.device_class)
    gateways = {
        entry.item.gateway
        for entry in registry.entries
        if isinstance(entry.item, Device) and entry.item.id == device.id
    }
    reach = Period(span.start - lead_in(device.interval_s), span.end)
    return taken.speaking_of(connection, sorted(map(GatewayId, gateways)), reach)


def device_days_of(
    connection: sa.Connection, registry: Registry, message: Taken
) -> list[DeviceDayName]:
    """Return the device-days that a message may have told of, as far as there are facts."""
    if message.measured is None or message.gateway is None:
        return []
    start, end = message.measured
    devices = {each.id: each for each in registry.devices_of_gateway(message.gateway, start)}
    devices |= {each.id: each for each in registry.devices_of_gateway(message.gateway)}
    spans = {
        device.id: (_day(registry, device, start), _day(registry, device, end))
        for device in devices.values()
    }
    if not spans:
        return []
    first = min(low for low, _ in spans.values())
    last = min(max(high for _, high in spans.values()), first + _LONGEST)
    return [
        DeviceDayName(device=fact.device, day=fact.day)
        for fact in device_days(connection, first=first, last=last)
        if fact.device in spans and spans[fact.device][0] <= fact.day <= spans[fact.device][1]
    ]


def revisions_on(
    connection: sa.Connection, registry: Registry, names: list[DeviceDayName]
) -> list[RevisionName]:
    """Return the revisions that rest on the facts of some device-days."""
    wanted = set(_zone_days(registry, names))
    days = {day for _, day in wanted}
    query = (
        sa.select(
            REVISION.c.scope,
            REVISION.c.period,
            REVISION.c.number,
            REVISION_PAGE.c.zone,
            REVISION_PAGE.c.day,
        )
        .join(REVISION, REVISION.c.id == REVISION_PAGE.c.revision)
        .where(REVISION_PAGE.c.kind == FACTS, REVISION_PAGE.c.day.in_(days))
    )
    return sorted(
        {
            RevisionName(scope=row.scope, period=row.period, number=row.number)
            for row in connection.execute(query)
            if (row.zone, row.day) in wanted
        }
    )


def _zone_days(registry: Registry, names: list[DeviceDayName]) -> Iterator[tuple[str, str]]:
    for name in names:
        device = registry.device(name.device)
        if device is not None:
            yield registry.zone_of(device).id, name.day.isoformat()


def _day(registry: Registry, device: Device, at: int) -> date:
    return day_of(at, ZoneInfo(registry.zone_of(device).timezone), device.device_class)
