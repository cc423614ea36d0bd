"""What is sent when: the window, live before backlog, resending, and accounts without rows."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from gateway.dispatch import Departure, Dispatch
from gateway.outbox import Bounds, Outbox
from gateway.window import Pace
from gateway.wire import decode
from ingest.contract.chunk import Chunk, parse_chunk
from ingest.contract.clock import ManualClock
from ingest.contract.ranges import Ranges
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, a_record, records_of


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite", boot=FIRST_BOOT) as opened:
        yield opened


def a_dispatch(outbox: Outbox, *, now: datetime = NOON, **pace: float) -> Dispatch:
    window = int(pace.pop("window", 8))
    return Dispatch(outbox=outbox, clock=ManualClock(now), pace=Pace(window=window, **pace))


def sent(departures: list[Departure]) -> list[Ranges]:
    return [chunk.numbers for _, chunk in departures]


def opened(departure: Departure) -> Chunk:
    return parse_chunk(decode(departure[1].payload))[0]


def test_what_is_under_way_is_not_sent_again_at_once(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox)
    outbox.append(records_of("lamp-1", 3), entered_at=NOON)

    assert sent(dispatch.departures(0.0)) == [Ranges.of((1, 3))]
    assert dispatch.departures(0.1) == []


def test_the_window_bounds_what_is_under_way(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, window=2, linger_s=0.0)
    outbox.append(records_of("lamp-1", 1_250), entered_at=NOON)

    departures = dispatch.departures(0.0)

    assert len(departures) == 2
    assert not dispatch.window.free
    dispatch.settle(FIRST_BOOT, departures[0][1].numbers)
    assert len(dispatch.departures(1.0)) <= 1
    assert dispatch.window.under_way() <= 1_250 - 500


def test_everything_is_sent_once_when_each_chunk_is_acknowledged(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, linger_s=0.0)
    outbox.append(records_of("lamp-1", 20_000), entered_at=NOON)
    told: list[int] = []
    while departures := dispatch.departures(0.0):
        for _, chunk in departures:
            told += chunk.numbers.numbers()
            dispatch.settle(FIRST_BOOT, chunk.numbers)

    assert sorted(told) == list(range(1, 20_001))
    assert len(outbox) == 0


def test_with_a_backlog_every_second_chunk_takes_the_newest(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, window=3, linger_s=0.0)
    outbox.append(records_of("lamp-1", 60_000), entered_at=NOON)

    first, second, third = sent(dispatch.departures(0.0))

    assert first == Ranges.of((1, 500))
    assert second.pairs[-1][1] == 60_000
    assert second.count == second.pairs[0][1] - second.pairs[0][0] + 1
    assert third.pairs[0][0] == 501


def test_the_newest_are_those_of_the_newest_boot(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 30_000), entered_at=NOON)
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2, start=30_000), entered_at=NOON)

        departures = a_dispatch(outbox, window=2, linger_s=0.0).departures(0.0)

    assert [opened(departure).account.boot for departure in departures] == [
        FIRST_BOOT,
        SECOND_BOOT,
    ]


def test_without_a_backlog_the_oldest_boot_goes_first(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2), entered_at=NOON)
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2, start=2), entered_at=NOON)

        departures = a_dispatch(outbox, linger_s=0.0).departures(0.0)

    chunks = [opened(departure) for departure in departures]
    assert [(c.account.boot, c.numbers) for c in chunks] == [
        (FIRST_BOOT, Ranges.of((1, 2))),
        (SECOND_BOOT, Ranges.of((1, 2))),
    ]
    assert {c.held for c in chunks} == {(FIRST_BOOT, SECOND_BOOT)}


def test_small_chunks_linger_while_others_are_under_way(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, linger_s=1.0)
    outbox.append([a_record(minute=0)], entered_at=NOON)
    dispatch.departures(0.0)
    outbox.append([a_record(minute=1)], entered_at=NOON)

    assert dispatch.departures(0.4) == []
    assert dispatch.rest_s(0.4) == pytest.approx(0.6)
    outbox.append([a_record(minute=2)], entered_at=NOON)
    assert sent(dispatch.departures(1.0)) == [Ranges.of((2, 3))]


def test_with_nothing_under_way_nothing_lingers(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, linger_s=1.0)
    outbox.append([a_record(minute=0)], entered_at=NOON)
    dispatch.departures(0.0)
    dispatch.settle(FIRST_BOOT, Ranges.of((1, 1)))
    outbox.append([a_record(minute=1)], entered_at=NOON)

    assert sent(dispatch.departures(0.1)) == [Ranges.of((2, 2))]
    assert dispatch.rest_s(0.1) == pytest.approx(30.0)


def test_what_nobody_acknowledges_is_sent_again_ever_more_slowly(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox)
    outbox.append(records_of("lamp-1", 3), entered_at=NOON)
    times: list[float] = []
    now = 0.0
    while now < 1_200.0:
        if dispatch.departures(now):
            times.append(now)
        now += dispatch.rest_s(now) or 0.0

    assert times == [0.0, 30.0, 90.0, 210.0, 450.0, 750.0, 1_050.0]


def test_only_what_is_left_of_a_chunk_is_sent_again(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox)
    outbox.append(records_of("lamp-1", 5), entered_at=NOON)
    dispatch.departures(0.0)
    dispatch.settle(FIRST_BOOT, Ranges.of((2, 4)))
    assert dispatch.departures(10.0) == []

    (again,) = dispatch.departures(30.0)

    assert opened(again).numbers == Ranges.from_numbers([1, 5])
    assert opened(again).account.low == 1


def test_a_lost_connection_frees_only_what_the_broker_had_not_taken(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, linger_s=0.0)
    outbox.append([a_record(minute=0)], entered_at=NOON)
    ((taken, _),) = dispatch.departures(0.0)
    taken.taken = True
    outbox.append([a_record(minute=1)], entered_at=NOON)
    dispatch.departures(0.0)

    dispatch.window.disconnected()

    assert sent(dispatch.departures(1.0)) == [Ranges.of((2, 2))]


def test_thinned_numbers_ride_with_the_rows_of_their_boot(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o", boot=FIRST_BOOT, bounds=Bounds(max_records=4)) as outbox:
        outbox.append(records_of("lamp-1", 5), entered_at=NOON)

        (departure,) = a_dispatch(outbox).departures(0.0)

    assert opened(departure).numbers == Ranges.of((1, 1), (3, 5))
    assert opened(departure).account.thinned == Ranges.of((2, 2))


def test_a_boot_of_which_only_thinned_numbers_are_left_is_told_and_then_forgotten(
    tmp_path: Path,
) -> None:
    path = tmp_path / "outbox.sqlite"
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=4)) as outbox:
        outbox.append(records_of("lamp-1", 5), entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 1), (3, 5)))
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        dispatch = a_dispatch(outbox)

        (departure,) = dispatch.departures(0.0)

        assert opened(departure).parts == ()
        assert opened(departure).account.thinned == Ranges.of((2, 2))
        assert opened(departure).held == (FIRST_BOOT,)
        assert dispatch.departures(1.0) == []
        dispatch.settle(FIRST_BOOT, Ranges.of((1, 5)))
        assert dispatch.departures(100.0) == []
        assert outbox.held_boots() == ()


def test_rows_thinned_under_way_are_not_sent_again(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o", boot=FIRST_BOOT, bounds=Bounds(max_records=4)) as outbox:
        dispatch = a_dispatch(outbox)
        outbox.append(records_of("lamp-1", 4), entered_at=NOON)
        dispatch.departures(0.0)
        outbox.append(records_of("lamp-1", 1, start=4), entered_at=NOON)

        again, afresh = dispatch.departures(30.0)

    assert opened(again).numbers == Ranges.of((1, 1), (3, 4))
    assert opened(again).account.thinned == Ranges.of((2, 2))
    assert opened(afresh).numbers == Ranges.of((5, 5))
