"""Whom a notice reaches, and when."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.alarm import Alarm
from analytics.alarms.notice import Notice, NoticeKind
from analytics.faults.fault import Consequence, Priority
from api.notices.addressing import Held, Round, addressed
from api.notices.rota import rota
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.model import Digest, Duty, Person, PersonRole
from tests.api.notices.builders import a_notice, a_person, an_alarm

HERE = ZoneInfo("Asia/Phnom_Penh")
FRIDAY_NOON, FRIDAY_NIGHT = "2026-10-02T12:00", "2026-10-02T23:00"
LIMIT = an_alarm(
    consequence=Consequence.ENVIRONMENT,
    priority=Priority.HIGH,
    device_class=DeviceClass.AIR_STATION,
)

DAY = a_person("day", duty=Duty.WORKING_HOURS)
NIGHT = a_person("night", duty=Duty.OFF_HOURS)
CHIEF = a_person("chief", role=PersonRole.OPERATOR, step=1)
BOSS = a_person("boss", role=PersonRole.MANAGER, step=2)
MINISTRY = a_person("ministry", role=PersonRole.MINISTRY)
EVERYBODY = (DAY, NIGHT, CHIEF, BOSS, MINISTRY)


def at(local: str) -> int:
    return micros(datetime.fromisoformat(local).replace(tzinfo=HERE))


def around(people: Sequence[Person] = EVERYBODY, now: str = FRIDAY_NOON) -> Round:
    return Round(people=people, rota=rota(), timezone=HERE, now=at(now))


def names(notice: Notice, where: Round, told: Sequence[str] = ()) -> list[str]:
    return [each.person.id for each in addressed(notice, where, told)]


@pytest.mark.parametrize(
    ("kind", "step", "now", "expected"),
    [
        (NoticeKind.RAISED, 0, FRIDAY_NOON, ["day"]),
        (NoticeKind.RAISED, 0, FRIDAY_NIGHT, ["night"]),
        (NoticeKind.ESCALATED, 1, FRIDAY_NOON, ["chief"]),
        (NoticeKind.ESCALATED, 2, FRIDAY_NOON, ["boss"]),
        (NoticeKind.ESCALATED, 7, FRIDAY_NOON, ["boss"]),
        (NoticeKind.REPEATED, 2, FRIDAY_NOON, ["day", "chief", "boss"]),
        (NoticeKind.GROWN, 1, FRIDAY_NIGHT, ["night", "chief"]),
    ],
)
def test_a_repair_goes_to_who_is_on_duty_at_its_step(
    kind: NoticeKind, step: int, now: str, expected: list[str]
) -> None:
    assert names(a_notice(kind=kind, step=step), around(now=now)) == expected


@pytest.mark.parametrize(
    ("kind", "step", "expected"),
    [
        (NoticeKind.RAISED, 0, ["ministry"]),
        (NoticeKind.ESCALATED, 1, ["boss"]),
        (NoticeKind.REPEATED, 2, ["ministry", "boss"]),
    ],
)
def test_a_limit_of_the_air_goes_to_the_ministry_first_and_never_to_the_rota(
    kind: NoticeKind, step: int, expected: list[str]
) -> None:
    assert names(a_notice(LIMIT, kind, step=step), around()) == expected


def test_a_limit_is_not_told_to_the_rota_for_want_of_a_ministry() -> None:
    assert names(a_notice(LIMIT), around((DAY, NIGHT, CHIEF))) == []


@pytest.mark.parametrize(
    ("person", "told"),
    [
        (a_person(zones=("kh-coast",)), True),
        (a_person(zones=("la-city",)), False),
        (a_person(device_classes=(DeviceClass.STREETLIGHT,)), True),
        (a_person(device_classes=(DeviceClass.SCHOOL_PV,)), False),
    ],
)
def test_somebody_hears_of_their_zones_and_classes_alone(person: Person, told: bool) -> None:  # noqa: FBT001 - a table's column
    assert names(a_notice(), around((person,))) == ([person.id] if told else [])


def test_an_alarm_of_several_classes_concerns_whoever_has_one() -> None:
    lamps = a_person(device_classes=(DeviceClass.STREETLIGHT,))

    assert names(a_notice(an_alarm(device_class=None)), around((lamps,))) == [lamps.id]


def test_where_nobody_is_at_the_first_step_the_next_one_hears() -> None:
    assert names(a_notice(), around((CHIEF, BOSS))) == ["chief"]


def test_what_is_urgent_goes_to_whoever_is_on_duty_above_and_what_is_not_waits() -> None:
    people = (DAY, CHIEF)
    high = a_notice(an_alarm(priority=Priority.HIGH))

    assert names(high, around(people, FRIDAY_NIGHT)) == ["chief"]
    waiting = addressed(a_notice(), around(people, FRIDAY_NIGHT))
    assert [(each.person.id, each.send_at, each.held) for each in waiting] == [
        ("day", at("2026-10-05T07:30"), Held.OFF_DUTY)  # a Monday
    ]


def test_what_is_urgent_reaches_somebody_off_duty_where_nobody_is_on() -> None:
    high = addressed(a_notice(an_alarm(priority=Priority.HIGH)), around((DAY,), FRIDAY_NIGHT))

    assert [(each.person.id, each.send_at) for each in high] == [("day", at(FRIDAY_NIGHT))]


@pytest.mark.parametrize(
    ("alarm", "kind", "expected", "held"),
    [
        (an_alarm(priority=Priority.LOW), NoticeKind.RAISED, "2026-10-03T06:00", Held.QUIET),
        (an_alarm(), NoticeKind.RAISED, FRIDAY_NIGHT, None),
        (an_alarm(priority=Priority.HIGH), NoticeKind.RAISED, FRIDAY_NIGHT, None),
        (an_alarm(), NoticeKind.GROWN, FRIDAY_NIGHT, None),
        (an_alarm(), NoticeKind.ESCALATED, "2026-10-03T06:00", Held.QUIET),
        (an_alarm(), NoticeKind.REPEATED, "2026-10-03T06:00", Held.QUIET),
        (an_alarm(priority=Priority.HIGH), NoticeKind.ESCALATED, FRIDAY_NIGHT, None),
        (an_alarm(priority=Priority.HIGH), NoticeKind.CLEARED, "2026-10-03T06:00", Held.QUIET),
    ],
)
def test_quiet_hours_hold_what_can_wait(
    alarm: Alarm, kind: NoticeKind, expected: str, held: Held | None
) -> None:
    sleeper = a_person("sleeper", quiet="22:00..06:00")

    found = addressed(a_notice(alarm, kind), around((sleeper,), FRIDAY_NIGHT), ["sleeper"])

    assert [(each.send_at, each.held) for each in found] == [(at(expected), held)]


@pytest.mark.parametrize(
    ("priority", "expected", "held"),
    [
        (Priority.LOW, "2026-10-03T07:00", Held.DIGEST),
        (Priority.MEDIUM, "2026-10-03T07:00", Held.DIGEST),
        (Priority.HIGH, FRIDAY_NOON, None),
    ],
)
def test_a_digest_takes_all_but_what_is_urgent(
    priority: Priority, expected: str, held: Held | None
) -> None:
    reader = a_person("reader", digest=Digest.YES)

    found = addressed(a_notice(an_alarm(priority=priority)), around((reader,)))

    assert [(each.send_at, each.held) for each in found] == [(at(expected), held)]


def test_an_all_clear_is_for_those_who_were_told() -> None:
    over = a_notice(kind=NoticeKind.CLEARED)

    assert names(over, around(), ["boss", "left"]) == ["boss"]
    assert names(over, around()) == []


@given(
    st.sampled_from(Priority),
    st.sampled_from([Consequence.ALARM, Consequence.WARNING, Consequence.ENVIRONMENT]),
    st.sampled_from(NoticeKind),
    st.integers(0, 5),
    st.integers(0, 7 * 24 * 60),
)
def test_nobody_is_told_twice_early_or_of_what_is_not_theirs(
    priority: Priority, consequence: Consequence, kind: NoticeKind, step: int, minutes: int
) -> None:
    now = at(FRIDAY_NOON) + minutes * 60_000_000
    where = Round(people=EVERYBODY, rota=rota(), timezone=HERE, now=now)
    alarm = an_alarm(priority=priority, consequence=consequence)

    found = addressed(a_notice(alarm, kind, step=step), where, [each.id for each in EVERYBODY])

    assert found
    assert len({each.person.id for each in found}) == len(found)
    assert all(each.send_at >= now for each in found)
    if kind is not NoticeKind.CLEARED:
        roles = {each.person.role for each in found}
        assert (PersonRole.TECHNICIAN in roles) <= (consequence is not Consequence.ENVIRONMENT)
        assert (PersonRole.MINISTRY in roles) <= (consequence is Consequence.ENVIRONMENT)
