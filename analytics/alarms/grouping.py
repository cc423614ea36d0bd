"""Which faults have one cause: a dead gateway, a feeder, the grid, the weather, or one device.

A pure function of the set of faults: neither their order nor how they came in batches matters.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from analytics.alarms.alarm import Cause, CauseKind
from analytics.alarms.places import Places
from analytics.alarms.policy import Policy
from analytics.alarms.shared import Shared, shared_causes
from analytics.alarms.spans import FaultKey, end_of, episodes, key_of, touch
from analytics.faults.fault import Consequence, Fault, RuleId
from ingest.contract.identity import DeviceId

GATEWAY_DOWN: Final = RuleId("gateway_down")
_REPAIRS: Final = (Consequence.ALARM, Consequence.WARNING)
Subject = tuple[str, RuleId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The faults of one cause."""

    cause: Cause
    consequence: Consequence
    faults: tuple[Fault, ...]  # in the order they began
    devices: tuple[DeviceId, ...]  # whom the cause reaches, in order
    held: bool = False  # whether a wider cause explains it


def grouped(faults: Iterable[Fault], places: Places, policy: Policy, now: int) -> list[Group]:
    """Return the faults by cause, the wide causes first; marks and information are none.

    Args:
        faults: Those that hold, and those that held lately.
        places: Where their subjects stand; what nobody knows is left out.
        policy: Which faults have one cause.
        now: By our clock, in microseconds.
    """
    known = [each for each in sorted(faults, key=_order) if places.of(each.subject) is not None]
    repairs = [each for each in known if each.consequence in _REPAIRS]
    hidden = _behind_dead_gateways(repairs, places, policy, now)
    wide = shared_causes([f for f in repairs if key_of(f) not in hidden], places, policy)
    air = [each for each in known if each.consequence is Consequence.ENVIRONMENT]
    haze = shared_causes(air, places, policy)
    held = hidden | {key_of(fault) for one in (*wide, *haze) for fault in one.faults}
    return [
        *(_shared(one, places) for one in (*wide, *haze)),
        *_by_subject(repairs, places, policy, held),
        *_stations(air, policy, held),
    ]


def _order(fault: Fault) -> tuple[int, str, str]:
    return fault.began_at, fault.rule, fault.subject


def _behind_dead_gateways(
    faults: Sequence[Fault], places: Places, policy: Policy, now: int
) -> set[FaultKey]:
    """Return the silences that a dead gateway hides, until it has been back for a while."""
    down: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        if fault.rule == GATEWAY_DOWN:
            down[fault.subject].append(fault)
    return {
        key_of(fault)
        for fault in faults
        if fault.rule in policy.hidden
        and any(_hides(each, fault, policy, now) for each in down.get(_gateway(fault, places), ()))
    }


def _hides(gateway: Fault, child: Fault, policy: Policy, now: int) -> bool:
    began = gateway.began_at - policy.settle_us <= child.began_at
    until = end_of(gateway) + policy.settle_us
    over = now if child.cleared_at is None else child.cleared_at
    return began and child.began_at <= until and over <= until


def _gateway(fault: Fault, places: Places) -> str:
    place = places.of(fault.subject)
    return "" if place is None else place.gateway


def _shared(found: Shared, places: Places) -> Group:
    first = found.faults[0]
    return Group(
        cause=Cause(kind=found.common.kind, subject=found.subject, rule=first.rule),
        consequence=first.consequence,
        faults=found.faults,
        devices=_reached(found.faults, places),
    )


def _reached(faults: Iterable[Fault], places: Places) -> tuple[DeviceId, ...]:
    """Return whom faults reach: a device itself, and all devices of a gateway."""
    found = set[DeviceId]()
    for fault in faults:
        if fault.subject in places.all_gateways:
            found.update(places.served_by([fault.subject]))
        else:
            found.add(DeviceId(fault.subject))
    return tuple(sorted(found))


def _by_subject(
    faults: Sequence[Fault], places: Places, policy: Policy, held: AbstractSet[FaultKey]
) -> Iterator[Group]:
    """Yield the causes of single devices and gateways: what explains another takes it in."""
    own: dict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        own[fault.subject].append(fault)
    for subject, theirs in sorted(own.items()):
        by_head: dict[RuleId, list[Fault]] = defaultdict(list)
        for fault in theirs:
            by_head[_head(fault, theirs, policy).rule].append(fault)
        kind = CauseKind.GATEWAY if subject in places.all_gateways else CauseKind.DEVICE
        for rule, explained in sorted(by_head.items()):
            cause = Cause(kind=kind, subject=subject, rule=rule)
            for run in episodes(explained, policy.again_within_us):
                yield _single(cause, run, places, held)


def _head(fault: Fault, theirs: Sequence[Fault], policy: Policy) -> Fault:
    """Return what explains a fault in the end, itself where nothing does."""
    for other in theirs:
        explained = policy.explains.get(other.rule, frozenset())
        if fault.rule in explained and touch(fault, other, policy.again_within_us):
            return _head(other, theirs, policy)
    return fault


def _single(
    cause: Cause, run: tuple[Fault, ...], places: Places, held: AbstractSet[FaultKey]
) -> Group:
    last = max((fault for fault in run if fault.rule == cause.rule), key=_order)
    return Group(
        cause=cause,
        consequence=last.consequence,
        faults=run,
        devices=_reached(run, places),
        held=key_of(last) in held,
    )


def _stations(
    faults: Sequence[Fault], policy: Policy, held: AbstractSet[FaultKey]
) -> Iterator[Group]:
    """Yield limits that were exceeded, by station and rule: never a part of any repair."""
    own: dict[Subject, list[Fault]] = defaultdict(list)
    for fault in faults:
        own[fault.subject, fault.rule].append(fault)
    for (subject, rule), theirs in sorted(own.items()):
        for run in episodes(theirs, policy.again_within_us):
            yield Group(
                cause=Cause(kind=CauseKind.STATION, subject=subject, rule=rule),
                consequence=Consequence.ENVIRONMENT,
                faults=run,
                devices=(DeviceId(subject),),
                held=key_of(run[-1]) in held,
            )
