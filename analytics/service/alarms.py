"""Alarms in the catalog: with the devices they reach, their faults, and what people did."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from analytics.alarms.action import Action, ActionKind
from analytics.alarms.alarm import Alarm, AlarmId, Cause, CauseKind, Condition
from analytics.alarms.lifecycle import Kept, done
from analytics.alarms.spans import FaultKey
from analytics.faults.fault import Consequence, Priority, RuleId
from analytics.service.alarmtables import ALARM, ALARM_ACTION, ALARM_DEVICE, ALARM_FAULT
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

_PEOPLES: Final = ("acknowledged_at", "acknowledged_by", "shelved_until")
_MANY: Final = 500  # names in one question to a database


def alarms_since(connection: sa.Connection, since: int) -> list[Alarm]:
    """Return the active alarms and those cleared since an instant, by number."""
    holds = ALARM.c.condition == str(Condition.ACTIVE)
    return alarms(connection, holds | (ALARM.c.cleared_at >= since))


def alarms(
    connection: sa.Connection, *which: sa.ColumnElement[bool], limit: int | None = None
) -> list[Alarm]:
    """Return alarms by number, the newest first where there is a limit."""
    order = ALARM.c.id if limit is None else ALARM.c.id.desc()
    rows = connection.execute(sa.select(ALARM).where(*which).order_by(order).limit(limit)).all()
    devices = _devices(connection, [row.id for row in rows])
    return [_alarm(row, devices.get(row.id, ())) for row in rows]


def alarm(connection: sa.Connection, number: int) -> Alarm | None:
    """Return an alarm, or None where there is none of that number."""
    return next(iter(alarms(connection, ALARM.c.id == number)), None)


def kept_since(connection: sa.Connection, since: int) -> list[Kept]:
    """Return the active alarms and those cleared since an instant, with the faults they are of."""
    known = alarms_since(connection, since)
    faults: dict[int, set[FaultKey]] = {}
    for part in _parts([each.id for each in known]):
        query = sa.select(ALARM_FAULT).where(ALARM_FAULT.c.alarm.in_(part))
        for row in connection.execute(query):
            faults.setdefault(row.alarm, set()).add((RuleId(row.rule), row.subject, row.began_at))
    return [Kept(alarm=each, faults=frozenset(faults.get(each.id, ()))) for each in known]


def put(connection: sa.Connection, after: Kept, before: Kept | None) -> Kept:
    """Write an alarm as it is now, and return it with its number; people's columns are theirs."""
    if before is None:
        made = connection.execute(sa.insert(ALARM).values(_row(after.alarm))).inserted_primary_key
        assert made is not None  # noqa: S101 - of one inserted row there always is one
        after = replace(after, alarm=replace(after.alarm, id=AlarmId(made[0])))
    elif _row(after.alarm) != _row(before.alarm):
        values = {name: each for name, each in _row(after.alarm).items() if name not in _PEOPLES}
        if before.alarm.acknowledged_at is not None and after.alarm.acknowledged_at is None:
            values |= {"acknowledged_at": None, "acknowledged_by": None}
        connection.execute(sa.update(ALARM).where(ALARM.c.id == after.alarm.id).values(values))
    _put_members(connection, after, before)
    return after


def act(connection: sa.Connection, known: Alarm, action: Action) -> Alarm:
    """Write down what somebody did with an alarm, and return it as it is then."""
    after = done(known, action)
    connection.execute(
        sa.insert(ALARM_ACTION).values(
            alarm=known.id,
            kind=str(action.kind),
            actor=action.actor,
            at=action.at,
            until=action.until,
            text=action.text,
        )
    )
    values = {name: getattr(after, name) for name in _PEOPLES}
    if after != known:
        connection.execute(sa.update(ALARM).where(ALARM.c.id == known.id).values(values))
    return after


def actions(connection: sa.Connection, number: int) -> list[Action]:
    """Return what people did with an alarm, in order."""
    query = (
        sa.select(ALARM_ACTION).where(ALARM_ACTION.c.alarm == number).order_by(ALARM_ACTION.c.id)
    )
    return [
        Action(
            kind=ActionKind(row.kind),
            actor=row.actor,
            at=row.at,
            until=row.until,
            text=row.text,
        )
        for row in connection.execute(query)
    ]


def reaching(device: str) -> "sa.Select[tuple[int]]":
    """Return the question for the numbers of all alarms that reach a device."""
    return sa.select(ALARM_DEVICE.c.alarm).where(ALARM_DEVICE.c.device == device)


def _put_members(connection: sa.Connection, after: Kept, before: Kept | None) -> None:
    number = after.alarm.id
    devices = set(after.alarm.devices) - (set(before.alarm.devices) if before else set())
    if devices:
        rows = [{"alarm": number, "device": each} for each in sorted(devices)]
        connection.execute(sa.insert(ALARM_DEVICE), rows)
    faults = after.faults - (before.faults if before else frozenset())
    if faults:
        names = ("rule", "subject", "began_at")
        own = [{"alarm": number} | dict(zip(names, key, strict=True)) for key in sorted(faults)]
        connection.execute(sa.insert(ALARM_FAULT), own)


def _devices(
    connection: sa.Connection, numbers: Sequence[int]
) -> Mapping[int, tuple[DeviceId, ...]]:
    found: dict[int, list[DeviceId]] = {}
    for part in _parts(numbers):
        query = sa.select(ALARM_DEVICE).where(ALARM_DEVICE.c.alarm.in_(part))
        for row in connection.execute(query):
            found.setdefault(row.alarm, []).append(DeviceId(row.device))
    return {number: tuple(sorted(own)) for number, own in found.items()}


def _parts(numbers: Sequence[int]) -> Iterable[Sequence[int]]:
    return (numbers[start : start + _MANY] for start in range(0, len(numbers), _MANY))


def _row(known: Alarm) -> dict[str, object]:
    return {
        "kind": str(known.cause.kind),
        "subject": known.cause.subject,
        "rule": known.cause.rule,
        "consequence": str(known.consequence),
        "priority": str(known.priority),
        "zone": known.zone,
        "country": known.country,
        "device_class": None if known.device_class is None else str(known.device_class),
        "condition": str(known.condition),
        "began_at": known.began_at,
        "raised_at": known.raised_at,
        "cleared_at": known.cleared_at,
        "acknowledged_at": known.acknowledged_at,
        "acknowledged_by": known.acknowledged_by,
        "shelved_until": known.shelved_until,
        "suppressed": known.suppressed,
        "out_of_service": known.out_of_service,
        "known_at": known.known_at,
        "raises": known.raises,
        "evidence": json.dumps(dict(known.evidence), sort_keys=True),
    }


def _alarm(row: "sa.Row[Any]", devices: tuple[DeviceId, ...]) -> Alarm:
    return Alarm(
        id=AlarmId(row.id),
        cause=Cause(kind=CauseKind(row.kind), subject=row.subject, rule=RuleId(row.rule)),
        consequence=Consequence(row.consequence),
        priority=Priority(row.priority),
        zone=row.zone,
        country=row.country,
        device_class=None if row.device_class is None else DeviceClass(row.device_class),
        devices=devices,
        condition=Condition(row.condition),
        began_at=row.began_at,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        shelved_until=row.shelved_until,
        suppressed=row.suppressed,
        out_of_service=row.out_of_service,
        known_at=row.known_at,
        raises=row.raises,
        evidence=json.loads(row.evidence),
    )
