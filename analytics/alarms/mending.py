"""Repairs: a ticket for an alarm, and whether it helped, which readings say and not people."""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.alarms.alarm import AlarmId
from analytics.alarms.policy import Policy
from analytics.faults.fault import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A ticket: who goes, what they found and used; instants in microseconds, UTC."""

    id: int
    alarm: AlarmId
    opened_at: int
    assignee: str | None = None
    assigned_at: int | None = None
    cause: str | None = None
    parts: str | None = None
    closed_at: int | None = None
    closed_by: str | None = None  # None: nobody did, the alarm cleared by itself
    helped: bool | None = None  # None: not known yet, or nobody did anything
    judged_at: int | None = None


def helped(closed_at: int, faults: Iterable[Fault], policy: Policy, now: int) -> bool | None:
    """Tell whether a repair helped; None while it cannot be known.

    Args:
        closed_at: When whoever repaired said so.
        faults: Every fault of the alarm's rules and subjects, also of later.
        policy: How long a fault has to stay away.
        now: By our clock, in microseconds.
    """
    until = closed_at + policy.stays_mended_us
    known = [fault for fault in faults if fault.began_at < until]
    if any(fault.raised_at > closed_at and fault.began_at > closed_at for fault in known):
        return False
    if now < until:
        return None
    return all(fault.cleared_at is not None and fault.cleared_at < until for fault in known)
