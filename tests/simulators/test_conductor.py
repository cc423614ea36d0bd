"""Simulated time: in lockstep, the lower rank first, and never ahead of a real clock."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from gateway.clock import ClockLostError, FollowedClock
from ingest.contract.clock import ManualClock
from simulators.conductor import Conductor

START = datetime(2026, 11, 24, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)
PATIENCE_S = 10.0

Log = list[tuple[str, datetime]]


async def until(condition: Callable[[], bool]) -> None:
    """Let others run until something has come true."""
    while not condition():  # noqa: ASYNC110 - what is awaited has no event
        await asyncio.sleep(0)


@asynccontextmanager
async def following(
    conductor: Conductor, name: str, *, rank: int, every: timedelta, log: Log, tasks: int = 1
) -> AsyncGenerator[FollowedClock]:
    """A follower whose tasks note each instant at which they wake."""

    async def wake_often(clock: FollowedClock) -> None:
        while True:
            await clock.sleep(every)
            log.append((name, clock.now()))

    port = conductor.port
    async with (
        FollowedClock("127.0.0.1", port, name=name, rank=rank, sleepers=tasks) as clock,
        asyncio.TaskGroup() as group,
    ):
        running = [
            group.create_task(clock.follow(), name="clock"),
            *(group.create_task(wake_often(clock), name=f"sleeper-{i}") for i in range(tasks)),
        ]
        yield clock
        for task in running:
            task.cancel()


async def test_followers_wake_at_their_instants_and_at_no_others() -> None:
    log: Log = []
    async with (
        asyncio.timeout(PATIENCE_S),
        Conductor(START) as conductor,
        following(conductor, "box", rank=0, every=timedelta(minutes=2), log=log),
        following(conductor, "gw", rank=1, every=timedelta(minutes=3), log=log),
    ):
        await conductor.gather(2)
        await conductor.run(START + timedelta(minutes=7))

        assert conductor.now() == START + timedelta(minutes=7)
    minutes = [(name, (at - START) / timedelta(minutes=1)) for name, at in log]
    assert minutes == [("box", 2), ("gw", 3), ("box", 4), ("box", 6), ("gw", 6)]


async def test_the_lower_rank_is_asleep_again_before_the_higher_is_told() -> None:
    log: Log = []
    async with (
        asyncio.timeout(PATIENCE_S),
        Conductor(START) as conductor,
        following(conductor, "gw", rank=1, every=FIVE_MINUTES, log=log),
        following(conductor, "box", rank=0, every=FIVE_MINUTES, log=log, tasks=2),
    ):
        await conductor.gather(2)
        await conductor.run(START + timedelta(hours=2))

    assert [name for name, _ in log] == ["box", "box", "gw"] * 24


async def test_time_waits_for_a_follower_that_is_busy() -> None:
    done = asyncio.Event()
    async with asyncio.timeout(PATIENCE_S), Conductor(START) as conductor:
        port = conductor.port

        async def works(clock: FollowedClock) -> None:
            while True:
                await clock.sleep(FIVE_MINUTES)
                await done.wait()

        async with (
            FollowedClock("127.0.0.1", port, name="gw", rank=0, sleepers=1) as clock,
            asyncio.TaskGroup() as group,
        ):
            follow = group.create_task(clock.follow(), name="clock")
            work = group.create_task(works(clock), name="works")
            await conductor.gather(1)
            running = group.create_task(conductor.run(START + 2 * FIVE_MINUTES), name="run")
            await until(lambda: clock.now() > START)
            finished, _ = await asyncio.wait({running}, timeout=0.05)
            assert not finished
            assert conductor.now() == START + FIVE_MINUTES

            done.set()
            await running
            follow.cancel()
            work.cancel()


async def test_time_goes_on_without_a_follower_that_left() -> None:
    log: Log = []
    async with asyncio.timeout(PATIENCE_S), Conductor(START) as conductor:
        async with following(conductor, "gw", rank=0, every=FIVE_MINUTES, log=log):
            await conductor.gather(1)
        await conductor.run(START + timedelta(days=1))

        assert conductor.now() == START + timedelta(days=1)


async def test_a_follower_that_joins_late_begins_at_the_present() -> None:
    log: Log = []
    async with asyncio.timeout(PATIENCE_S), Conductor(START) as conductor:
        await conductor.run(START + timedelta(hours=1))
        async with following(conductor, "gw", rank=0, every=FIVE_MINUTES, log=log) as clock:
            assert clock.now() == START + timedelta(hours=1)
            await conductor.gather(1)
            await conductor.run(START + timedelta(hours=1, minutes=5))

    assert log == [("gw", START + timedelta(hours=1, minutes=5))]


async def test_who_talks_nonsense_is_dropped() -> None:
    async with asyncio.timeout(PATIENCE_S), Conductor(START) as conductor:
        reader, writer = await asyncio.open_connection("127.0.0.1", conductor.port)
        writer.write(b"[1]\n")

        assert await reader.read() == b""
        await conductor.run(START + FIVE_MINUTES)
        writer.close()
        await writer.wait_closed()


async def test_the_lines_on_the_wire_are_as_documented() -> None:
    start_us = 1_795_478_400_000_000
    async with asyncio.timeout(PATIENCE_S), Conductor(START) as conductor:
        reader, writer = await asyncio.open_connection("127.0.0.1", conductor.port)
        writer.write(b'{"hello": "by-hand", "rank": 3}\n')
        assert orjson.loads(await reader.readline()) == {"now": start_us}
        writer.write(b'{"asleep_until": %d}\n' % (start_us + 1_500_000))
        await conductor.gather(1)
        async with asyncio.TaskGroup() as group:
            group.create_task(conductor.run(START + timedelta(seconds=9)), name="run")
            assert orjson.loads(await reader.readline()) == {"now": start_us + 1_500_000}
            writer.write(b'{"asleep_until": null}\n')
            assert orjson.loads(await reader.readline()) == {"now": start_us + 9_000_000}
            writer.write(b'{"asleep_until": null}\n')
        writer.close()
        await writer.wait_closed()


async def test_who_sleeps_on_the_conductor_wakes_at_the_first_step_that_reaches_the_instant() -> (
    None
):
    woken: list[datetime] = []
    log: Log = []

    async def note(conductor: Conductor) -> None:
        await conductor.sleep(timedelta(minutes=6))
        woken.append(conductor.now())

    async with (
        asyncio.timeout(PATIENCE_S),
        Conductor(START) as conductor,
        following(conductor, "gw", rank=0, every=FIVE_MINUTES, log=log),
        asyncio.TaskGroup() as group,
    ):
        group.create_task(note(conductor), name="note")
        await conductor.gather(1)
        await conductor.run(START + timedelta(minutes=20))

    assert woken == [START + timedelta(minutes=10)]


async def test_in_company_of_a_real_clock_it_is_never_ahead() -> None:
    real = ManualClock(START + timedelta(minutes=12))
    log: Log = []
    async with (
        asyncio.timeout(PATIENCE_S),
        Conductor(START) as conductor,
        following(conductor, "gw", rank=0, every=FIVE_MINUTES, log=log),
        asyncio.TaskGroup() as group,
    ):
        await conductor.gather(1)
        follow = group.create_task(conductor.follow(real), name="follow")
        await until(lambda: conductor.now() >= START + timedelta(minutes=12))
        assert len(log) == 2

        real.set(START + timedelta(minutes=14))
        await until(lambda: conductor.now() >= START + timedelta(minutes=14))
        assert len(log) == 2

        real.set(START + timedelta(minutes=15))
        await until(lambda: len(log) == 3)
        assert conductor.now() == START + timedelta(minutes=15)
        follow.cancel()


async def test_a_follower_without_a_conductor_says_so() -> None:
    async with Conductor(START) as conductor:
        port = conductor.port
    with pytest.raises(ClockLostError, match=f"clock 127.0.0.1:{port}"):
        await FollowedClock("127.0.0.1", port, name="gw", rank=0, sleepers=1).__aenter__()


async def test_a_conductor_that_goes_ends_its_followers() -> None:
    async with asyncio.timeout(PATIENCE_S):
        async with Conductor(START) as conductor:
            clock = FollowedClock("127.0.0.1", conductor.port, name="gw", rank=0, sleepers=0)
            await clock.__aenter__()
        with pytest.raises(ClockLostError, match="gone"):
            await clock.follow()
        await clock.__aexit__(None, None, None)
