"""From groups of faults and the alarms there were to the alarms there are.

Condition and acknowledgement are two axes; shelved, suppressed and out of service say why nobody is
told (ISA-18.2's words). A cause that comes back soon is the same alarm, unacknowledged again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from analytics.alarms.action import Action, ActionKind
from analytics.alarms.alarm import Alarm, AlarmId, CauseKind, Condition
from analytics.alarms.grouping import Group
from analytics.alarms.places import Places
from analytics.alarms.policy import Policy
from analytics.alarms.spans import FaultKey, key_of, stretches
from analytics.faults.fault import Fault
from analytics.uptime.exclusions import Exclusion
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

NEW: Final = AlarmId(0)  # of an alarm that has no number yet
Subject = tuple[CauseKind, str]


class Suppression(StrEnum):
    """Why nobody is told of an alarm; an exclusion's reason is one, too."""

    CAUSE = "cause"  # a wider cause explains it
    LATE = "late"  # proven by late data alone: history
    MAINTENANCE = "maintenance"
    GRID_OUTAGE = "grid_outage"
    FORCE_MAJEURE = "force_majeure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An alarm with the faults it is of."""

    alarm: Alarm
    faults: frozenset[FaultKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What decides besides faults on what becomes of them."""

    places: Places
    policy: Policy
    exclusions: Sequence[Exclusion] = ()
    out_of_service: Collection[str] = ()  # devices
    now: int  # by our clock, in microseconds


def alarms_now(
    groups: Iterable[Group], kept: Iterable[Kept], faults: Iterable[Fault], around: Circumstances
) -> list[Kept]:
    """Return every alarm that is new or may have changed.

    Args:
        groups: Faults by cause.
        kept: The alarms that are open, and those cleared lately.
        faults: All faults that groups were made of.
        around: What else decides.
    """
    left: dict[Subject, list[Kept]] = defaultdict(list)
    for one in sorted(kept, key=lambda each: each.alarm.id):
        left[one.alarm.cause.kind, one.alarm.cause.subject].append(one)
    found: list[Kept] = []
    for group in groups:
        own = left[group.cause.kind, group.cause.subject]
        before = _match(group, own, around.policy)
        if before is not None:
            own.remove(before)
        elif group.held:
            continue
        found.append(_updated(group, before, around))
    return found + _explained((one for own in left.values() for one in own), faults)


def _match(group: Group, kept: Iterable[Kept], policy: Policy) -> Kept | None:
    """Return the alarm a group goes on with: it has some of its faults, or the same cause."""
    keys = {key_of(fault) for fault in group.faults}
    return next((one for one in kept if _same(group, keys, one, policy)), None)


def _same(group: Group, keys: set[FaultKey], one: Kept, policy: Policy) -> bool:
    if keys & one.faults:
        return True
    ended = one.alarm.cleared_at
    soon = ended is None or group.faults[0].began_at <= ended + policy.again_within_us
    return one.alarm.cause == group.cause and soon


def _updated(group: Group, before: Kept | None, around: Circumstances) -> Kept:
    """Return an alarm as its faults are now."""
    own = frozenset(map(key_of, group.faults))
    runs = stretches(group.faults)
    last = runs[-1]
    ends = [fault.cleared_at for fault in last]
    cleared = None if None in ends else max(end for end in ends if end is not None)
    alarm = Alarm(
        id=NEW if before is None else before.alarm.id,
        cause=group.cause,
        consequence=group.consequence,
        priority=around.policy.priority(group.cause.kind, group.cause.rule),
        zone=_zone(group, around.places),
        country=_country(group, around.places),
        device_class=_device_class(group.devices, around.places),
        devices=_members(group, before),
        condition=Condition.ACTIVE if cleared is None else Condition.CLEARED,
        began_at=min(fault.began_at for fault in group.faults),
        raised_at=min(fault.raised_at for fault in last),
        cleared_at=cleared,
        known_at=min(fault.proven_at for fault in last),
        raises=_lately(runs, around),
        suppressed=_suppressed(group, last, around),
        out_of_service=_all_out(group.devices, around.out_of_service),
        evidence=last[0].evidence,
    )
    faults = own if before is None else own | before.faults
    return Kept(alarm=_as_people_left_it(alarm, before, around.now), faults=faults)


def _members(group: Group, before: Kept | None) -> tuple[DeviceId, ...]:
    known = () if before is None else before.alarm.devices
    return tuple(sorted({*known, *group.devices}))


def _as_people_left_it(alarm: Alarm, before: Kept | None, now: int) -> Alarm:
    """Return an alarm with its acknowledgement, unless it was raised again, and its shelf."""
    if before is None:
        return alarm
    known = before.alarm
    again = known.condition is Condition.CLEARED and alarm.condition is Condition.ACTIVE
    shelved = known.shelved_until
    return replace(
        alarm,
        acknowledged_at=None if again else known.acknowledged_at,
        acknowledged_by=None if again else known.acknowledged_by,
        shelved_until=shelved if shelved is not None and shelved > now else None,
    )


def _explained(kept: Iterable[Kept], faults: Iterable[Fault]) -> list[Kept]:
    """Return alarms whose faults have gone into a wider cause: they end with those faults."""
    known = {key_of(fault): fault for fault in faults}
    found = []
    for one in kept:
        own = [known[key] for key in one.faults if key in known]
        if one.alarm.condition is Condition.CLEARED or not own:
            continue
        ends = [fault.cleared_at for fault in own]
        over = None if None in ends else max(end for end in ends if end is not None)
        alarm = replace(
            one.alarm,
            condition=Condition.ACTIVE if over is None else Condition.CLEARED,
            cleared_at=over,
            suppressed=Suppression.CAUSE if over is None else None,
        )
        found.append(Kept(alarm=alarm, faults=one.faults))
    return found


def _lately(runs: Sequence[Sequence[Fault]], around: Circumstances) -> int:
    """Return how often a cause was raised lately."""
    since = around.now - around.policy.chattering_within_us
    return sum(run[0].raised_at >= since for run in runs)


def is_chattering(alarm: Alarm, policy: Policy) -> bool:
    """Tell whether an alarm comes and goes."""
    return alarm.raises >= policy.chattering_raises


def is_stale(alarm: Alarm, policy: Policy, now: int) -> bool:
    """Tell whether an alarm has been open for long and nobody acknowledged it."""
    unseen = alarm.condition is Condition.ACTIVE and alarm.acknowledged_at is None
    return unseen and now - alarm.raised_at > policy.stale_after_us


def is_told(alarm: Alarm, now: int) -> bool:
    """Tell whether an alarm is there to be told of: not suppressed, out of service or shelved."""
    shelved = alarm.shelved_until is not None and alarm.shelved_until > now
    return not alarm.suppressed and not alarm.out_of_service and not shelved


def done(alarm: Alarm, action: Action) -> Alarm:
    """Return an alarm after somebody did something with it."""
    match action.kind:
        case ActionKind.ACKNOWLEDGE:
            if alarm.acknowledged_at is not None:
                return alarm
            return replace(alarm, acknowledged_at=action.at, acknowledged_by=action.actor)
        case ActionKind.SHELVE:
            return replace(alarm, shelved_until=action.until)
        case ActionKind.UNSHELVE:
            return replace(alarm, shelved_until=None)
        case ActionKind.COMMENT:
            return alarm


def _zone(group: Group, places: Places) -> str:
    place = places.of(group.faults[0].subject)
    return "" if place is None else place.zone


def _country(group: Group, places: Places) -> str:
    zone = places.registry.zone(_zone(group, places))
    return "" if zone is None else zone.country


def _device_class(devices: Sequence[DeviceId], places: Places) -> DeviceClass | None:
    found = {
        place.device.device_class for place in map(places.of, devices) if place and place.device
    }
    return found.pop() if len(found) == 1 else None


def _suppressed(group: Group, last: Sequence[Fault], around: Circumstances) -> str | None:
    if group.held and any(fault.cleared_at is None for fault in last):
        return Suppression.CAUSE
    if all(fault.late for fault in last):
        return Suppression.LATE
    return _excluded(group.devices, around)


def _excluded(devices: Sequence[DeviceId], around: Circumstances) -> str | None:
    """Return why a contract or a plan excuses all devices of an alarm now."""
    standing = [each for each in around.exclusions if around.now in each.period]
    if not standing or not devices:
        return None
    reasons = {_reason(device, standing, around.places) for device in devices}
    return None if None in reasons else min(str(reason) for reason in reasons)


def _reason(device: DeviceId, standing: Iterable[Exclusion], places: Places) -> str | None:
    place = places.of(device)
    if place is None or place.device is None:
        return None
    known = place.device
    concerned = (each for each in standing if each.concerns(places.registry, known))
    return next((str(each.reason) for each in concerned), None)


def _all_out(devices: Sequence[DeviceId], out_of_service: Collection[str]) -> bool:
    return bool(devices) and all(device in out_of_service for device in devices)
