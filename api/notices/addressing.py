"""Whom a notice reaches, and when: by zone, class, role, step of escalation, duty and quiet hours.

What is to be mended goes to technicians, operators and managers, never to the ministry; a limit of
the air goes to the ministry first, to managers once that step is not answered, never to the rota.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from analytics.alarms.alarm import Alarm
from analytics.alarms.notice import Notice, NoticeKind
from analytics.faults.fault import Consequence, Priority
from api.notices.rota import Rota, quiet_until
from ingest.registry.model import Digest, Person, PersonRole

_REPAIR: Final = frozenset({PersonRole.TECHNICIAN, PersonRole.OPERATOR, PersonRole.MANAGER})
_NEWS: Final = frozenset({NoticeKind.RAISED, NoticeKind.GROWN})
_AIR: Final = frozenset({PersonRole.MINISTRY, PersonRole.MANAGER})


class Held(StrEnum):
    """Why somebody is not told at once."""

    QUIET = "quiet"
    DIGEST = "digest"
    OFF_DUTY = "off_duty"
    RATE = "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Somebody a notice is for, and from when on it may be sent."""

    person: Person
    send_at: int  # microseconds
    held: Held | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What addressing looks at beside the notice: who there is, when they work, and now."""

    people: Sequence[Person]
    rota: Rota
    timezone: ZoneInfo  # of the alarm's zone
    now: int  # microseconds


def addressed(notice: Notice, around: Round, told: Collection[str] = ()) -> tuple[Addressed, ...]:
    """Return whom a notice is for; an all-clear is for those who were told, by id."""
    if notice.kind is NoticeKind.CLEARED:
        chosen: Iterable[Person] = [each for each in around.people if each.id in told]
    else:
        chosen = _chosen(notice, around)
    return tuple(_when(notice, person, around) for person in chosen)


def _chosen(notice: Notice, around: Round) -> list[Person]:
    by_step: dict[int, list[Person]] = {}
    for person in around.people:
        if _concerned(person, notice.alarm):
            by_step.setdefault(_step(person, notice.alarm), []).append(person)
    if not by_step:
        return []
    level = [each for step in _steps(notice, sorted(by_step)) for each in by_step[step]]
    present = [each for each in level if _present(each, notice, around)]
    if present or not _urgent(notice.alarm):
        return present or level
    above = (by_step[step] for step in sorted(by_step) if step > notice.step)
    for people in above:
        if present := [each for each in people if _present(each, notice, around)]:
            return present
    return level


def _concerned(person: Person, alarm: Alarm) -> bool:
    of_the_air = alarm.consequence is Consequence.ENVIRONMENT
    of_class = alarm.device_class is None or alarm.device_class in person.device_classes
    return (
        person.role in (_AIR if of_the_air else _REPAIR)
        and (not person.zones or alarm.zone in person.zones)
        and (not person.device_classes or of_class)
    )


def _step(person: Person, alarm: Alarm) -> int:
    """Return when somebody is told: of the air, nobody with the ministry's first step."""
    if alarm.consequence is Consequence.ENVIRONMENT and person.role is not PersonRole.MINISTRY:
        return max(person.step, 1)
    return person.step


def _steps(notice: Notice, known: Sequence[int]) -> Sequence[int]:
    """Return the steps that hear: an escalation goes on to one, all else to those that know."""
    if notice.kind is NoticeKind.ESCALATED:
        return [next((step for step in known if step >= notice.step), known[-1])]
    return [step for step in known if step <= notice.step] or [known[0]]


def _present(person: Person, notice: Notice, around: Round) -> bool:
    return around.rota.on_duty(person, around.now, notice.alarm.country, around.timezone)


def _urgent(alarm: Alarm) -> bool:
    return alarm.priority is Priority.HIGH or alarm.consequence is Consequence.ENVIRONMENT


def _when(notice: Notice, person: Person, around: Round) -> Addressed:
    """Hold what can wait; of what is not urgent only news of some weight wakes anybody."""
    alarm, now = notice.alarm, around.now
    over = notice.kind is NoticeKind.CLEARED
    if _urgent(alarm) and not over:
        return Addressed(person=person, send_at=now)
    if person.digest is Digest.YES:
        morning = around.rota.morning(now, around.timezone)
        return Addressed(person=person, send_at=morning, held=Held.DIGEST)
    duty = around.rota.duty_from(person, now, alarm.country, around.timezone)
    if duty > now:
        return Addressed(person=person, send_at=duty, held=Held.OFF_DUTY)
    wakes = alarm.priority is Priority.MEDIUM and notice.kind in _NEWS
    quiet = now if wakes else quiet_until(person, now, around.timezone)
    return Addressed(person=person, send_at=quiet, held=Held.QUIET if quiet > now else None)
