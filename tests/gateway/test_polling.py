"""Polling: aligned, one transaction a poll, and a silent device told once and left alone."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from gateway.driver import (
    DeviceRefusedError,
    DeviceUnreachableError,
    DriverError,
    PolledDevice,
    Readout,
)
from gateway.instants import Instants
from gateway.outbox import Bounds, Outbox
from gateway.polling import Contact, Line
from gateway.profile import Profile, Segment, WordOrder
from gateway.steps import ClockWatch
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges
from tests.gateway.builders import FIRST_BOOT, NOON, a_record

FIVE_MINUTES = timedelta(minutes=5)
PROFILE = Profile(
    id="a_profile",
    device_classes=(),
    source="",
    accuracy="",
    word_order=WordOrder.HIGH_FIRST,
    layout=(Segment(function=3, first=0, last=0),),
    points=(),
    faults={},
)

Answer = Callable[[], Readout]


def says(value: float) -> Answer:
    return lambda: Readout(values={"load_power": value})


def fails(error: type[DriverError]) -> Answer:
    def raises() -> Readout:
        raise error(DeviceId("lamp-1"), "as told")

    return raises


class Scripted:
    """A driver whose devices answer as a test says."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    async def read(self, device: PolledDevice) -> Readout:
        """Answer for a device."""
        self.asked.append(device.id)
        return self.answers[device.id]()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.db", boot=FIRST_BOOT, bounds=Bounds(max_records=100)) as opened:
        yield opened


def a_line(
    driver: Scripted,
    outbox: Outbox,
    *,
    clock: ManualClock | None = None,
    appended: Callable[[], None] = lambda: None,
    news: Callable[[], None] = lambda: None,
    forward: Callable[[], float] | None = None,
) -> Line:
    clock = clock or ManualClock(NOON)
    return Line(
        driver=driver,
        devices=[
            PolledDevice(id=DeviceId(name), unit=unit, profile=PROFILE)
            for unit, name in enumerate(driver.answers, start=1)
        ],
        interval=FIVE_MINUTES,
        outbox=outbox,
        instants=Instants(outbox.stretches()),
        clock=clock,
        watch=ClockWatch(clock, forward=forward or (lambda: micros(clock.now()) / 1e6)),
        appended=appended,
        news=news,
    )


def said(outbox: Outbox) -> list[tuple[str, datetime, dict[str, float | None]]]:
    """Device, instant and values of all records held."""
    rows = outbox.rows(FIRST_BOOT, within=Ranges.of((1, 1_000)), limit=1_000)
    return [
        (row.record.device, moment(row.record.measured_at), dict(row.record.values)) for row in rows
    ]


def moment(microseconds: int) -> datetime:
    return NOON + timedelta(microseconds=microseconds - micros(NOON))


async def test_what_the_devices_say_is_appended_together(outbox: Outbox) -> None:
    told: list[int] = []
    driver = Scripted({"lamp-1": says(60.0), "lamp-2": says(30.0)})
    line = a_line(driver, outbox, appended=lambda: told.append(len(outbox)))

    await line.poll()

    assert said(outbox) == [
        ("lamp-1", NOON, {"reachable": 1.0, "load_power": 60.0}),
        ("lamp-2", NOON, {"reachable": 1.0, "load_power": 30.0}),
    ]
    assert told == [2]


async def test_polls_come_at_multiples_of_the_interval(outbox: Outbox) -> None:
    clock = ManualClock(NOON + timedelta(minutes=2))
    polled = asyncio.Event()
    line = a_line(Scripted({"lamp-1": says(1.0)}), outbox, clock=clock, appended=polled.set)
    running = asyncio.create_task(line.run(), name="line")
    for minute in (4, 5, 9, 10):
        await asyncio.sleep(0)
        clock.set(NOON + timedelta(minutes=minute))
        if minute % 5 == 0:
            await asyncio.wait_for(polled.wait(), 10)
            polled.clear()
    running.cancel()

    assert [at for _, at, _ in said(outbox)] == [
        NOON + timedelta(minutes=5),
        NOON + timedelta(minutes=10),
    ]


async def test_quality_travels_with_the_record(outbox: Outbox) -> None:
    readout = Readout(values={"battery_soc": None}, quality={"battery_soc": Quality.MISSING})
    await a_line(Scripted({"lamp-1": lambda: readout}), outbox).poll()

    (row,) = outbox.rows(FIRST_BOOT, within=Ranges.of((1, 9)), limit=9)
    assert row.record.quality == {"battery_soc": Quality.MISSING}


