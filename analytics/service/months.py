"""Months' documents in the catalog, kept up with the facts they are of: a report's own digits.

They are what dashboards ask for in SQL. A month is written anew once its facts, the registry,
factors or decisions have moved, no more often than every ten minutes, one month a pass.
"""

import json
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.air.days import FIXED
from analytics.air.indexdays import station_index_days
from analytics.air.release import Release, is_released
from analytics.claims.claim import published_claims
from analytics.days import day_of
from analytics.factors.grid import FactorNotFoundError
from analytics.periods import Days, parse_period
from analytics.report import Beside, Scope, report
from analytics.result import Basis, ZoneResult, period_window, zone_result
from analytics.scopes import PROGRAMME, scopes_of
from analytics.service import facts
from analytics.service.basis import read_basis
from analytics.service.decisions import standing
from analytics.service.reportedrepairs import repairs_of
from analytics.service.tables import DECISION, DECISION_WITHDRAWN, ENTERED_FACTOR, SCOPE_MONTH
from ingest.contract.metric import DeviceClass
from ingest.registry.registry import Registry

_LOG: Final = logging.getLogger(__name__)
_REST_US: Final = 600_000_000  # [assumed] so long a month's digits may be behind
_BEFORE: Final = timedelta(days=40)  # how far back a counter may prove what was silence
_AFTER: Final = timedelta(days=60)  # how far on a day goes into what is normal
_SOFTWARE: Final = ""  # a month that nobody prepared is no revision
_SETTLED: Final = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """What is known of a month that was written."""

    known: str
    as_of: int
    stale: bool
    settled: bool


def touch(connection: sa.Connection, days: Collection[date]) -> None:
    """Say that facts of some days have moved: months around them, and the rest of the year."""
    if not days:
        return
    first = (min(days) - _BEFORE).replace(day=1)
    last = max(max(days) + _AFTER, date(max(days).year, 12, 31))  # yearly tiers
    moved = sa.update(SCOPE_MONTH).where(SCOPE_MONTH.c.month.between(first, last))
    connection.execute(moved.values(stale=True))


def keep_up(connection: sa.Connection, registry: Registry) -> date | None:
    """Write the first month anew that is due; return it."""
    reached = facts.progress(connection)
    if reached.since is None:
        return None
    known, written = _known(connection, registry), _written(connection)
    for month in _months(registry, reached.since, reached.as_of):
        was = written.get(month)
        if was is None or (
            reached.as_of - was.as_of >= _REST_US
            and (was.stale or not was.settled or was.known != known)
        ):
            _put(connection, registry, month, known)
            return month
    return None


def _put(connection: sa.Connection, registry: Registry, month: date, known: str) -> None:
    days = parse_period(f"{month:%Y-%m}")
    basis = read_basis(connection, registry, days=days)
    released = partial(is_released, standing(connection, Release), registry)
    rows: list[dict[str, object]] = []
    for scope, own in scopes_of(_results(basis, days)):
        beside = Beside(
            lots=[lot for lot in registry.lots() if lot.zone in {each.zone.id for each in own}],
            factors=basis.factors,
            claims=published_claims(),
            is_released=released,
            repairs=repairs_of(connection, registry, own),
        )
        told = report(scope, days, own, beside, as_of=basis.as_of, software=_SOFTWARE)
        rows.append(
            {
                "scope": _name(scope),
                "document": _json(told),
                "index_days": _json(list(_index_days(scope, own, beside))),
                "settled": told["status"] == _SETTLED,
            }
        )
    same = {"month": month, "known": known, "as_of": basis.as_of, "stale": False}
    connection.execute(sa.delete(SCOPE_MONTH).where(SCOPE_MONTH.c.month == month))
    connection.execute(sa.insert(SCOPE_MONTH), [row | same for row in rows])


def _results(basis: Basis, days: Days) -> Iterator[ZoneResult]:
    for zone in basis.registry.zones():
        try:
            yield zone_result(basis, zone, period_window(zone, days))
        except FactorNotFoundError as error:
            _LOG.warning("no month of zone %s: %s", zone.id, error)


def _index_days(
    scope: Scope, results: Iterable[ZoneResult], beside: Beside
) -> Iterator[dict[str, object]]:
    if scope.kind != "zone":
        return
    for result in results:
        reach = result.passed.by_day
        for station in result.devices:
            if station.device_class is FIXED:
                released = beside.is_released(station, reach.span)
                yield from station_index_days(station.id, reach.days, result.air, released=released)


def _months(registry: Registry, since: int, as_of: int) -> Iterator[date]:
    """Yield the first day of each month that has begun in any zone, from the first data on."""
    zones = [ZoneInfo(zone.timezone) for zone in registry.zones()]
    if not zones:
        return
    # A lamp's night is of the day before, so it reaches back the furthest.
    month = min(day_of(since, zone, DeviceClass.STREETLIGHT) for zone in zones).replace(day=1)
    last = max(day_of(as_of, zone, FIXED) for zone in zones)
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def _known(connection: sa.Connection, registry: Registry) -> str:
    """Name what a month is computed from beside its facts."""
    counts = (
        sa.select(sa.func.max(ENTERED_FACTOR.c.change)),
        sa.select(sa.func.max(DECISION.c.id)),
        sa.select(sa.func.count()).select_from(DECISION_WITHDRAWN),
    )
    return ".".join(str(n or 0) for n in (registry.change, *map(connection.scalar, counts)))


def _written(connection: sa.Connection) -> dict[date, _Written]:
    columns = (SCOPE_MONTH.c[name] for name in ("month", "known", "as_of", "stale", "settled"))
    query = sa.select(*columns).where(SCOPE_MONTH.c.scope == PROGRAMME.kind)
    return {
        row.month: _Written(known=row.known, as_of=row.as_of, stale=row.stale, settled=row.settled)
        for row in connection.execute(query)
    }


def _name(scope: Scope) -> str:
    return scope.kind if scope == PROGRAMME else f"{scope.kind}:{scope.id}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
