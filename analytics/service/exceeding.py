"""Environmental warnings: stations' last days of hourly means against the limits in force."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.air.days import POLLUTANTS, AirDay, in_a_row
from analytics.air.exceeding import Exceedance, exceedances, reaches
from analytics.condition import national_limits
from analytics.faults.ahead import limits_exceeded
from analytics.faults.fault import Fault
from analytics.service import dayfacts
from ingest.contract.period import HOUR_US, instant, micros
from ingest.registry.model import Device, Zone

_DAYS: Final = 3  # what began before them is known


def warnings(
    connection: sa.Connection, zone: Zone, stations: Sequence[Device], now: int
) -> list[Fault]:
    """Return the warnings that the last days of some stations give, open ones and those over."""
    today = instant(now).astimezone(ZoneInfo(zone.timezone)).date()
    first = today - timedelta(days=_DAYS)
    facts = dayfacts.read(connection, AirDay, first=first, last=today)
    names = {each.id for each in stations}
    own = [fact for fact in facts if fact.device in names]
    begins = datetime.combine(first, time(0), ZoneInfo(zone.timezone)).astimezone(UTC)
    found = list(_exceedances(zone, own, (first, today), begins, now))
    return limits_exceeded(found, heard_until=_heard_until(own, zone), now=now)


def _exceedances(
    zone: Zone, facts: Sequence[AirDay], days: tuple[date, date], begins: datetime, now: int
) -> Iterator[Exceedance]:
    passed = (now - micros(begins)) // HOUR_US  # an hour that is not over may still change
    by_series: dict[tuple[str, str], list[AirDay]] = {}
    for fact in facts:
        by_series.setdefault((fact.device, fact.pollutant), []).append(fact)
    for (_, pollutant), own in sorted(by_series.items()):
        limits = national_limits(zone.country, pollutant, days[1])
        if pollutant in POLLUTANTS and limits and reaches(own, limits):
            yield from exceedances(own[0].device, in_a_row(own, *days)[:passed], begins, limits)


def _heard_until(facts: Sequence[AirDay], zone: Zone) -> dict[str, int]:
    """Return the end of each station's last known hour."""
    found: dict[str, int] = {}
    for fact in facts:
        known = [place for place, value in enumerate(fact.hours) if value is not None]
        if known:
            midnight = micros(datetime.combine(fact.day, time(0), ZoneInfo(zone.timezone)))
            end = midnight + (known[-1] + 1) * HOUR_US
            found[fact.device] = max(found.get(fact.device, 0), end)
    return found