async def test_losing_and_finding_a_device_is_told_once_each(outbox: Outbox) -> None:
    driver = Scripted({"lamp-1": says(60.0)})
    line = a_line(driver, outbox)
    await line.poll()
    driver.answers["lamp-1"] = fails(DeviceUnreachableError)
    for _ in range(5):
        await line.poll()
    driver.answers["lamp-1"] = says(61.0)
    for _ in range(8):
        await line.poll()

    values = [values for _, _, values in said(outbox)]
    assert values[:3] == [
        {"reachable": 1.0, "load_power": 60.0},
        {"reachable": 0.0},
        {"reachable": 1.0, "load_power": 61.0},
    ]
    assert all(each == {"load_power": 61.0} for each in values[3:])


async def test_a_device_that_was_never_there_is_told_too(outbox: Outbox) -> None:
    await a_line(Scripted({"lamp-1": fails(DeviceUnreachableError)}), outbox).poll()

    assert said(outbox) == [("lamp-1", NOON, {"reachable": 0.0})]


async def test_a_device_that_refuses_is_reachable(outbox: Outbox) -> None:
    line = a_line(Scripted({"lamp-1": fails(DeviceRefusedError)}), outbox)
    await line.poll()
    await line.poll()

    assert said(outbox) == [("lamp-1", NOON, {"reachable": 1.0})]


async def test_a_silent_device_does_not_disturb_its_neighbors(outbox: Outbox) -> None:
    driver = Scripted({"lamp-1": fails(DeviceUnreachableError), "lamp-2": says(30.0)})
    line = a_line(driver, outbox)
    for _ in range(4):
        await line.poll()

    assert driver.asked.count("lamp-2") == 4
    assert [name for name, _, values in said(outbox) if "load_power" in values] == ["lamp-2"] * 4


async def test_a_silent_device_is_asked_ever_more_rarely(outbox: Outbox) -> None:
    driver = Scripted({"lamp-1": fails(DeviceUnreachableError)})
    line = a_line(driver, outbox)
    polls: list[int] = []
    for number in range(60):
        before = len(driver.asked)
        await line.poll()
        polls += [number] if len(driver.asked) > before else []

    # 1, 2, 4, 8, 12, 12 and 12 polls are skipped in between
    assert polls == [0, 2, 5, 10, 19, 32, 45, 58]


def test_an_answer_ends_the_skipping() -> None:
    contact = Contact(device=PolledDevice(id=DeviceId("lamp-1"), unit=1, profile=PROFILE))
    for _ in range(5):
        contact.failed()
    contact.answered()
    contact.failed()

    assert contact.polls_to_skip == 1


async def test_no_instant_is_used_twice_when_the_clock_steps_back(outbox: Outbox) -> None:
    clock = ManualClock(NOON)
    line = a_line(Scripted({"lamp-1": says(1.0)}), outbox, clock=clock)
    await line.poll()
    clock.set(NOON - timedelta(hours=1))
    await line.poll()

    assert [at for _, at, _ in said(outbox)] == [NOON, NOON + timedelta(milliseconds=1)]


async def test_an_instant_that_is_not_the_clocks_own_is_suspect(outbox: Outbox) -> None:
    clock = ManualClock(NOON)
    readout = Readout(
        values={"load_power": 1.0, "battery_soc": None}, quality={"battery_soc": Quality.MISSING}
    )
    line = a_line(Scripted({"lamp-1": lambda: readout}), outbox, clock=clock)
    for minutes in (0, -60, 0, 5):
        clock.set(NOON + timedelta(minutes=minutes))
        await line.poll()

    rows = outbox.rows(FIRST_BOOT, within=Ranges.of((1, 9)), limit=9)
    usual = {"battery_soc": Quality.MISSING}
    assert [row.record.quality for row in rows] == [
        usual,
        {"load_power": Quality.SUSPECT, "battery_soc": Quality.MISSING},
        usual,
        usual,
    ]


