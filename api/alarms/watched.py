"""Alarms and tickets of the last weeks, as somebody sees them, and what statistics they give."""

from dataclasses import dataclass

import sqlalchemy as sa

from analytics.alarms.alarm import Alarm, Condition
from analytics.alarms.failures import FailureRate, failure_rates
from analytics.alarms.policy import policy
from analytics.alarms.statistics import AlarmStatistics, statistics
from analytics.service import facts, repairs
from analytics.service.alarmtables import ALARM, REPAIR
from api.accounts.actor import Actor
from api.alarms.seeing import seen
from api.sources import Sources
from api.tables import ACCOUNT
from ingest.contract.period import DAY_US, Period, micros
from ingest.registry.model import PersonRole
from ingest.registry.registry import Registry

_TECHNICIAN = "technician"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """How alarms were in the last weeks, and what fails most."""

    statistics: AlarmStatistics
    by_model: tuple[FailureRate, ...]
    by_lot: tuple[FailureRate, ...]


def watched(sources: Sources, whole: Registry, actor: Actor, weeks: int) -> Watched:
    """Return the statistics of the last weeks, at most since the first data.

    Args:
        sources: As the reader sees them.
        whole: The registry with its people, whom not everybody sees.
        actor: The reader.
        weeks: How many.
    """
    now = micros(sources.clock.now())
    with sources.catalog.connect() as connection:
        since = facts.progress(connection).since
        start = max(now - 7 * weeks * DAY_US, now if since is None else since)
        span = Period(min(start, now), now)
        known = _alarms(connection, actor, sources, span)
        own = {each.id for each in known}
        tickets = repairs.repairs(connection, REPAIR.c.opened_at >= span.start)
        technicians = _technicians(connection, whole)
    mine = [each for each in tickets if each.alarm in own]
    registry = sources.registry()
    return Watched(
        statistics=statistics(known, mine, span, technicians=technicians, policy=policy()),
        by_model=tuple(failure_rates(known, registry, span, by_lot=False)),
        by_lot=tuple(failure_rates(known, registry, span, by_lot=True)),
    )


def _alarms(connection: sa.Connection, actor: Actor, sources: Sources, span: Period) -> list[Alarm]:
    holds = ALARM.c.condition == str(Condition.ACTIVE)
    return list(seen(connection, actor, sources, holds | (ALARM.c.raised_at >= span.start)))


def _technicians(connection: sa.Connection, registry: Registry) -> int:
    """Return how many technicians are told of alarms; where none is, how many can log in."""
    told = sum(each.role is PersonRole.TECHNICIAN for each in registry.people())
    if told:
        return told
    query = sa.select(sa.func.count()).where(
        ACCOUNT.c.role == _TECHNICIAN, ACCOUNT.c.disabled_at.is_(None)
    )
    return int(connection.scalar(query) or 0)
