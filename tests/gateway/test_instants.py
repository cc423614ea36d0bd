"""No instant is issued twice for a device, whatever its gateway's clock does."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.instants import Instants
from gateway.stretches import Stretches
from ingest.contract.identity import DeviceId
from ingest.contract.period import micros
from tests.gateway.builders import NOON

LAMP, OTHER = DeviceId("lamp-1"), DeviceId("lamp-2")
NOON_US = 1_795_521_600_000_000


def test_an_instant_is_now_in_whole_milliseconds() -> None:
    assert Instants({}).issue(LAMP, NOON + timedelta(microseconds=1_999)) == NOON_US + 1_000


def test_a_clock_stepped_back_issues_the_next_millisecond() -> None:
    instants = Instants({})
    instants.issue(LAMP, NOON)

    assert instants.issue(LAMP, NOON - timedelta(hours=1)) == NOON_US + 1_000
    assert instants.issue(LAMP, NOON) == NOON_US + 2_000


def test_a_clock_put_right_is_followed_where_nothing_was_said_yet() -> None:
    instants = Instants({})
    hours = (0.0, 1.0, 0.1, 0.9, 1.0, 1.1)

    issued = [instants.issue(LAMP, NOON + timedelta(hours=hour)) - NOON_US for hour in hours]

    hour_us = 3_600_000_000
    expected = [0, hour_us, hour_us // 10, hour_us * 9 // 10, hour_us + 1_000, hour_us * 11 // 10]
    assert issued == expected


def test_what_is_issued_before_something_later_is_behind_it() -> None:
    instants = Instants({})
    first, ahead, right = (
        instants.issue(LAMP, NOON + timedelta(hours=hour)) for hour in (0.0, 1.0, 0.1)
    )

    assert [instants.is_behind(LAMP, each) for each in (first, right, ahead)] == [True, True, False]
    assert not instants.is_behind(OTHER, first)


def test_a_restart_goes_on_after_the_last_instant_known() -> None:
    known = Stretches(((NOON_US // 1_000, NOON_US // 1_000),))

    assert Instants({LAMP: known}).issue(LAMP, NOON) == NOON_US + 1_000


def test_devices_share_an_instant() -> None:
    instants = Instants({})

    assert instants.issue(LAMP, NOON) == instants.issue(OTHER, NOON) == NOON_US


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), max_size=30))  # noqa: DTZ001
def test_no_instant_is_issued_twice(clock: list[datetime]) -> None:
    instants = Instants({})

    issued = [instants.issue(LAMP, now.replace(tzinfo=NOON.tzinfo)) for now in clock]

    assert len(set(issued)) == len(issued)
    assert all(
        at >= micros(now.replace(tzinfo=NOON.tzinfo)) // 1_000 * 1_000
        for at, now in zip(issued, clock, strict=True)
    )
