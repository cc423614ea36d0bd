"""Faults and a zone of lamps and PV sets behind gateways, for tests of what becomes of faults."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from analytics.alarms.alarm import Alarm, AlarmId, Cause, CauseKind, Condition
from analytics.alarms.grouping import grouped
from analytics.alarms.lifecycle import Circumstances, Kept, alarms_now
from analytics.alarms.places import Places
from analytics.alarms.policy import policy
from analytics.faults.fault import Consequence, Fault, Priority, RuleId
from ingest.contract.identity import DeviceId, GatewayId, SiteId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, Entry, GridConnection, Provenance, SimCard
from ingest.registry.registry import Entered, Registry
from tests.builders import a_device, a_pv_set, a_zone
from tests.ingest.registry import builders

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_793_000_000_000_000
POLICY = policy()


def a_fault(rule: str, subject: str, began_at: int = START, **changed: object) -> Fault:
    fault = Fault(
        rule=RuleId(rule),
        subject=subject,
        consequence=Consequence.ALARM,
        began_at=began_at,
        raised_at=began_at + 15 * MINUTE,
        proven_at=began_at + 15 * MINUTE,
    )
    return replace(fault, **cast("Any", changed))


def cleared(fault: Fault, at: int) -> Fault:
    return replace(fault, cleared_at=at)


def a_programme(
    gateways: int = 3,
    lamps: int = 10,
    sets: int = 0,
    *,
    operators: Sequence[str] = (),
    off_grid: int = 0,
) -> Registry:
    """Return a zone with gateways gw-0…, each at a site of its own with lamps and PV sets."""
    zone = a_zone()
    items: list[Entry] = [zone]
    for number in range(gateways):
        operator = operators[number % len(operators)] if operators else None
        if operator is not None:
            card = SimCard(number=f"{number:019d}", operator=operator, plan="", expires=None)
            items.append(card)
        site = SiteId(f"site-{number}")
        gateway = GatewayId(f"gw-{number}")
        items += [
            builders.a_site(id=site, zone=zone.id, name=f"Road {number}"),
            builders.a_gateway(
                id=gateway,
                site=site,
                provenance=Provenance.REAL,
                sim=None if operator is None else f"{number:019d}",
            ),
            *_devices(gateway, number, lamps, sets, off_grid),
        ]
    return Registry(Entered(change=1, valid_from=0, item=item) for item in items)


def _devices(
    gateway: GatewayId, number: int, lamps: int, sets: int, off_grid: int
) -> Iterable[Device]:
    for each in range(lamps):
        place = Decimal("10.6") + Decimal(each) / 1000 + Decimal(number) / 100
        yield a_device(
            f"lamp-{number}-{each}",
            gateway=gateway,
            painted_number=f"L{number}-{each}",
            latitude=place,
            longitude=Decimal("103.5"),
        )
    for each in range(sets):
        yield a_pv_set(f"pv-{number}-{each}", gateway=gateway)
    for each in range(off_grid):
        yield a_pv_set(f"off-{number}-{each}", gateway=gateway, grid_connection=GridConnection.OFF)


def causes(faults: Iterable[Fault], registry: Registry, now: int = START + HOUR) -> set[str]:
    """Return the causes that nothing wider holds, as texts."""
    found = grouped(faults, Places(registry), POLICY, now)
    return {
        f"{one.cause.kind} {one.cause.subject} {one.cause.rule}" for one in found if not one.held
    }


def around(registry: Registry, now: int, **changed: object) -> Circumstances:
    found = Circumstances(places=Places(registry), policy=POLICY, now=now)
    return replace(found, **cast("Any", changed))


def looked(
    faults: Sequence[Fault], kept: Iterable[Kept], given: Circumstances
) -> dict[AlarmId, Kept]:
    """Look once as the keeper does: number what is new, and keep what has not changed."""
    found = {one.alarm.id: one for one in kept}
    groups = grouped(faults, given.places, given.policy, given.now)
    for one in alarms_now(groups, found.values(), faults, given):
        number = one.alarm.id or AlarmId(len(found) + 1)
        found[number] = replace(one, alarm=replace(one.alarm, id=number))
    return found


def an_alarm(**changed: object) -> Alarm:
    alarm = Alarm(
        id=AlarmId(1),
        cause=Cause(kind=CauseKind.DEVICE, subject="lamp-0-1", rule=RuleId("lamp_out")),
        consequence=Consequence.ALARM,
        priority=Priority.MEDIUM,
        zone="kh-test",
        country="KH",
        device_class=DeviceClass.STREETLIGHT,
        devices=(DeviceId("lamp-0-1"),),
        condition=Condition.ACTIVE,
        began_at=START,
        raised_at=START + 15 * MINUTE,
        known_at=START + 15 * MINUTE,
    )
    return replace(alarm, **cast("Any", changed))
