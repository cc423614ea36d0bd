"""The board's pages of alarms: the list, one alarm with its forms, and the statistics."""

from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from analytics.alarms.alarm import Alarm, Condition
from analytics.alarms.statistics import benchmarks
from analytics.service import alarms as kept
from analytics.service import notices, repairs
from analytics.service.alarmtables import ALARM
from api.accounts.actor import Actor, Permission
from api.accounts.forms import Fields, Posted
from api.alarms import handling
from api.alarms.endpoints import Handler, Number, Reader
from api.alarms.seeing import may_see_evidence, seen, sees, the_alarm
from api.alarms.watched import Watched, watched
from api.problems import unprocessable
from api.showing import GivenShowing
from api.sources import Given, Sources, Whole
from dashboards.board.alarms import (
    ROWS_SHOWN,
    AlarmStatisticsView,
    AlarmStory,
    AlarmsView,
    alarm_row,
    alarm_view,
    concerns,
    provenances_of,
)
from ingest.contract.period import micros
from ingest.registry.registry import Registry

router = APIRouter(prefix="/board", include_in_schema=False)

_WEEKS: Final = 12
_LONGEST_TEXT: Final = 2_000


class Deed(StrEnum):
    """What the form of an alarm does."""

    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    COMMENT = "comment"


@router.get("/alarms")
def listed(
    sources: Given,
    actor: Reader,
    showing: GivenShowing,
    zone: str = "",
    number: Annotated[str, Query(max_length=60)] = "",
    *,
    history: bool = False,
) -> Response:
    """Return the list of what is open, or of what was; of a zone or of a painted number."""
    registry, now = sources.registry(), micros(sources.clock.now())
    condition = Condition.CLEARED if history else Condition.ACTIVE
    which = [ALARM.c.condition == str(condition), *([ALARM.c.zone == zone] if zone else [])]
    with sources.catalog.connect() as connection:
        every = seen(connection, actor, sources, *which)
        rows = (alarm_row(each, registry, now) for each in every)
        wanted = (row for row in rows if not number or concerns(row, number, registry))
        found = list(islice(wanted, ROWS_SHOWN + 1))
    shown = found[:ROWS_SHOWN]
    view = AlarmsView(
        rows=tuple(shown),
        more=len(found) > len(shown),
        zones=registry.zones(),
        zone=zone or None,
        number=number,
        history=history,
        now=now,
        provenances=provenances_of([row.alarm for row in shown], registry),
    )
    return showing.page(view)


@router.get("/alarms/statistics")
def statistics(
    sources: Given,
    whole: Whole,
    actor: Reader,
    showing: GivenShowing,
) -> Response:
    """Return the page of how alarms were in the last weeks."""
    found = watched(sources, whole.registry(), actor, _WEEKS)
    view = _statistics_view(found, sources.registry(), micros(sources.clock.now()))
    return showing.page(view)


@router.get("/alarms/{number}")
def one(
    number: Number,
    sources: Given,
    actor: Reader,
    showing: GivenShowing,
) -> Response:
    """Return the page of one alarm."""
    with sources.catalog.connect() as connection:
        alarm = kept.alarm(connection, number)
        if alarm is None or not sees(actor, sources, alarm):
            return showing.missing(str(number))
        story = _story(connection, alarm)
    view = alarm_view(
        alarm,
        sources.registry(),
        story,
        evidence=may_see_evidence(actor, alarm),
        may_handle=actor.may(Permission.HANDLE_ALARM),
        now=micros(sources.clock.now()),
    )
    return showing.page(view)


@router.post("/alarms/{number}")
def handle(number: Number, fields: Posted, sources: Given, actor: Handler) -> Response:
    """Do what the form says, and lead back to the page."""
    with sources.catalog.connect() as connection:
        the_alarm(connection, actor, sources, number)
    try:
        deed = Deed(fields.get("deed", ""))
    except ValueError:
        raise unprocessable(f"deed: expected one of {', '.join(Deed)}") from None
    _do(deed, number, fields, sources, actor)
    return RedirectResponse(f"/board/alarms/{number}", HTTPStatus.SEE_OTHER)


def _do(deed: Deed, number: int, fields: Fields, sources: Sources, actor: Actor) -> None:
    text = fields.get("text", "").strip().replace("\x00", "")[:_LONGEST_TEXT]
    match deed:
        case Deed.ACKNOWLEDGE:
            handling.acknowledge(sources, actor, number, text)
        case Deed.COMMENT:
            if not text:
                raise unprocessable("text: expected a sentence")
            handling.comment(sources, actor, number, text)
        case Deed.UNSHELVE:
            handling.shelve(sources, actor, number, None, text)
        case Deed.SHELVE:
            handling.shelve(sources, actor, number, sources.clock.now() + _hours(fields), text)


def _hours(fields: Fields) -> timedelta:
    text = fields.get("hours", "")
    if not (text.isascii() and text.isdigit() and len(text) <= len("2160")):
        raise unprocessable("hours: expected how long the alarm is put aside")
    return timedelta(hours=int(text))


def _story(connection: sa.Connection, alarm: Alarm) -> AlarmStory:
    return AlarmStory(
        actions=kept.actions(connection, alarm.id),
        notices=notices.notices_of(connection, alarm.id),
        repairs=repairs.of_alarms(connection, [alarm.id]),
    )


def _statistics_view(found: Watched, registry: Registry, now: int) -> AlarmStatisticsView:
    told = found.statistics
    named = {each.id: each for each in (*told.chattering, *told.stale)}
    return AlarmStatisticsView(
        statistics=told,
        rows=tuple(alarm_row(each, registry, now) for each in named.values())[:ROWS_SHOWN],
        by_model=found.by_model,
        by_lot=found.by_lot,
        benchmarks=benchmarks(),
        now=now,
        provenances=tuple(sorted({registry.provenance_of(d) for d in registry.devices()})),
    )
