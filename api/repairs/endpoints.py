"""Repair tickets: of which alarm, who goes, what they found, and whether it helped."""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from analytics.alarms.alarm import Alarm
from analytics.alarms.mending import Repair
from analytics.service import alarms, repairs
from analytics.service.alarmtables import ALARM, REPAIR
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.alarms.endpoints import CauseShown, Reader, Text
from api.alarms.seeing import HIGHEST, sees
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.repairs import handling
from api.sources import Given

router = APIRouter(tags=["repairs"])

Mender = Annotated[Actor, Depends(Require(Permission.HANDLE_REPAIR))]
Number = Annotated[int, Path(ge=1, le=HIGHEST)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class RepairShown(BaseModel):
    """A ticket; `helped` is judged from readings, null while they cannot say."""

    id: int
    alarm: int
    zone: str
    cause_of_alarm: CauseShown
    opened_at: str | None
    assignee: str | None
    assigned_at: str | None
    cause: str | None
    parts: str | None
    closed_at: str | None
    closed_by: str | None
    helped: bool | None


class Assignment(BaseModel):
    """Who goes."""

    assignee: Name


class Closing(BaseModel):
    """What whoever repaired found and used."""

    cause: Annotated[Text, Field(min_length=1)]
    parts: Text = ""


@router.get("/repairs")
def tickets(
    sources: Given,
    actor: Reader,
    place: Asked,
    zone: str | None = None,
    closed: bool | None = None,  # noqa: FBT001 - a query parameter
) -> Page[RepairShown]:
    """Return tickets in the order they were opened: of a zone, closed or open."""
    which = [] if zone is None else [ALARM.c.zone == zone]
    at = REPAIR.c.closed_at
    state = [] if closed is None else [at.is_not(None) if closed else at.is_(None)]
    with sources.catalog.connect() as connection:
        there = repairs.repairs(connection, *state)
        known = {each.id: each for each in alarms.alarms(connection, *_with_ticket(), *which)}
    visible = {each.id for each in known.values() if sees(actor, sources, each)}
    found = [each for each in there if each.alarm in visible]
    return page_of(
        found,
        place,
        key=lambda each: f"{each.id:010d}",
        show=lambda each: _shown(each, known[each.alarm]),
    )


@router.post("/repairs/{number}/assign")
def assign(number: Number, sources: Given, actor: Mender, told: Assignment) -> RepairShown:
    """Write down who goes."""
    return _shown(*handling.assign(sources, actor, number, told.assignee))


@router.post("/repairs/{number}/close")
def close(number: Number, sources: Given, actor: Mender, told: Closing) -> RepairShown:
    """Write down what was found and used; readings will say whether it helped."""
    return _shown(*handling.close(sources, actor, number, cause=told.cause, parts=told.parts))


def _with_ticket() -> list[sa.ColumnElement[bool]]:
    return [ALARM.c.id.in_(sa.select(REPAIR.c.alarm))]


def _shown(ticket: Repair, alarm: Alarm) -> RepairShown:
    return RepairShown(
        id=ticket.id,
        alarm=ticket.alarm,
        zone=alarm.zone,
        cause_of_alarm=CauseShown.model_validate(alarm.cause),
        opened_at=shown(ticket.opened_at),
        assignee=ticket.assignee,
        assigned_at=shown(ticket.assigned_at),
        cause=ticket.cause,
        parts=ticket.parts,
        closed_at=shown(ticket.closed_at),
        closed_by=ticket.closed_by,
        helped=ticket.helped,
    )
