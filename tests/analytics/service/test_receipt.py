"""When readings came: with the first message that can have held them."""

import numpy as np

from analytics.service.receipt import Message, received

_AT = np.array([10, 20, 30, 40], np.int64)
_ONE = np.zeros(4, np.int64)


def _received(*messages: Message, since: int = 0) -> list[int]:
    told = received(_AT, _ONE, [messages], since=since, now=999)
    return [int(each) for each in told]


def test_each_reading_came_with_its_message() -> None:
    assert _received(Message(10, 20, 21), Message(30, 40, 41)) == [21, 21, 41, 41]


def test_what_no_message_is_known_of_came_just_now() -> None:
    assert _received(Message(10, 20, 21)) == [21, 21, 999, 999]


def test_a_replay_does_not_make_what_was_known_late() -> None:
    assert _received(Message(10, 40, 41), Message(10, 40, 500)) == [41] * 4


def test_of_what_came_since_the_last_look_the_first_message_counts() -> None:
    """A backlog that fills a hole came late, whatever came of other devices in time."""
    told = (Message(10, 40, 41), Message(20, 30, 500))

    assert _received(*told, since=100) == [41, 500, 500, 41]


def test_gateways_do_not_answer_for_each_other() -> None:
    gateway = np.array([0, 0, 1, 1], np.int64)

    told = received(_AT, gateway, [[Message(10, 40, 50)], [Message(10, 40, 60)]], since=0, now=9)

    assert told.tolist() == [50, 50, 60, 60]
