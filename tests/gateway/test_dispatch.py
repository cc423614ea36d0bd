"""What is sent when: the window, live before backlog, resending, and accounts without rows."""

import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from gateway.chunks import SealedChunk
from gateway.dispatch import Departure, Dispatch
from gateway.outbox import Bounds, Outbox
from gateway.window import Flight, Pace, Reach
from gateway.wire import decode
from ingest.contract.chunk import Chunk, parse_chunk
from ingest.contract.clock import ManualClock
from ingest.contract.ranges import Ranges
from ingest.contract.record import Record
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, a_record, records_of


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite", boot=FIRST_BOOT) as opened:
        yield opened


def a_dispatch(outbox: Outbox, *, now: datetime = NOON, **pace: float) -> Dispatch:
    window, untaken = int(pace.pop("window", 8)), int(pace.pop("untaken", 2))
    told = Pace(window=window, untaken=untaken, **pace)
    return Dispatch(outbox=outbox, clock=ManualClock(now), pace=told)


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
    dispatch = a_dispatch(outbox, window=4, untaken=4, linger_s=0.0)
    outbox.append(records_of("lamp-1", 60_000), entered_at=NOON)

    first, second, third, fourth = sent(dispatch.departures(0.0))

    assert first == Ranges.of((59_501, 60_000))
    assert second.pairs[0][0] == 1
    assert third.pairs[-1][1] == 59_500
    assert fourth.pairs[0][0] == second.pairs[-1][1] + 1


def test_the_newest_are_those_of_the_newest_boot(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 30_000), entered_at=NOON)
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2, start=30_000), entered_at=NOON)

        departures = a_dispatch(outbox, window=2, linger_s=0.0).departures(0.0)

    assert [opened(departure).account.boot for departure in departures] == [
        SECOND_BOOT,
        FIRST_BOOT,
    ]


def test_what_has_just_entered_goes_next_whosever_turn_it_is(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, window=99, untaken=99, linger_s=0.0)
    outbox.append(records_of("lamp-1", 60_000), entered_at=NOON)
    newest: list[int] = []
    for start in range(60_000, 60_005):
        outbox.append(records_of("lamp-1", 1, start=start), entered_at=NOON)
        newest.append(the_next(dispatch).numbers.pairs[-1][1])

    assert newest == [60_001, 60_002, 60_003, 60_004, 60_005]


def test_a_link_that_has_enough_to_carry_is_given_nothing_more(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox, linger_s=0.0)
    outbox.append(records_of("lamp-1", 60_000), entered_at=NOON)

    (first, chunk), _ = dispatch.departures(0.0)

    assert dispatch.departures(40.0) == []
    assert dispatch.rest_s(40.0) is None
    dispatch.taken(first, chunk, seconds=40.0)
    dispatch.settle(FIRST_BOOT, chunk.numbers)
    assert len(dispatch.departures(40.0)) == 1


def the_next(dispatch: Dispatch) -> Chunk:
    """The next chunk, taken by the broker at once."""
    departures = dispatch.departures(0.0)
    take_all(dispatch, departures)
    return opened(departures[0])


class Link:
    """A link that carries so many bytes a second, one after another, in a time of its own."""

    def __init__(self, dispatch: Dispatch, *, speed: float, answer_s: float) -> None:
        self.dispatch = dispatch
        self.speed = speed
        self.answer_s = answer_s  # from the broker's taking a chunk to ingest's acknowledgement
        self.now = 0.0
        self.free_at = 0.0
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.arrived: dict[int, float] = {}

    def run(self, until: float) -> None:
        """Carry what is sent until an instant."""
        while True:
            for flight, chunk in self.dispatch.departures(self.now):
                self.carry(flight, chunk)
            if not self.events or self.events[0][0] > until:
                break
            self.now, _, happens = heapq.heappop(self.events)
            happens()
        self.now = until

    def carry(self, flight: Flight, chunk: SealedChunk) -> None:
        sent_at = self.now
        self.free_at = max(self.free_at, sent_at) + len(chunk.payload) / self.speed

        def taken() -> None:
            self.dispatch.taken(flight, chunk, seconds=self.now - sent_at)
            for number in chunk.numbers.numbers():
                self.arrived.setdefault(number, self.now)

        def settled() -> None:
            self.dispatch.heard(self.now)
            self.dispatch.settle(chunk.boot, chunk.numbers, now=self.now)

        for at, happens in ((self.free_at, taken), (self.free_at + self.answer_s, settled)):
            heapq.heappush(self.events, (at, len(self.events) + id(happens), happens))


@pytest.mark.parametrize(
    "speed",
    [
        pytest.param(6_250, id="50 kbit/s, a poor GPRS"),
        pytest.param(125_000, id="1 Mbit/s"),
        pytest.param(12_500_000, id="100 Mbit/s"),
    ],
)
def test_while_a_days_backlog_drains_nothing_live_is_ten_seconds_late(
    outbox: Outbox, speed: float
) -> None:
    """A day of 100 devices at 5 minutes is held back, and they are polled every 30 s meanwhile.

    The link is simulated, the rest is real.
    """
    devices, polls = 100, 288
    for start in range(polls):
        outbox.append(a_poll(devices, start), entered_at=NOON)
    link = Link(a_dispatch(outbox, linger_s=0.5), speed=speed, answer_s=0.3)
    lateness: list[float] = []
    for poll in range(12):
        first = devices * (polls + poll) + 1
        outbox.append(a_poll(devices, polls + poll), entered_at=NOON)
        polled_at = link.now
        link.run(polled_at + 30.0)
        lateness.append(
            max(link.arrived[number] - polled_at for number in range(first, first + devices))
        )

    link.run(link.now + 600.0)

    assert max(lateness) < 10.0
    assert len(link.arrived) == (polls + 12) * devices
    assert len(outbox) == 0


