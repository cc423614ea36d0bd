"""Alarms: what is open and what was, who acknowledged, and what was told."""

import re
from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.alarms.action import Action, ActionKind
from analytics.alarms.alarm import Alarm, CauseKind, Condition
from analytics.alarms.notice import Notice, NoticeKind
from analytics.faults.fault import Consequence, Priority
from analytics.service import alarms as kept
from analytics.service import notices, repairs
from analytics.service.alarmtables import ALARM
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.alarms import handling
from api.alarms.seeing import HIGHEST, may_see_evidence, seen, the_alarm
from api.instants import shown
from api.paging import Asked, Page, cursor_at
from api.problems import unprocessable
from api.sources import Given, Sources
from ingest.contract.metric import DeviceClass

router = APIRouter(tags=["alarms"])

Reader = Annotated[Actor, Depends(Require(Permission.READ))]
Handler = Annotated[Actor, Depends(Require(Permission.HANDLE_ALARM))]
Number = Annotated[int, Path(ge=1, le=HIGHEST)]
Text = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00]*$")]
_NUMBER: Final = re.compile(r"[0-9]{1,10}")


class CauseShown(BaseModel):
    """What an alarm is about."""

    model_config = ConfigDict(from_attributes=True)

    kind: CauseKind
    subject: str
    rule: str


class AlarmShown(BaseModel):
    """A cause made visible; instants by the device's clock, of silence by ours."""

    id: int
    cause: CauseShown
    consequence: Consequence
    priority: Priority
    zone: str
    country: str
    device_class: DeviceClass | None
    devices: int
    condition: Condition
    began_at: str | None
    raised_at: str | None
    cleared_at: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    shelved_until: str | None
    suppressed: str | None
    out_of_service: bool


class ActionShown(BaseModel):
    """What somebody did with it."""

    kind: ActionKind
    actor: str
    at: str | None
    until: str | None
    text: str


class NoticeShown(BaseModel):
    """What was to be told, and when."""

    kind: NoticeKind
    step: int
    due_at: str | None
    devices: int


class AlarmDetail(AlarmShown):
    """An alarm with whom it reaches, what it rests on, and what people did."""

    reaches: list[str]
    evidence: dict[str, float]
    actions: list[ActionShown]
    notices: list[NoticeShown]
    repairs: list[int]


class Remark(BaseModel):
    """A sentence that goes with a deed."""

    text: Text = ""


class Comment(BaseModel):
    """A sentence to leave with an alarm."""

    text: Annotated[Text, Field(min_length=1)]


class Shelf(BaseModel):
    """Until when an alarm is put aside; null takes it from the shelf."""

    until: AwareDatetime | None
    text: Text = ""


@router.get("/alarms")
def alarms(
    sources: Given,
    actor: Reader,
    place: Asked,
    zone: str | None = None,
    device_class: Annotated[DeviceClass | None, Query(alias="class")] = None,
    condition: Condition | None = None,
    acknowledged: bool | None = None,  # noqa: FBT001 - a query parameter
) -> Page[AlarmShown]:
    """Return alarms, the newest first: of a zone, class, condition, acknowledged or not."""
    which = [
        column == str(value)
        for column, value in (
            (ALARM.c.zone, zone),
            (ALARM.c.device_class, device_class),
            (ALARM.c.condition, condition),
        )
        if value is not None
    ]
    if acknowledged is not None:
        at = ALARM.c.acknowledged_at
        which.append(at.is_not(None) if acknowledged else at.is_(None))
    if place.after is not None and _NUMBER.fullmatch(place.after) is None:
        raise unprocessable("cursor: expected the `next` of a page")
    before = HIGHEST if place.after is None else int(place.after)
    with sources.catalog.connect() as connection:
        found = list(
            islice(seen(connection, actor, sources, *which, before=before), place.limit + 1)
        )
    here = found[: place.limit]
    more = cursor_at(str(here[-1].id)) if len(found) > len(here) else None
    return Page(items=[AlarmShown(**_fields(each, sources)) for each in here], next=more)


@router.get("/alarms/{number}")
def alarm(number: Number, sources: Given, actor: Reader) -> AlarmDetail:
    """Return one alarm with its story."""
    with sources.catalog.connect() as connection:
        found = the_alarm(connection, actor, sources, number)
        return AlarmDetail(
            **_fields(found, sources),
            reaches=_reached(found, sources),
            evidence=dict(found.evidence) if may_see_evidence(actor, found) else {},
            actions=[_action(each) for each in kept.actions(connection, number)],
            notices=[_notice(each) for each in notices.notices_of(connection, number)],
            repairs=[each.id for each in repairs.of_alarms(connection, [found.id])],
        )


@router.post("/alarms/{number}/acknowledge")
def acknowledge(
    number: Number, sources: Given, actor: Handler, remark: Annotated[Remark, Body()]
) -> AlarmShown:
    """Say that somebody has seen it and sees to it; the first acknowledgement stands."""
    return _shown(handling.acknowledge(sources, actor, number, remark.text), sources)


@router.post("/alarms/{number}/shelve")
def shelve(number: Number, sources: Given, actor: Handler, shelf: Shelf) -> AlarmShown:
    """Put it aside until an instant; nobody is told of it meanwhile."""
    return _shown(handling.shelve(sources, actor, number, shelf.until, shelf.text), sources)


@router.post("/alarms/{number}/comment")
def comment(number: Number, sources: Given, actor: Handler, left: Comment) -> AlarmShown:
    """Leave a sentence with it."""
    return _shown(handling.comment(sources, actor, number, left.text), sources)


def _reached(found: Alarm, sources: Sources) -> list[str]:
    registry = sources.registry()
    return [each for each in found.devices if registry.device(each) is not None]


def _shown(found: Alarm, sources: Sources) -> AlarmShown:
    return AlarmShown(**_fields(found, sources))


def _fields(found: Alarm, sources: Sources) -> dict[str, Any]:
    return {
        "id": found.id,
        "cause": CauseShown.model_validate(found.cause),
        "consequence": found.consequence,
        "priority": found.priority,
        "zone": found.zone,
        "country": found.country,
        "device_class": found.device_class,
        "devices": len(_reached(found, sources)),
        "condition": found.condition,
        "began_at": shown(found.began_at),
        "raised_at": shown(found.raised_at),
        "cleared_at": shown(found.cleared_at),
        "acknowledged_at": shown(found.acknowledged_at),
        "acknowledged_by": found.acknowledged_by,
        "shelved_until": shown(found.shelved_until),
        "suppressed": found.suppressed,
        "out_of_service": found.out_of_service,
    }


def _action(action: Action) -> ActionShown:
    return ActionShown(
        kind=action.kind,
        actor=action.actor,
        at=shown(action.at),
        until=shown(action.until),
        text=action.text,
    )


def _notice(notice: Notice) -> NoticeShown:
    return NoticeShown(
        kind=notice.kind,
        step=notice.step,
        due_at=shown(notice.due_at),
        devices=len(notice.alarm.devices),
    )
