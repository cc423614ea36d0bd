"""Uptime days in the catalog, and what was asked of devices when they are computed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from operator import attrgetter

import sqlalchemy as sa

from analytics.daytable import DayTable
from analytics.service.columns import read_table, within
from analytics.service.replacing import replace_days
from analytics.service.tables import UPTIME_DAY
from analytics.uptime.base import asked_of
from analytics.uptime.days import (
    CLASS_NUMBER,
    CLASS_NUMBERS,
    COLUMNS,
    Asked,
    Key,
    UptimeDay,
)
from analytics.uptime.exclusions import Exclusion
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Zone
from ingest.registry.registry import Registry


def put_uptime_days(connection: sa.Connection, facts: Iterable[UptimeDay]) -> None:
    """Put uptime days in the place of what was known of their device and day."""
    replace_days(connection, UPTIME_DAY, [asdict(fact) for fact in facts])


def uptime_days(
    connection: sa.Connection, first: date | None = None, last: date | None = None
) -> list[UptimeDay]:
    """Return the uptime days of some days, both included, ordered by device and day."""
    query = sa.select(UPTIME_DAY).where(*within(UPTIME_DAY.c.day, first, last))
    found = [
        UptimeDay(
            device=row.device,
            day=row.day,
            device_class=DeviceClass(row.device_class),
            base_s=row.base_s,
            up_s=row.up_s,
            down_s=row.down_s,
            excluded_s=row.excluded_s,
            known_down_s=row.known_down_s,
            counter_mwh=row.counter_mwh,
            gauge_mwh=row.gauge_mwh,
            tail_s=row.tail_s,
        )
        for row in connection.execute(query)
    ]
    return sorted(found, key=attrgetter("device", "day"))  # a database would order by its language


def uptime_table(
    connection: sa.Connection, first: date | None = None, last: date | None = None
) -> DayTable:
    """Return the uptime days of some days, both included, in columns."""
    of_class = sa.case(dict(CLASS_NUMBERS), value=UPTIME_DAY.c.device_class)
    numbers = {name: UPTIME_DAY.c[name] for name in COLUMNS}
    where = within(UPTIME_DAY.c.day, first, last)
    return read_table(connection, UPTIME_DAY, {**numbers, CLASS_NUMBER: of_class}, where)


def asked(
    registry: Registry, zone: Zone, wanted: Iterable[Key], exclusions: Sequence[Exclusion]
) -> dict[Key, Asked]:
    """Return what was asked of some devices on some days, as the registry has them now."""
    days: dict[DeviceId, list[date]] = {}
    for name, day in wanted:
        days.setdefault(name, []).append(day)
    if not days:
        return {}
    first = min(min(own) for own in days.values())
    last = max(max(own) for own in days.values())
    span = [first.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    found: dict[Key, Asked] = {}
    for name, own in days.items():
        device = registry.device(name)
        if device is None:
            continue
        spans = dict(zip(span, asked_of(registry, zone, device, span), strict=True))
        touching = [each for each in exclusions if each.concerns(registry, device)]
        found |= {
            (device.id, day): Asked(
                span=spans[day],
                exclusions=_within(touching, spans[day]),
                rated_w=None if device.rated_power_w is None else float(device.rated_power_w),
            )
            for day in own
        }
    return found


def _within(exclusions: Iterable[Exclusion], span: Period) -> tuple[Exclusion, ...]:
    return tuple(
        each for each in exclusions if each.period.start < span.end and each.period.end > span.start
    )
