"""Which alarms somebody sees: what lies in their scope, and air that they may know of."""

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from analytics.air.days import STATIONS
from analytics.alarms.alarm import Alarm, Condition
from analytics.faults.fault import Consequence
from analytics.service import alarms
from analytics.service.alarmtables import ALARM
from api.accounts.actor import Actor, Permission
from api.problems import Problem, not_found
from api.sources import Sources

_BATCH: Final = 200
HIGHEST: Final = 2_147_483_647  # an INTEGER key of any database


def sees(actor: Actor, sources: Sources, alarm: Alarm) -> bool:
    """Tell whether somebody sees an alarm: a device it reaches, or the gateway it is of."""
    hidden = alarm.consequence is Consequence.ENVIRONMENT
    if hidden and not actor.may(Permission.READ_UNRELEASED):
        return False
    registry = sources.registry()
    if not sources.restricted:
        return True
    reached = any(registry.device(each) is not None for each in alarm.devices)
    return reached or registry.gateway(alarm.cause.subject) is not None


def may_see_evidence(actor: Actor, alarm: Alarm) -> bool:
    """Tell whether somebody may see what an alarm rests on: of a station that is unreleased air."""
    return alarm.device_class not in STATIONS or actor.may(Permission.READ_UNRELEASED)


def seen(
    connection: sa.Connection,
    actor: Actor,
    sources: Sources,
    *which: sa.ColumnElement[bool],
    before: int = HIGHEST,
) -> Iterator[Alarm]:
    """Yield the alarms somebody sees in front of a number, the newest first."""
    while found := alarms.alarms(connection, ALARM.c.id < before, *which, limit=_BATCH):
        yield from (each for each in found if sees(actor, sources, each))
        before = found[-1].id


def open_alarms(sources: Sources, actor: Actor, *which: sa.ColumnElement[bool]) -> list[Alarm]:
    """Return the alarms somebody sees that are open."""
    holds = ALARM.c.condition == str(Condition.ACTIVE)
    with sources.catalog.connect() as connection:
        return list(seen(connection, actor, sources, holds, *which))


def the_alarm(connection: sa.Connection, actor: Actor, sources: Sources, number: int) -> Alarm:
    """Return an alarm that somebody sees, or raise a problem."""
    found = alarms.alarm(connection, number)
    if found is None or not sees(actor, sources, found):
        raise unknown_alarm(number)
    return found


def unknown_alarm(number: int) -> Problem:
    """Return the problem of an alarm that is not there, or not seen."""
    return not_found("alarm", number)
