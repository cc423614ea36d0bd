"""Deliveries in both kinds of catalog."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from analytics.alarms.alarm import AlarmId
from analytics.alarms.notice import NoticeId, NoticeKind
from api.notices import deliveries
from api.notices.deliveries import Delivery, State
from api.tables import DELIVERY

ONE = Delivery(
    notice=NoticeId(1),
    alarm=AlarmId(7),
    kind=NoticeKind.RAISED,
    zone="kh-coast",
    person="technician-1",
    urgent=False,
    digit=1,
    title="ភ្លើងរលត់ពេលយប់",
    short="s",
    long="l",
    made_at=10,
    due_at=20,
)


@pytest.fixture
def connection(empty_catalog: sa.Engine) -> Iterator[sa.Connection]:
    DELIVERY.create(empty_catalog)
    with empty_catalog.begin() as opened:
        yield opened


def test_a_delivery_is_due_from_its_instant_on(connection: sa.Connection) -> None:
    deliveries.put(connection, [ONE])

    assert deliveries.due(connection, 19) == []
    assert deliveries.due(connection, 20) == [replace(ONE, id=1)]
    assert deliveries.last_notice(connection) == 1


def test_a_notice_is_entered_for_somebody_once(connection: sa.Connection) -> None:
    deliveries.put(connection, [ONE])

    with pytest.raises(IntegrityError), connection.begin_nested():
        deliveries.put(connection, [ONE])


def test_what_was_being_sent_is_taken_up_again(connection: sa.Connection) -> None:
    deliveries.put(connection, [ONE, replace(ONE, person="technician-2")])
    deliveries.change(connection, [1], state=State.SENDING)

    assert deliveries.resume(connection) == 1
    assert [each.state for each in deliveries.due(connection, 20)] == [State.PENDING] * 2


def test_messages_of_several_deliveries_count_once(connection: sa.Connection) -> None:
    rows = [replace(ONE, notice=NoticeId(number)) for number in range(1, 5)]
    deliveries.put(connection, rows)
    deliveries.change(connection, [1, 2, 3], state=State.SENT, message=1, sent_at=30)
    deliveries.change(connection, [4], state=State.SENT, message=4, sent_at=40)

    assert deliveries.messages_since(connection, "technician-1", 29) == [30, 40]
    assert deliveries.messages_since(connection, "technician-1", 30) == [40]
    assert deliveries.counts(connection) == {
        state: 4 if state is State.SENT else 0 for state in State
    }


def test_a_digit_means_the_alarm_it_was_last_given_to(connection: sa.Connection) -> None:
    deliveries.put(connection, [ONE, replace(ONE, notice=NoticeId(2), alarm=AlarmId(8))])

    assert deliveries.digits(connection, "technician-1") == {1: 8}
    assert deliveries.digits(connection, "technician-2") == {}


def test_who_was_told_is_who_was_sent_it(connection: sa.Connection) -> None:
    deliveries.put(connection, [ONE, replace(ONE, person="technician-2")])
    deliveries.change(connection, [2], state=State.SENT, message=2, sent_at=30)

    assert deliveries.told(connection, AlarmId(7)) == {"technician-2"}
