"""When somebody is told of an alarm: waiting, growing, escalating, repeating, and the all-clear."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.alarms.alarm import Alarm, Condition
from analytics.alarms.notice import NoticeKind
from analytics.alarms.notices import Told, due
from analytics.faults.fault import Priority
from analytics.faults.rules import Rule, rule
from ingest.contract.identity import DeviceId
from tests.analytics.alarms.builders import DAY, HOUR, MINUTE, POLICY, START, an_alarm

KNOWN = START + 15 * MINUTE
SOON = KNOWN + 6 * MINUTE  # what a dark lamp waits for others to show the same


def told_until(alarm: Alarm, until: int, told: list[Told] | None = None) -> list[str]:
    """Look once a minute and return what was told."""
    said = list(told or [])
    start = said[-1].at if said else KNOWN
    for now in range(start, until + 1, MINUTE):
        if (telling := due(alarm, said, POLICY, now)) is not None:
            said.append(telling)
    return [f"{each.kind} {each.step} +{(each.at - KNOWN) // MINUTE}" for each in said]


def test_a_notice_waits_for_a_wider_cause_to_show() -> None:
    assert told_until(an_alarm(), SOON - MINUTE) == []
    assert told_until(an_alarm(), SOON) == ["raised 0 +6"]


@pytest.mark.parametrize("interval_s", [60, 300, 900])
def test_that_a_gateway_is_dead_is_told_before_a_silent_device_could_be(interval_s: int) -> None:
    device, gateway = rule("device_silent"), rule("gateway_down")
    silent = max(device.defaults["intervals"] * interval_s, device.defaults["least_s"])
    dead = gateway.defaults["intervals"] * interval_s

    def told_s(found: Rule, shows_s: float) -> float:
        return shows_s + (found.on_delay_us + POLICY.wait_us(found.id)) / 1e6

    assert told_s(device, silent) > told_s(gateway, dead)


def test_nobody_is_told_of_what_cleared_while_waiting() -> None:
    alarm = an_alarm(condition=Condition.CLEARED, cleared_at=KNOWN + MINUTE)

    assert told_until(alarm, KNOWN + DAY) == []


def test_what_nobody_acknowledges_escalates_by_its_priority_and_is_repeated() -> None:
    alarm = an_alarm(priority=Priority.HIGH)

    assert told_until(alarm, SOON + 13 * HOUR) == [
        "raised 0 +6",
        "escalated 1 +21",
        "escalated 2 +66",
        "escalated 3 +246",
        "repeated 3 +486",
        "repeated 3 +726",
    ]


def test_what_is_acknowledged_escalates_no_further() -> None:
    alarm = an_alarm(priority=Priority.HIGH, acknowledged_at=SOON)

    assert told_until(alarm, SOON + DAY) == ["raised 0 +6"]


def test_a_low_one_is_told_once_in_a_week() -> None:
    assert told_until(an_alarm(priority=Priority.LOW), SOON + 6 * DAY) == ["raised 0 +6"]


def test_after_a_pause_steps_follow_each_other_at_their_distance() -> None:
    alarm = an_alarm(priority=Priority.HIGH)
    first = due(alarm, [], POLICY, SOON + DAY)
    assert first is not None

    assert due(alarm, [first], POLICY, first.at + MINUTE) is None


def test_who_was_told_hears_of_the_end_at_the_step_that_was_reached() -> None:
    said = due(an_alarm(), [], POLICY, SOON)
    assert said is not None
    escalated = replace(said, step=1, at=SOON + 4 * HOUR)
    over = an_alarm(condition=Condition.CLEARED, cleared_at=SOON + 5 * HOUR)

    assert told_until(over, SOON + DAY, [said, escalated])[2:] == ["cleared 1 +246"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"suppressed": "maintenance"}, id="suppressed"),
        pytest.param({"out_of_service": True}, id="out of service"),
        pytest.param({"shelved_until": START + 30 * DAY}, id="shelved"),
    ],
)
def test_nobody_is_told_of_what_is_put_aside(changed: dict[str, object]) -> None:
    assert told_until(an_alarm(**changed), SOON + DAY) == []


def test_it_is_told_when_the_shelf_ends() -> None:
    assert told_until(an_alarm(shelved_until=KNOWN + HOUR), SOON + HOUR) == ["raised 0 +60"]


def test_an_alarm_that_reaches_half_as_many_again_is_told_anew_but_not_at_once() -> None:
    said = due(an_alarm(), [], POLICY, SOON)
    assert said is not None
    grown = an_alarm(devices=tuple(DeviceId(f"lamp-0-{n}") for n in range(4)))

    assert told_until(grown, SOON + HOUR, [said])[1:] == ["grown 0 +11"]


def test_what_chatters_is_told_once_and_not_at_every_turn() -> None:
    said = due(an_alarm(), [], POLICY, SOON)
    assert said is not None
    cleared = replace(said, kind=NoticeKind.CLEARED)
    again = an_alarm(raises=3)

    assert due(again, [said, cleared], POLICY, SOON + HOUR) is None
    assert due(replace(again, raises=2), [said, cleared], POLICY, SOON + HOUR) is not None
    assert due(again, [], POLICY, SOON + HOUR) is not None


@given(st.lists(st.integers(0, 3 * 24 * 60), min_size=1, max_size=40), st.sampled_from(Priority))
def test_however_often_one_looks_a_notice_is_given_once(
    minutes: list[int], priority: Priority
) -> None:
    alarm, said = an_alarm(priority=priority), list[Told]()
    for now in sorted(KNOWN + each * MINUTE for each in minutes):
        for _ in range(3):
            if (telling := due(alarm, said, POLICY, now)) is not None:
                said.append(telling)

    steps = [(each.kind, each.step) for each in said if each.kind != "repeated"]
    assert len(set(steps)) == len(steps)
    assert len({each.at for each in said}) == len(said)
