"""Exclusions in the catalog: only ever added to, and what they touch is computed again."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.days import day_of
from analytics.service.tables import EXCLUSION, EXCLUSION_WITHDRAWN
from analytics.service.uptime import one_hour_a_day
from analytics.uptime.exclusions import Exclusion, Holder, Reason
from ingest import feed
from ingest.columns import Touched
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, hour_of, micros, utc_day
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry

LONGEST: Final = timedelta(days=366)  # of one exclusion


class AlreadyWithdrawnError(Exception):
    """Somebody withdrew it before."""

    def __init__(self, number: int) -> None:
        super().__init__(f"exclusion {number} is withdrawn already")
        self.number = number


def exclusions(connection: sa.Connection) -> list[Exclusion]:
    """Return all exclusions in the order they were entered, withdrawn ones too."""
    left = EXCLUSION.outerjoin(EXCLUSION_WITHDRAWN)
    query = sa.select(
        EXCLUSION,
        EXCLUSION_WITHDRAWN.c.actor.label("withdrawn_by"),
        EXCLUSION_WITHDRAWN.c.known_at.label("withdrawn_at"),
    ).select_from(left)
    return [_exclusion(row) for row in connection.execute(query.order_by(EXCLUSION.c.id))]


def find(connection: sa.Connection, number: int) -> Exclusion | None:
    """Return one exclusion, or None where there is none of that number."""
    return next((each for each in exclusions(connection) if each.id == number), None)


def append(connection: sa.Connection, new: Exclusion, registry: Registry) -> Exclusion:
    """Enter an exclusion and touch what it concerns; return it with its number."""
    row = {
        "holder": str(new.holder),
        "holder_id": new.holder_id,
        "device_class": None if new.device_class is None else str(new.device_class),
        "start": new.period.start,
        "end": new.period.end,
        "reason": str(new.reason),
        "text": new.text,
        "actor": new.actor,
        "known_at": new.known_at,
    }
    made = connection.execute(sa.insert(EXCLUSION).values(row)).inserted_primary_key
    entered = find(connection, made[0] if made else 0)
    if entered is None:
        raise LookupError("an exclusion that was just entered is not there")
    feed.add(connection, touched(registry, entered))
    return entered


def withdraw(
    connection: sa.Connection, found: Exclusion, registry: Registry, *, actor: str, at: datetime
) -> None:
    """Take an exclusion back, and touch what it concerned."""
    if found.withdrawn_at is not None:
        raise AlreadyWithdrawnError(found.id)
    values = {"exclusion": found.id, "actor": actor, "known_at": micros(at)}
    connection.execute(sa.insert(EXCLUSION_WITHDRAWN).values(values))
    feed.add(connection, touched(registry, found))


def touched(registry: Registry, exclusion: Exclusion) -> Iterator[Touched]:
    """Yield an hour of each device-day that an exclusion lies in; nothing arrived for them."""
    for zone in registry.zones():
        for device in registry.devices_of_zone(zone.id):
            if exclusion.concerns(registry, device):
                yield from touched_days(registry, zone, device, exclusion.period)


def touched_days(
    registry: Registry, zone: Zone, device: Device, period: Period
) -> Iterator[Touched]:
    """Yield an hour of each day of a device that a period lies in."""
    days = _days(period, zone, device.device_class)
    for at in one_hour_a_day(registry, zone, device, days):
        yield Touched(
            device_class=device.device_class,
            device=device.id,
            hour=hour_of(at),
            gateway=device.gateway,
            day=utc_day(at),
            records=0,
            readings=0,
        )


def _days(period: Period, zone: Zone, device_class: DeviceClass) -> list[date]:
    timezone = ZoneInfo(zone.timezone)
    first = day_of(period.start, timezone, device_class)
    last = day_of(max(period.start, period.end - 1), timezone, device_class)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _exclusion(row: "sa.Row[tuple[object, ...]]") -> Exclusion:
    return Exclusion(
        id=row.id,
        holder=Holder(row.holder),
        holder_id=row.holder_id,
        device_class=None if row.device_class is None else DeviceClass(row.device_class),
        period=Period(row.start, row.end),
        reason=Reason(row.reason),
        text=row.text,
        actor=row.actor,
        known_at=row.known_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by,
    )