def a_poll(devices: int, poll: int) -> list[Record]:
    """What as many lamps say at one instant: two digits behind the point, nothing repeated."""
    chance = random.Random(poll)
    return [
        a_record(
            f"lamp-{unit:03}",
            minute=5 * poll,
            values={f"metric_{place}": round(chance.gauss(50, 10), 2) for place in range(10)},
        )
        for unit in range(devices)
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

    ((flight, chunk),) = dispatch.departures(0.1)

    assert chunk.numbers == Ranges.of((2, 2))
    assert dispatch.rest_s(0.1) is None
    dispatch.taken(flight, chunk, seconds=0.1)
    dispatch.heard(0.2)
    assert dispatch.rest_s(0.2) == pytest.approx(29.9)


def test_what_nobody_acknowledges_is_sent_again_ever_more_slowly(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox)
    outbox.append(records_of("lamp-1", 3), entered_at=NOON)
    times: list[float] = []
    now = 0.0
    while now < 1_200.0:
        if departures := dispatch.departures(now):
            times.append(now)
            take_all(dispatch, departures)
        now += 1.0
        dispatch.heard(now)

    assert times == [0.0, 30.0, 90.0, 210.0, 450.0, 750.0, 1_050.0]


def test_while_ingest_is_silent_nothing_is_sent_again(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox)
    outbox.append(records_of("lamp-1", 3), entered_at=NOON)
    take_all(dispatch, dispatch.departures(0.0))

    assert dispatch.departures(100_000.0) == []
    assert dispatch.rest_s(100_000.0) is None
    dispatch.heard(100_000.0)
    assert sent(dispatch.departures(100_000.0)) == [Ranges.of((1, 3))]


def test_acknowledgements_that_come_late_halve_what_is_under_way_and_quick_ones_widen_it() -> None:
    reach = Reach(Pace(window=8, untaken=8, answer_s=3.0))
    told = [reach.chunks]
    for sent_at, now in [
        (0.0, 4.0),  # late: halved
        (0.0, 4.5),  # late, too, but sent before
        (4.0, 6.0),  # neither late nor quick
        (5.0, 9.0),
        (9.0, 13.0),
        (13.0, 17.0),  # never less than one
        (17.0, 18.0),
        (18.0, 19.0),
    ]:
        reach.answered(sent_at=sent_at, now=now)
        told.append(reach.chunks)

    assert told == [8.0, 4.0, 4.0, 4.0, 2.0, 1.0, 1.0, 2.0, 3.0]


class Queue:
    """One ingest for many gateways: takes in what has come, in groups, in a time of its own."""

    def __init__(self, *, rows_a_second: float) -> None:
        self.rows_a_second = rows_a_second
        self.now = 0.0
        self.waiting: list[tuple[Dispatch, Flight, SealedChunk]] = []

    def turn(self, gateways: list[Dispatch]) -> None:
        """Have every gateway send, then take in a group of what is there."""
        for gateway in gateways:
            departures = gateway.departures(self.now)
            take_all(gateway, departures)
            self.waiting += [(gateway, *departure) for departure in departures]
        group, self.waiting = self.waiting[:256], self.waiting[256:]
        self.now += max(sum(chunk.rows for *_, chunk in group) / self.rows_a_second, 0.05)
        for gateway, _, chunk in group:
            gateway.heard(self.now)
            gateway.settle(chunk.boot, chunk.numbers, now=self.now)


@pytest.mark.parametrize("rows_a_second", [5_000, 30_000])
def test_many_backlogs_before_one_ingest_do_not_hold_up_what_is_live(
    tmp_path: Path, rows_a_second: float
) -> None:
    """12 gateways have 3,000 records held back, and one has something live to say."""
    with ExitStack() as stack:
        outboxes = [
            stack.enter_context(Outbox(tmp_path / f"{name}.db", boot=FIRST_BOOT))
            for name in range(13)
        ]
        for outbox in outboxes[1:]:
            outbox.append(records_of("lamp-1", 3_000), entered_at=NOON)
        gateways = [a_dispatch(outbox, linger_s=0.0) for outbox in outboxes]
        queue, live = Queue(rows_a_second=rows_a_second), outboxes[0]
        lateness: list[float] = []
        entered_at = 0.0
        while sum(map(len, outboxes)):
            if not len(live):
                entered_at = queue.now
                live.append(records_of("lamp-1", 1, start=len(lateness)), entered_at=NOON)
            queue.turn(gateways)
            if not len(live):
                lateness.append(queue.now - entered_at)
            if not sum(map(len, outboxes[1:])):
                break

    assert max(lateness) < 10.0


def take_all(dispatch: Dispatch, departures: list[Departure]) -> None:
    """Have the broker take everything at once."""
    for flight, chunk in departures:
        dispatch.taken(flight, chunk, seconds=0.1)


def test_only_what_is_left_of_a_chunk_is_sent_again(outbox: Outbox) -> None:
    dispatch = a_dispatch(outbox)
    outbox.append(records_of("lamp-1", 5), entered_at=NOON)
    take_all(dispatch, dispatch.departures(0.0))
    dispatch.settle(FIRST_BOOT, Ranges.of((2, 4)))
    dispatch.heard(1.0)
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
        the_next(dispatch)
        dispatch.heard(1.0)
        outbox.append(records_of("lamp-1", 1, start=4), entered_at=NOON)

        afresh, again = dispatch.departures(30.0)

    assert opened(again).numbers == Ranges.of((1, 1), (3, 4))
    assert opened(again).account.thinned == Ranges.of((2, 2))
    assert opened(afresh).numbers == Ranges.of((5, 5))
