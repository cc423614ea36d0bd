"""A device's life over HTTP: what happened to it is appended, never altered.

A replacement and a move enter the registry, too, valid from their instant on. The counters that a
replacement tells go into the hours, and a span out of service is taken out of the availability
where whoever writes it down may decide that.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field, FiniteFloat

from analytics.counter_changes import CounterChange
from analytics.uptime.exclusions import Reason
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.forms import period_between
from api.evidence.endpoints import require_known
from api.instants import shown
from api.life.effects import enter_changes, enter_exclusion
from api.problems import not_found, unprocessable
from api.sources import Given, Sources
from api.tables import LIFE_EVENT
from api.visits.endpoints import Text
from ingest.audit import journal
from ingest.checks import AHEAD, EARLIEST
from ingest.contract.catalog import metric
from ingest.contract.metric import Kind
from ingest.contract.period import micros
from ingest.registry import tables
from ingest.registry.model import Device

router = APIRouter(tags=["devices"])

MayEnter = Annotated[Actor, Depends(Require(Permission.ENTER_FIELDWORK))]


class LifeKind(StrEnum):
    """What can become of a device."""

    REPLACEMENT = "replacement"
    MOVE = "move"
    OUT_OF_SERVICE = "out_of_service"
    MAINTENANCE = "maintenance"


_REASONS: Final = {
    LifeKind.MAINTENANCE: Reason.MAINTENANCE,
    LifeKind.OUT_OF_SERVICE: Reason.OUT_OF_SERVICE,
}


class Counters(BaseModel):
    """Where the old counter ended and the new one starts, in the unit of the metric."""

    metric: Annotated[str, Field(max_length=63)]
    old_end: Annotated[FiniteFloat, Field(ge=0)]
    new_start: Annotated[FiniteFloat, Field(ge=0)]


class NewEvent(BaseModel):
    """Something that happened to a device; each kind has its own of the fields."""

    kind: LifeKind
    since: AwareDatetime
    until: AwareDatetime | None = None  # of maintenance and out of service, where it is known
    serial: Text | None = None  # of a replacement: the new one's
    counters: Annotated[list[Counters], Field(max_length=20)] = []
    latitude: Annotated[FiniteFloat, Field(ge=-90, le=90)] | None = None  # of a move
    longitude: Annotated[FiniteFloat, Field(ge=-180, le=180)] | None = None
    why: Text
    evidence: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None


class EventShown(BaseModel):
    """Something that happened to a device, and who wrote it down."""

    id: int
    device: str
    kind: LifeKind
    since: str | None
    until: str | None
    serial: str | None
    counters: list[Counters]
    why: str
    evidence: int | None
    exclusion: int | None = None  # of availability; null where none is decided
    entered_by: str
    entered_at: str | None


@router.post("/devices/{device}/life", status_code=HTTPStatus.CREATED)
def add_event(device: str, event: NewEvent, sources: Given, actor: MayEnter) -> EventShown:
    """Write down what happened to a device."""
    before = sources.registry().device(device)
    if before is None:
        raise not_found("device", device)
    now = sources.clock.now()
    _check(event, before)
    if not EARLIEST <= event.since <= now + AHEAD and event.kind is not LifeKind.MAINTENANCE:
        raise unprocessable("since: expected an instant that has passed, after 2000")
    require_known(sources, event.evidence)
    told = event.model_dump(mode="json", include={"serial", "counters", "why", "evidence"})
    values: dict[str, object] = {
        "device": device,
        "kind": event.kind,
        "since": micros(event.since),
        "until": None if event.until is None else micros(event.until),
        "entered_by": actor.name,
        "entered_at": micros(now),
    }
    with sources.catalog.begin() as connection:
        journal.append(connection, actor.deed(f"device.{event.kind}", f"device:{device}"), at=now)
        if (after := _after(before, event)) != before:
            entry, source = (micros(event.since), after), f"{event.kind}: {event.why}"
            tables.append(connection, [entry], actor=actor.name, source=source, known_at=now)
        enter_changes(connection, sources, actor, _changes(before, event))
        told["exclusion"] = _excluded(connection, sources, actor, before, event)
        values["told"] = json.dumps(told)
        key = connection.execute(sa.insert(LIFE_EVENT).values(values)).inserted_primary_key
        assert key is not None  # noqa: S101 - of one inserted row there always is one
        row = connection.execute(sa.select(LIFE_EVENT).where(LIFE_EVENT.c.id == key[0])).one()
    return _shown(row)


@router.get("/devices/{device}/life")
def life(device: str, sources: Given) -> list[EventShown]:
    """Return what happened to a device, in the order it was written down."""
    return _of(sources, device)


def _of(sources: Sources, device: str) -> list[EventShown]:
    if sources.registry().device(device) is None:
        raise not_found("device", device)
    query = sa.select(LIFE_EVENT).where(LIFE_EVENT.c.device == device).order_by(LIFE_EVENT.c.id)
    with sources.catalog.connect() as connection:
        return [_shown(row) for row in connection.execute(query)]


def _check(event: NewEvent, device: Device) -> None:
    if event.until is not None and event.until <= event.since:
        raise unprocessable("until: expected an instant after since")
    if (event.kind is LifeKind.REPLACEMENT) != (event.serial is not None):
        raise unprocessable("serial: expected of a replacement, and of nothing else")
    moved = event.latitude is not None and event.longitude is not None
    if (event.kind is LifeKind.MOVE) != moved:
        raise unprocessable("latitude: expected of a move, with longitude, and of nothing else")
    for place, each in enumerate(event.counters):
        known = metric(device.device_class, each.metric)
        if (
            event.kind is not LifeKind.REPLACEMENT
            or known is None
            or known.kind is not Kind.COUNTER
        ):
            told = f"expected a counter of a {device.device_class}, of a replacement"
            raise unprocessable(f"counters.{place}.metric: {told}")


def _changes(device: Device, event: NewEvent) -> Iterator[CounterChange]:
    for each in event.counters:
        yield CounterChange(
            device=device.id,
            metric=each.metric,
            at=micros(event.since),
            old_end=each.old_end,
            new_start=each.new_start,
            text=event.why,
        )


def _excluded(
    connection: sa.Connection, sources: Sources, actor: Actor, device: Device, event: NewEvent
) -> int | None:
    reason = _REASONS.get(event.kind)
    if reason is None or event.until is None:
        return None
    period = period_between(event.since, event.until)
    return enter_exclusion(
        connection, sources, actor, device=device.id, period=period, reason=reason, text=event.why
    )


def _after(device: Device, event: NewEvent) -> Device:
    if event.serial is not None:
        return replace(device, serial=event.serial)
    if event.latitude is not None and event.longitude is not None:
        where = Decimal(f"{event.latitude:.6f}"), Decimal(f"{event.longitude:.6f}")
        return replace(device, latitude=where[0], longitude=where[1])
    return device


def _shown(row: "sa.Row[tuple[object, ...]]") -> EventShown:
    return EventShown(
        id=row.id,
        device=row.device,
        kind=row.kind,
        since=shown(row.since),
        until=shown(row.until),
        entered_by=row.entered_by,
        entered_at=shown(row.entered_at),
        **json.loads(row.told),
    )
