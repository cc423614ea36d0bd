"""When somebody is told of an alarm, and of what: each thing once, and nothing to be ignored.

One notice at most comes of one look; what was told before decides on the next. An all-clear is
never for an alarm that nobody was told of. What is shelved, suppressed or out of service is silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from analytics.alarms.alarm import Alarm, Condition
from analytics.alarms.lifecycle import is_chattering, is_told
from analytics.alarms.notice import NoticeKind
from analytics.alarms.policy import Escalation, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told of an alarm at an instant in microseconds, by our clock."""

    kind: NoticeKind
    step: int
    at: int
    devices: int  # how many it reached then


def due(alarm: Alarm, told: Sequence[Told], policy: Policy, now: int) -> Told | None:
    """Return what is to be told of an alarm now.

    Args:
        alarm: As it is.
        told: All that was told of it, in order.
        policy: How long to wait and when to repeat.
        now: By our clock, in microseconds.
    """
    if not is_told(alarm, now):
        return None
    said = list(takewhile(lambda each: each.kind is not NoticeKind.CLEARED, reversed(told)))[::-1]
    if alarm.condition is Condition.CLEARED:
        return _telling(NoticeKind.CLEARED, said[-1].step, alarm, now) if said else None
    if not said:
        waited = now >= alarm.known_at + policy.wait_us(alarm.cause.rule)
        again = bool(told) and is_chattering(alarm, policy)
        return _telling(NoticeKind.RAISED, 0, alarm, now) if waited and not again else None
    return _further(alarm, said, policy, now)


def _further(alarm: Alarm, said: Sequence[Told], policy: Policy, now: int) -> Told | None:
    """Return what follows the first notice: it has grown, nobody answers, nothing has changed."""
    last = said[-1]
    most = max(each.devices for each in said)
    if len(alarm.devices) >= policy.grown_times * most and len(alarm.devices) > most:
        ready = now >= last.at + policy.interval_us
        return _telling(NoticeKind.GROWN, last.step, alarm, now) if ready else None
    if alarm.acknowledged_at is not None:
        return None
    escalation = policy.escalations[alarm.priority]
    if last.step + 1 < len(escalation.after_us):
        ready = now >= _step_at(escalation, said)
        return _telling(NoticeKind.ESCALATED, last.step + 1, alarm, now) if ready else None
    ready = now >= last.at + escalation.repeat_us
    return _telling(NoticeKind.REPEATED, last.step, alarm, now) if ready else None


def _step_at(escalation: Escalation, said: Sequence[Told]) -> int:
    """Return when the next step is due, so long behind the one before, even where that was late."""
    step = said[-1].step
    reached = next(each.at for each in said if each.step == step)
    return reached + escalation.after_us[step + 1] - escalation.after_us[step]


def _telling(kind: NoticeKind, step: int, alarm: Alarm, now: int) -> Told:
    return Told(kind=kind, step=step, at=now, devices=len(alarm.devices))
