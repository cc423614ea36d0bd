"""What people do with an alarm, over HTTP and on the board alike: written down with who did it."""

from datetime import datetime, timedelta
from typing import Final

from analytics.alarms.action import Action, ActionKind
from analytics.alarms.alarm import Alarm
from analytics.service import alarms
from api.accounts.actor import Actor
from api.alarms.seeing import the_alarm
from api.problems import unprocessable
from api.sources import Sources
from ingest.audit import journal
from ingest.contract.period import micros

LONGEST_SHELF: Final = timedelta(days=90)  # [assumed] longer is out of service


def acknowledge(sources: Sources, actor: Actor, number: int, text: str = "") -> Alarm:
    """Say that somebody has seen an alarm; the first one stands."""
    return _act(sources, actor, number, ActionKind.ACKNOWLEDGE, text=text)


def comment(sources: Sources, actor: Actor, number: int, text: str) -> Alarm:
    """Leave a sentence with an alarm."""
    return _act(sources, actor, number, ActionKind.COMMENT, text=text)


def shelve(
    sources: Sources, actor: Actor, number: int, until: datetime | None, text: str = ""
) -> Alarm:
    """Put an alarm aside until an instant; without one take it from the shelf."""
    if until is None:
        return _act(sources, actor, number, ActionKind.UNSHELVE, text=text)
    if not timedelta(0) < until - sources.clock.now() <= LONGEST_SHELF:
        raise unprocessable(f"until: expected an instant within {LONGEST_SHELF.days} days")
    return _act(sources, actor, number, ActionKind.SHELVE, text=text, until=micros(until))


def _act(
    sources: Sources,
    actor: Actor,
    number: int,
    kind: ActionKind,
    *,
    text: str,
    until: int | None = None,
) -> Alarm:
    now = sources.clock.now()
    action = Action(kind=kind, actor=actor.name, at=micros(now), until=until, text=text)
    with sources.catalog.begin() as connection:
        known = the_alarm(connection, actor, sources, number)
        journal.append(connection, actor.deed(f"alarm.{kind}", f"alarm:{number}"), at=now)
        return alarms.act(connection, known, action)
