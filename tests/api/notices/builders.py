"""Alarms, notices and people with defaults, so that a test names only what it is about."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from analytics.alarms.alarm import Alarm, AlarmId, Cause, CauseKind, Condition
from analytics.alarms.notice import Notice, NoticeId, NoticeKind
from analytics.faults.fault import Consequence, Priority, RuleId
from ingest.contract.identity import DeviceId, SiteId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.model import (
    Contract,
    Entry,
    Language,
    Person,
    PersonRole,
    Provenance,
    Site,
)
from ingest.registry.registry import Entered, Registry
from tests.api import builders

NOW = builders.NOW  # midnight of Saturday, 2026-10-03, in Phnom Penh
LAMP = DeviceId("kh-lamp-1")


def a_cause(
    rule: str = "lamp_out", kind: CauseKind = CauseKind.DEVICE, subject: str = LAMP
) -> Cause:
    return Cause(kind=kind, subject=subject, rule=RuleId(rule))


def an_alarm(**changed: object) -> Alarm:
    alarm = Alarm(
        id=AlarmId(7),
        cause=a_cause(),
        consequence=Consequence.ALARM,
        priority=Priority.MEDIUM,
        zone="kh-coast",
        country="KH",
        device_class=DeviceClass.STREETLIGHT,
        devices=(LAMP,),
        condition=Condition.ACTIVE,
        began_at=micros(datetime.fromisoformat("2026-10-02T15:00:00Z")),
        raised_at=micros(datetime.fromisoformat("2026-10-02T15:15:00Z")),
    )
    return replace(alarm, **cast("Any", changed))


def a_notice(
    alarm: Alarm | None = None,
    kind: NoticeKind = NoticeKind.RAISED,
    *,
    number: int = 1,
    step: int = 0,
    due: datetime = NOW,
) -> Notice:
    return Notice(
        id=NoticeId(number), kind=kind, step=step, due_at=micros(due), alarm=alarm or an_alarm()
    )


def a_person(name: str = "technician-1", **changed: object) -> Person:
    person = Person(
        id=name,
        role=PersonRole.TECHNICIAN,
        title="Technician on duty",
        language=Language.KHMER,
        zones=(),
        device_classes=(),
        channels=("sms:crew", "mail:crew"),
        quiet="",
    )
    return replace(person, **cast("Any", changed))


def a_registry(
    *more: Entry, road: str = "Airport Road", provenance: Provenance = Provenance.REAL
) -> Registry:
    """Return the builders' programme, its first site at a road, its lamps under warranty."""
    lot = replace(builders.a_lot(), supplier="a supplier", warranty_until=date(2027, 1, 14))
    site = Site(
        id=SiteId("kh-site"),
        zone=builders.a_zone("kh-coast", "KH", "", "0", "0").id,
        name=road,
        latitude=Decimal("10.6000"),
        longitude=Decimal("103.5000"),
    )
    contract = Contract(
        id="c1",
        lot=lot.id,
        site=None,
        contractor="a builder",
        response_hours=48,
        until=None,
        source="s",
    )
    later: list[Entry] = [site, lot, contract, builders.a_gateway("kh-gw", "kh-site", provenance)]
    return Registry(
        [
            *builders.a_registry().entries,
            *(Entered(change=2, valid_from=0, item=item) for item in [*later, *more]),
        ]
    )