async def test_a_clock_put_right_is_followed_and_suspect_up_to_where_it_was_wrong(
    outbox: Outbox,
) -> None:
    clock = ManualClock(NOON)
    line = a_line(Scripted({"lamp-1": says(1.0)}), outbox, clock=clock)
    minutes = (0, 60, 5, 10, 65)
    for each in minutes:
        clock.set(NOON + timedelta(minutes=each))
        await line.poll()

    rows = outbox.rows(FIRST_BOOT, within=Ranges.of((1, 9)), limit=9)
    assert [at for _, at, _ in said(outbox)] == [NOON + timedelta(minutes=m) for m in minutes]
    doubted = [bool(row.record.quality) for row in rows]
    assert doubted == [False, False, True, True, False]


async def test_a_step_of_the_clock_is_news(outbox: Outbox) -> None:
    clock, told, elapsed = ManualClock(NOON), list[str](), [0.0]
    line = a_line(
        Scripted({"lamp-1": says(1.0)}),
        outbox,
        clock=clock,
        news=lambda: told.append("news"),
        forward=lambda: elapsed[0],
    )
    await line.poll()
    assert told == []
    clock.set(NOON + timedelta(hours=1, minutes=5))
    elapsed[0] = 300.0
    await line.poll()

    assert told == ["news"]
    assert [(step.at, step.by_s) for step in line.watch.steps] == [
        (NOON + timedelta(hours=1, minutes=5), 3_600.0)
    ]


class Sleepy(ManualClock):
    """A clock that runs on by what is slept, and whose sleeps are too short or are stepped."""

    def __init__(self, now: datetime, *, short: timedelta) -> None:
        super().__init__(now)
        self.short = [short]
        self.slept: list[timedelta] = []

    async def sleep(self, duration: timedelta) -> None:
        self.slept.append(duration)
        self.set(self.now() + duration - (self.short.pop() if self.short else timedelta(0)))
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("short_s", "slept_s"),
    [
        pytest.param(0.25, [300.0, 0.25, 300.0], id="a clock that runs slow is waited for"),
        pytest.param(3_600.0, [300.0, 300.0, 300.0], id="a clock that is stepped back is not"),
    ],
)
async def test_an_instant_is_polled_once(
    outbox: Outbox, short_s: float, slept_s: list[float]
) -> None:
    clock = Sleepy(NOON, short=timedelta(seconds=short_s))
    polls: list[datetime] = []
    done = asyncio.Event()

    def polled() -> None:
        polls.append(clock.now())
        if len(polls) == 2:
            done.set()

    line = a_line(Scripted({"lamp-1": says(1.0)}), outbox, clock=clock, appended=polled)
    running = asyncio.create_task(line.run(), name="line")
    await asyncio.wait_for(done.wait(), 10)
    running.cancel()

    assert [each.total_seconds() for each in clock.slept[: len(slept_s)]] == slept_s
    assert polls[1] - polls[0] == FIVE_MINUTES


async def test_a_record_that_is_too_large_costs_its_neighbors_nothing(outbox: Outbox) -> None:
    huge = Readout(values={f"metric_{place}": 1.0 for place in range(2_000)})
    told: list[int] = []
    driver = Scripted({"lamp-1": lambda: huge, "lamp-2": says(30.0)})
    await a_line(driver, outbox, news=lambda: told.append(outbox.not_taken)).poll()

    assert [name for name, _, _ in said(outbox)] == ["lamp-2"]
    assert told == [1]


async def test_a_full_outbox_costs_the_poll_and_no_event(tmp_path: Path) -> None:
    with Outbox(tmp_path / "o", boot=FIRST_BOOT, bounds=Bounds(max_records=1)) as outbox:
        outbox.append([a_record("another")], entered_at=NOON)
        line = a_line(Scripted({"lamp-1": says(1.0)}), outbox)
        await line.poll()
        assert [name for name, _, _ in said(outbox)] == ["another"]

        outbox.settle(FIRST_BOOT, Ranges.of((1, 1)))
        await line.poll()
        assert [values for _, _, values in said(outbox)] == [{"reachable": 1.0, "load_power": 1.0}]


async def test_a_line_that_neither_asks_nor_appends_is_stuck(outbox: Outbox) -> None:
    line = a_line(Scripted({"lamp-1": says(1.0)}), outbox)
    told: list[bool] = []
    for ago_s in (421.0, 419.0):
        line._moved_at -= ago_s  # pyright: ignore[reportPrivateUsage]
        told.append(line.stuck)
        await line.poll()
        told.append(line.stuck)

    assert told == [True, False, False, False]
