"""No instant is issued twice for a device, whatever its gateway's clock does."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.instants import Instants
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


def test_a_restart_goes_on_after_the_last_instant_known() -> None:
    assert Instants({LAMP: NOON_US}).issue(LAMP, NOON) == NOON_US + 1_000


def test_devices_share_an_instant() -> None:
    instants = Instants({})

    assert instants.issue(LAMP, NOON) == instants.issue(OTHER, NOON) == NOON_US


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), max_size=30))  # noqa: DTZ001
def test_instants_grow_strictly(clock: list[datetime]) -> None:
    instants = Instants({})

    issued = [instants.issue(LAMP, now.replace(tzinfo=NOON.tzinfo)) for now in clock]

    assert all(earlier < later for earlier, later in pairwise(issued))
    assert all(
        at >= micros(now.replace(tzinfo=NOON.tzinfo)) // 1_000 * 1_000
        for at, now in zip(issued, clock, strict=True)
    )
