"""Limits exceeded, as data: since when, by how much, and when it was over again.

A warning begins with the first hour whose running mean is above the limit, and is cleared with the
first whose mean is not. While nothing can be said, for want of hours, a warning stands.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from analytics.air.days import AirDay
from analytics.air.limits import Limit
from analytics.air.means import EIGHT, ENOUGH_OF_A_DAY, ENOUGH_OF_EIGHT, Hours, running
from ingest.contract.identity import DeviceId

_MILLIONTHS: Final = 1_000_000
_LENGTHS: Final = {"1h": (1, 1), "8h": (EIGHT, ENOUGH_OF_EIGHT), "24h": (24, ENOUGH_OF_A_DAY)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceedance:
    """A limit exceeded at a station, which is an early warning while it lasts.

    How long it will last nobody knows.
    """

    station: DeviceId
    pollutant: str
    limit: Limit
    since: datetime  # the end of the first hour above
    cleared: datetime | None  # the end of the first hour not above; None: it still is
    highest: Fraction  # running mean, in the limit's unit


def exceedances(
    station: DeviceId, hours: Hours, begins: datetime, limits: Iterable[Limit]
) -> list[Exceedance]:
    """Return the warnings that a station's hours give, in the order they began.

    Args:
        station: Where.
        hours: One pollutant's hourly means in the limits' unit, without a gap in time.
        begins: When the first of them begins.
        limits: Limits of that pollutant over 1 h, 8 h or 24 h; others are left out.
    """
    found: list[Exceedance] = []
    for limit in limits:
        if limit.averaging in _LENGTHS:
            length, enough = _LENGTHS[limit.averaging]
            means = running(hours, length, enough=enough)
            found += _of_limit(station, means, begins, limit)
    return sorted(found, key=lambda each: each.since)


def reaches(days: Iterable[AirDay], limits: Iterable[Limit]) -> bool:
    """Tell whether any hour is above any limit: no mean is above it where none of its hours is."""
    lowest = min((Fraction(each.value) for each in limits), default=None)
    highest = max((hour for day in days for hour in day.hours if hour is not None), default=None)
    return lowest is not None and highest is not None and Fraction(highest, _MILLIONTHS) > lowest


def _of_limit(
    station: DeviceId, means: Sequence[Fraction | None], begins: datetime, limit: Limit
) -> Iterable[Exceedance]:
    bound = Fraction(limit.value)
    since: int | None = None
    top = Fraction(0)
    for hour, value in enumerate(means):
        if value is None:
            continue
        if value > bound:
            since, top = (hour, value) if since is None else (since, max(top, value))
        elif since is not None:
            yield _warning(station, limit, begins, (since, hour), top)
            since = None
    if since is not None:
        yield _warning(station, limit, begins, (since, None), top)


def _warning(
    station: DeviceId,
    limit: Limit,
    begins: datetime,
    hours: tuple[int, int | None],
    highest: Fraction,
) -> Exceedance:
    since, cleared = hours
    return Exceedance(
        station=station,
        pollutant=limit.pollutant,
        limit=limit,
        since=begins + timedelta(hours=since + 1),
        cleared=None if cleared is None else begins + timedelta(hours=cleared + 1),
        highest=highest,
    )
