"""What a figure was made of, and what was made of a message."""

import re
from datetime import date
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends

from analytics.periods import Days
from analytics.report import Scope
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.closing import revisions
from api.closing.making import scope_text
from api.closing.revisions import Revision
from api.closing.seeing import sees
from api.lineage import walk
from api.lineage.compute import Lineage, LineageError
from api.lineage.figure import Part, of_now, of_revision
from api.lineage.shown import (
    DeviceDayLineage,
    LineageShown,
    MessageLineage,
    MessageShown,
    RevisionShown,
)
from api.lineage.walk import DeviceDayName
from api.problems import not_found
from api.reports.endpoints import asked_period
from api.sources import Given, Sources, Whole
from ingest import taken
from ingest.archive import Position

router = APIRouter(tags=["lineage"])

DEVICE_DAY: Final = re.compile(r"device-day:([^~]{1,63})~(\d{4}-\d\d-\d\d)")
MESSAGE: Final = re.compile(r"message:([^~/]{1,80})~(\d{1,15})~(\d{1,9})")


PartAsked = Annotated[Part, Depends()]


@router.get("/lineage/{lineage}")
def lineage(
    lineage: str,
    sources: Given,
    whole: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.READ))],
    part: PartAsked,
) -> LineageShown | DeviceDayLineage | MessageLineage:
    """Return what a figure was made of, or `device-day:ID~DAY`, or what `message:PLACE` made.

    What is larger than anybody looks at comes in `parts`: a zone each, a month, a day.
    """
    if fits := DEVICE_DAY.fullmatch(lineage):
        return device_day_lineage(sources, fits[1], fits[2])
    if fits := MESSAGE.fullmatch(lineage):
        return message_lineage(sources, Position(fits[1], int(fits[2])), int(fits[3]))
    return figure_lineage(sources, whole, actor, lineage, part)


def figure_lineage(
    sources: Sources, whole: Sources, actor: Actor, name: str, part: Part
) -> LineageShown:
    """Return what a figure was made of, or raise a problem that names what is wrong."""
    try:
        asked = Lineage.parse(name)
    except LineageError as error:
        raise not_found("lineage", repr(error.text)) from error
    named, days = asked_period(sources, asked.scope, asked.period)
    if not sees(actor, whole.registry(), named):
        if part.revision is not None:
            raise not_found("revision", part.revision)
        return of_now(sources, asked, named, days, part)
    with sources.catalog.connect() as connection:
        pinned = _revision(connection, named, days, part.revision)
        if pinned is not None:
            return of_revision(connection, whole, pinned, asked, named, days, part)
    return of_now(sources, asked, named, days, part)


def _revision(
    connection: sa.Connection, scope: Scope, days: Days, number: int | None
) -> Revision | None:
    known = revisions.history(connection, scope_text(scope), days.label)
    if number is None:
        return known[-1] if known else None
    for each in known:
        if each.number == number:
            return each
    raise not_found("revision", number)


def device_day_lineage(sources: Sources, device: str, text: str) -> DeviceDayLineage:
    """Return the messages that may have told of a device-day, and the revisions on it."""
    registry = sources.registry()
    found, day = registry.device(device), _day(text)
    if found is None or day is None:
        raise not_found("device-day", f"{device} {text}")
    with sources.catalog.connect() as connection:
        return DeviceDayLineage(
            device=device,
            day=day,
            messages=[
                MessageShown.of(one) for one in walk.messages_of(connection, registry, found, day)
            ],
            revisions=_on(connection, sources, [DeviceDayName(device=device, day=day)]),
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def message_lineage(sources: Sources, place: Position, index: int) -> MessageLineage:
    """Return the device-days that a message may have told of, and the revisions on them."""
    with sources.catalog.connect() as connection:
        found = taken.at(connection, place, index)
        if found is None or not sources.sees(found.gateway):
            raise not_found("message", f"{place.file} {place.offset} {index}")
        days = walk.device_days_of(connection, sources.registry(), found)
        return MessageLineage(
            message=MessageShown.of(found),
            device_days=[f"/v1/lineage/device-day:{one.device}~{one.day}" for one in days],
            revisions=_on(connection, sources, days),
        )


def _on(
    connection: sa.Connection, sources: Sources, days: list[DeviceDayName]
) -> list[RevisionShown]:
    return [
        RevisionShown(scope=one.scope, period=one.period, number=one.number)
        for one in walk.revisions_on(connection, sources.registry(), days)
    ]
