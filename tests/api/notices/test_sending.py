"""From notice to channel: whom it went to, when, what happens when a channel refuses or we die."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from analytics.alarms.alarm import AlarmId, Condition
from analytics.alarms.notice import NoticeKind
from analytics.faults.fault import Priority
from api.notices import deliveries
from api.notices.addressing import Held
from api.notices.deliveries import Delivery, State
from ingest.contract.period import micros
from ingest.registry.model import Digest, PersonRole
from tests.api.notices.builders import NOW, a_cause, a_notice, a_person, a_registry, an_alarm
from tests.api.notices.town import HOUR, MINUTE, TECHNICIAN, PowerCutError, Town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.sources.catalog.dispose()


def test_a_notice_is_sent_once_on_the_first_channel(town: Town) -> None:
    town.source.tell(a_notice())

    town.after(MINUTE).after(MINUTE)

    text = "SHV-0001 Airport Road: Lamp dark at night. Reply 1 to take it"
    assert town.post.taken == [("sms:1", text)]
    row = town.rows()[0]
    assert (row.state, row.channel, row.trouble) == (State.SENT, "sms", None)
    assert "https://zw.example/told/" in row.long


def test_a_channel_that_refuses_is_tried_three_times_and_then_the_next(town: Town) -> None:
    town.source.tell(a_notice())
    town.post.refused = {"sms:1"}

    town.after(timedelta(0)).after(MINUTE)
    assert (town.rows()[0].channel, town.rows()[0].attempts, town.post.taken) == ("sms", 2, [])
    town.after(2 * MINUTE).after(timedelta(0))

    assert [reference for reference, _ in town.post.taken] == ["mail:2"]
    assert town.rows()[0].channel == "mail"


def test_pauses_double_and_differ_by_chance(town: Town) -> None:
    town.source.tell(a_notice())
    town.post.refused = {"sms:1", "mail:2"}

    pauses: list[float] = []
    for attempt in (1, 2):
        town.after(timedelta(0))
        pauses.append(town.rows()[0].due_at / 1e6 - town.clock.now().timestamp())
        town.after(timedelta(seconds=pauses[-1] - 1))
        assert town.rows()[0].attempts == attempt  # not a second too early
        town.clock.set(town.clock.now() + timedelta(seconds=1))

    assert 15 <= pauses[0] <= 30
    assert 30 <= pauses[1] <= 60


def test_what_fails_on_every_channel_is_written_down(town: Town) -> None:
    town.source.tell(a_notice())
    town.post.refused = {"sms:1", "mail:2"}

    for _ in range(10):
        town.after(10 * MINUTE)

    row = town.rows()[0]
    assert (row.state, row.channel, row.trouble) == (State.FAILED, "mail", "mail: refused")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_loses_no_notice(town: Town, when: str) -> None:
    town.source.tell(a_notice())
    town.post.dies = True
    with pytest.raises(PowerCutError):
        town.after(MINUTE)
    town.post.dies = False
    if when == "before":
        town.post.taken.clear()  # the channel never had it

    assert town.states() == [State.SENDING]
    assert town.restarted().resume() == 1
    town.after(MINUTE).after(MINUTE)

    assert len(town.post.taken) == (1 if when == "before" else 2)  # twice rather than never
    assert town.states() == [State.SENT]


def test_addressing_that_is_cut_off_is_done_again_and_nobody_is_entered_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.source.tell(a_notice())
    put = deliveries.put

    def cut_off(connection: sa.Connection, rows: list[Delivery]) -> None:
        put(connection, rows)
        raise PowerCutError

    with monkeypatch.context() as patched:
        patched.setattr(deliveries, "put", cut_off)
        with pytest.raises(PowerCutError):
            town.after(MINUTE)
    town.after(MINUTE)

    assert len(town.rows()) == len(town.post.taken) == 1


@pytest.mark.parametrize(
    ("kind", "since", "state"),
    [
        (NoticeKind.RAISED, {"condition": Condition.CLEARED, "cleared_at": 1}, State.DROPPED),
        (NoticeKind.RAISED, {"acknowledged_at": 1, "acknowledged_by": "x"}, State.DROPPED),
        (NoticeKind.RAISED, {"shelved_until": micros(NOW + HOUR)}, State.DROPPED),
        (NoticeKind.RAISED, {"shelved_until": micros(NOW)}, State.SENT),
        (NoticeKind.RAISED, {"suppressed": "maintenance"}, State.DROPPED),
        (NoticeKind.ESCALATED, {"acknowledged_at": 1, "acknowledged_by": "x"}, State.DROPPED),
        (NoticeKind.GROWN, {"acknowledged_at": 1, "acknowledged_by": "x"}, State.SENT),
    ],
)
def test_what_is_over_before_it_went_out_is_not_sent(
    town: Town, kind: NoticeKind, since: Mapping[str, object], state: State
) -> None:
    town.source.tell(a_notice(kind=kind))
    town.source.alarms[AlarmId(7)] = an_alarm(**since)

    town.after(MINUTE)

    assert town.states() == [state]
    assert len(town.post.taken) == (state is State.SENT)


def test_an_all_clear_is_for_whoever_heard_of_it_and_for_nobody_else(tmp_path: Path) -> None:
    chief = a_person("chief", role=PersonRole.OPERATOR, channels=("sms:9",), step=1)
    town = Town(tmp_path, TECHNICIAN, chief)
    town.source.tell(a_notice())
    town.after(MINUTE)
    over = an_alarm(condition=Condition.CLEARED, cleared_at=1)
    town.source.tell(a_notice(over, NoticeKind.CLEARED, number=2))

    town.after(MINUTE)

    assert [reference for reference, _ in town.post.taken] == ["sms:1", "sms:1"]
    assert town.post.taken[1][1] == "OVER: SHV-0001 Airport Road: Lamp dark at night"


def test_a_notice_to_nobody_is_written_down_and_passed(town: Town) -> None:
    town.source.tell(a_notice(an_alarm(zone="gone")), a_notice(number=2))

    town.after(MINUTE)

    assert town.states() == [State.NOBODY, State.SENT]


def test_a_notice_without_words_is_written_down_and_holds_up_no_other(town: Town) -> None:
    town.source.tell(a_notice(an_alarm(cause=a_cause("unheard_of"))), a_notice(number=2))

    town.after(MINUTE)

    assert town.states() == [State.FAILED, State.SENT]
    assert town.rows()[0].trouble == "en.toml has no text 'faults.unheard_of.name'"


def test_without_a_channel_it_is_only_recorded(town: Town) -> None:
    town.restarted(lambda: None)
    town.source.tell(a_notice())

    town.after(MINUTE)

    assert town.states() == [State.RECORDED]


def test_what_waits_for_the_morning_comes_in_one_digest(tmp_path: Path) -> None:
    town = Town(tmp_path, replace(TECHNICIAN, digest=Digest.YES))
    alarms = [an_alarm(id=AlarmId(number)) for number in range(1, 4)]
    town.source.tell(*(a_notice(each, number=each.id) for each in alarms))

    town.after(MINUTE)
    assert {each.held for each in town.rows()} == {Held.DIGEST}
    assert town.post.taken == []

    town.after(7 * HOUR)  # from midnight
    assert [reference for reference, _ in town.post.taken] == ["sms:1"]
    text = town.post.taken[0][1]
    assert text.startswith("3 notices:\nSHV-0001 Airport Road: Lamp dark at night. Reply 1")
    assert {each.message for each in town.rows()} == {town.rows()[0].id}


def test_the_eleventh_in_an_hour_waits_and_the_rest_comes_as_one(town: Town) -> None:
    alarms = [an_alarm(id=AlarmId(number)) for number in range(1, 16)]
    town.source.tell(*(a_notice(each, number=each.id) for each in alarms))

    town.after(MINUTE).after(30 * MINUTE)
    assert len(town.post.taken) == 10
    assert [each.held for each in town.rows()[10:]] == [Held.RATE] * 5

    town.after(31 * MINUTE)
    assert len(town.post.taken) == 11
    assert town.post.taken[10][1].startswith("5 notices:")
    assert set(town.states()) == {State.SENT}


def test_what_is_urgent_passes_the_limit_once_more(town: Town) -> None:
    alarms = [an_alarm(id=AlarmId(number)) for number in range(1, 12)]
    urgent = an_alarm(id=AlarmId(99), priority=Priority.HIGH)
    town.source.tell(*(a_notice(each, number=each.id) for each in alarms))
    town.after(MINUTE)
    town.source.tell(a_notice(urgent, number=99))

    town.after(MINUTE)

    assert len(town.post.taken) == 11


def test_a_digit_stands_for_one_open_alarm_and_stays_with_it(town: Town) -> None:
    alarms = [an_alarm(id=AlarmId(number)) for number in range(1, 12)]
    town.source.tell(*(a_notice(each, number=each.id) for each in alarms))
    town.after(MINUTE)
    assert [each.digit for each in town.rows()] == [*range(1, 10), None, None]

    town.source.alarms[AlarmId(4)] = replace(alarms[3], acknowledged_at=1, acknowledged_by="x")
    town.source.tell(
        a_notice(alarms[1], NoticeKind.REPEATED, number=21),
        a_notice(an_alarm(id=AlarmId(30)), number=30),
    )
    town.after(MINUTE)

    assert [each.digit for each in town.rows()[-2:]] == [2, 4]


def test_somebody_who_left_the_registry_is_not_looked_for(town: Town) -> None:
    town.source.tell(a_notice())
    with town.sources.catalog.begin() as connection:
        town.stage.entering.enter(connection, town.sources.registry(), micros(NOW))
    gone = a_registry()
    town.sources = replace(town.sources, registry=lambda: gone)

    town.restarted().turn()

    assert town.rows()[0].trouble == "no channel stands in the registry"
