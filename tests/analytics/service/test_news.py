"""What is new for the watch: taken down once, live apart from history."""

from datetime import UTC, date, datetime

from analytics.service.news import News, live_from
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, micros
from ingest.feed import Change, Waiting

_NOW = micros(datetime(2026, 10, 30, 13, 10, tzinfo=UTC))
_THIRTEEN = micros(datetime(2026, 10, 30, 13, tzinfo=UTC))
_LAMP = DeviceId("kh-lamp-1")


def a_change(number: int, hour: int) -> Change:
    return Change(
        id=number,
        device_class=DeviceClass.STREETLIGHT,
        device=_LAMP,
        hour=hour,
        gateway=GatewayId("kh-gw-1"),
        day=date(2026, 10, 30),
        numbered=True,
        records=1,
        readings=1,
    )


def test_at_ten_past_one_a_reading_of_half_an_hour_ago_may_be_of_the_hour_before() -> None:
    assert live_from(_NOW) == _THIRTEEN - HOUR_US


def test_what_may_have_come_in_time_is_taken_before_what_is_history() -> None:
    news = News()
    news.note([a_change(1, _THIRTEEN), a_change(2, _THIRTEEN - 2 * HOUR_US)])

    assert news.take_live(_NOW) == {_LAMP: {_THIRTEEN}}
    assert news.take_history(_NOW) == {_LAMP: {_THIRTEEN - 2 * HOUR_US}}
    assert news.take_live(_NOW) == news.take_history(_NOW) == {}


def test_a_row_that_goes_on_waiting_is_new_once() -> None:
    news = News()
    for _ in range(2):
        news.see([Waiting(1, _LAMP, _THIRTEEN)])
    first = news.take_live(_NOW)
    news.see([Waiting(1, _LAMP, _THIRTEEN), Waiting(2, _LAMP, _THIRTEEN + HOUR_US)])

    assert first == {_LAMP: {_THIRTEEN}}
    assert news.take_live(_NOW) == {_LAMP: {_THIRTEEN + HOUR_US}}


def test_what_was_seen_waiting_is_not_new_again_when_it_is_computed() -> None:
    news = News()
    news.see([Waiting(1, _LAMP, _THIRTEEN)])
    news.take_live(_NOW)
    news.note([a_change(1, _THIRTEEN), a_change(2, _THIRTEEN)])

    assert news.take_live(_NOW) == {_LAMP: {_THIRTEEN}}
