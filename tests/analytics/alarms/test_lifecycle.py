"""What becomes of an alarm: two axes, and why nobody is told."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alarms.action import Action, ActionKind
from analytics.alarms.alarm import Alarm, AlarmId, Condition
from analytics.alarms.lifecycle import Kept, done, is_chattering, is_stale
from analytics.faults.fault import Fault
from analytics.holders import Holder, Of
from analytics.uptime.exclusions import Exclusion, Reason
from ingest.contract.period import Period
from tests.analytics.alarms.builders import (
    DAY,
    HOUR,
    MINUTE,
    POLICY,
    START,
    a_fault,
    a_programme,
    an_alarm,
    around,
    cleared,
    looked,
)

PROGRAMME = a_programme()
LAMP = a_fault("lamp_out", "lamp-0-1")


def looked_at(*looks: tuple[int, list[Fault]], **changed: object) -> list[Alarm]:
    """Look again and again, each time at an instant and the faults of then."""
    kept: dict[AlarmId, Kept] = {}
    for now, faults in looks:
        kept = looked(faults, kept.values(), around(PROGRAMME, now, **changed))
    return [one.alarm for one in kept.values()]


def test_a_fault_becomes_an_active_alarm_that_nobody_has_acknowledged() -> None:
    (alarm,) = looked_at((START + HOUR, [LAMP]))

    assert (alarm.condition, alarm.acknowledged_at) == (Condition.ACTIVE, None)
    assert (alarm.zone, alarm.country, alarm.device_class) == ("kh-test", "KH", "streetlight")
    assert (alarm.began_at, alarm.raised_at) == (START, START + 15 * MINUTE)
    assert alarm.devices == ("lamp-0-1",)


def test_looking_again_changes_nothing() -> None:
    once = looked_at((START + HOUR, [LAMP]))

    assert looked_at((START + HOUR, [LAMP]), (START + HOUR, [LAMP])) == once


def test_an_alarm_clears_with_its_fault() -> None:
    over = cleared(LAMP, START + 2 * HOUR)
    (alarm,) = looked_at((START + HOUR, [LAMP]), (START + 3 * HOUR, [over]))

    assert (alarm.condition, alarm.cleared_at) == (Condition.CLEARED, START + 2 * HOUR)


def test_what_comes_back_soon_is_the_same_alarm_and_unacknowledged_again() -> None:
    over = cleared(LAMP, START + 2 * HOUR)
    again = a_fault("lamp_out", "lamp-0-1", START + 3 * HOUR)
    first = looked([LAMP], [], around(PROGRAMME, START + HOUR))
    told = Action(kind=ActionKind.ACKNOWLEDGE, actor="a-technician", at=START + HOUR)
    seen = [replace(one, alarm=done(one.alarm, told)) for one in first.values()]
    rest = looked([over], seen, around(PROGRAMME, START + 3 * HOUR))

    after = looked([over, again], rest.values(), around(PROGRAMME, START + 4 * HOUR))

    assert [one.alarm.acknowledged_by for one in rest.values()] == ["a-technician"]
    (alarm,) = [one.alarm for one in after.values()]
    assert (alarm.condition, alarm.acknowledged_by, alarm.raises) == (Condition.ACTIVE, None, 2)


def test_what_comes_back_after_a_day_is_another_alarm() -> None:
    over = cleared(LAMP, START + 2 * HOUR)
    again = a_fault("lamp_out", "lamp-0-1", START + DAY)

    found = looked_at((START + HOUR, [LAMP]), (START + 3 * HOUR, [over]), (START + DAY, [again]))

    assert [alarm.condition for alarm in found] == [Condition.CLEARED, Condition.ACTIVE]


def test_an_alarm_whose_fault_gets_a_wider_cause_is_suppressed_and_makes_no_other() -> None:
    child = a_fault("device_silent", "lamp-1-0")
    down = a_fault("gateway_down", "gw-1")

    found = looked_at((START + HOUR, [child]), (START + HOUR, [child, down]))

    assert [(alarm.cause.kind, alarm.suppressed) for alarm in found] == [
        ("device", "cause"),
        ("gateway", None),
    ]


def test_a_silence_that_is_explained_later_stays_the_same_alarm() -> None:
    silent = a_fault("device_silent", "lamp-1-0")
    presumed = a_fault("presumed_down", "lamp-1-0", START + DAY)

    (alarm,) = looked_at((START + HOUR, [silent]), (START + 2 * DAY, [silent, presumed]))

    assert alarm.cause.rule == "presumed_down"


def test_a_dark_road_takes_in_the_lamps_that_were_told_of_one_by_one() -> None:
    lamps = [a_fault("lamp_out", f"lamp-0-{n}") for n in range(6)]

    found = looked_at(
        (START + HOUR, lamps[:2]),
        (START + HOUR, lamps),
        (START + DAY, [cleared(each, START + 5 * HOUR) for each in lamps]),
    )

    assert [alarm.cause.kind for alarm in found] == ["device", "device", "feeder"]
    assert {alarm.condition for alarm in found} == {Condition.CLEARED}


def test_late_data_page_nobody_and_write_history() -> None:
    (alarm,) = looked_at((START + HOUR, [replace(LAMP, late=True)]))

    assert alarm.suppressed == "late"


@pytest.mark.parametrize(
    ("holder", "of", "expected"),
    [(Holder.ZONE, "kh-test", "maintenance"), (Holder.DEVICE, "lamp-2-2", None)],
)
def test_planned_work_suppresses_what_it_concerns(
    holder: Holder, of: str, expected: str | None
) -> None:
    planned = Exclusion(
        of=Of(holder=holder, id=of),
        device_class=None,
        period=Period(START, START + 2 * HOUR),
        reason=Reason.MAINTENANCE,
        text="new lamps",
    )

    during = looked_at((START + HOUR, [LAMP]), exclusions=[planned])
    after = looked_at((START + 3 * HOUR, [LAMP]), exclusions=[planned])

    assert [alarm.suppressed for alarm in (*during, *after)] == [expected, None]


def test_what_is_out_of_service_says_so() -> None:
    (alarm,) = looked_at((START + HOUR, [LAMP]), out_of_service={"lamp-0-1"})

    assert alarm.out_of_service


def test_a_shelf_has_an_end() -> None:
    shelve = Action(
        kind=ActionKind.SHELVE, actor="a-technician", at=START + HOUR, until=START + 2 * HOUR
    )
    kept = looked([LAMP], [], around(PROGRAMME, START + HOUR))
    shelved = [replace(one, alarm=done(one.alarm, shelve)) for one in kept.values()]

    during = looked([LAMP], shelved, around(PROGRAMME, START + HOUR))
    after = looked([LAMP], shelved, around(PROGRAMME, START + 2 * HOUR))

    assert [one.alarm.shelved_until for one in (*during.values(), *after.values())] == [
        START + 2 * HOUR,
        None,
    ]


def test_the_first_acknowledgement_stands() -> None:
    first = Action(kind=ActionKind.ACKNOWLEDGE, actor="one", at=START)
    second = Action(kind=ActionKind.ACKNOWLEDGE, actor="another", at=START + HOUR)

    assert done(done(an_alarm(), first), second).acknowledged_by == "one"


def test_what_comes_and_goes_three_times_a_day_chatters() -> None:
    comes = [
        cleared(a_fault("lamp_out", "lamp-0-1", START + n * 2 * HOUR), START + (2 * n + 1) * HOUR)
        for n in range(3)
    ]

    (alarm,) = looked_at((START + 7 * HOUR, comes))
    (later,) = looked_at((START + 2 * DAY, comes))

    assert (is_chattering(alarm, POLICY), is_chattering(later, POLICY)) == (True, False)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"acknowledged_at": START + HOUR}, False),
        ({"condition": Condition.CLEARED}, False),
    ],
)
def test_what_nobody_acknowledges_for_a_week_is_stale(
    changed: dict[str, object],
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    alarm = an_alarm(**changed)

    assert not is_stale(alarm, POLICY, START + DAY)
    assert is_stale(alarm, POLICY, START + 8 * DAY) is expected


a_lamp = st.builds("lamp-{}-{}".format, st.integers(0, 2), st.integers(0, 9))
some_faults = st.lists(
    st.builds(
        lambda rule, subject, hour: a_fault(rule, subject, START + hour * HOUR),
        st.sampled_from(["device_silent", "lamp_out", "presumed_down"]),
        a_lamp,
        st.integers(0, 30),
    )
    | st.builds(
        lambda number, hour: a_fault("gateway_down", f"gw-{number}", START + hour * HOUR),
        st.integers(0, 2),
        st.integers(0, 30),
    ),
    max_size=20,
    unique_by=lambda fault: (fault.rule, fault.subject),
)


@settings(max_examples=60, deadline=None)
@given(some_faults, st.lists(st.integers(0, 20), max_size=4))
def test_in_which_batches_faults_come_does_not_matter(faults: list[Fault], cuts: list[int]) -> None:
    now = START + 40 * HOUR

    def told(*looks: list[Fault]) -> set[tuple[object, ...]]:
        found = looked_at(*((now, each) for each in looks))
        return {
            (alarm.cause, alarm.devices, alarm.began_at, alarm.raised_at)
            for alarm in found
            if not alarm.suppressed
        }

    assert told(*(faults[:cut] for cut in sorted(cuts)), faults) == told(faults)
