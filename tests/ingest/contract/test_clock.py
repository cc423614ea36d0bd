"""Clocks: the machine's and one that is told the time."""

import asyncio
from datetime import UTC, datetime, timedelta

from ingest.contract.clock import Clock, ManualClock, SystemClock

NOON = datetime(2026, 10, 30, 12, 0, tzinfo=UTC)


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_sleeps_wakes_when_the_clock_has_moved_on_far_enough() -> None:
    clock = ManualClock(NOON)
    sleeper = asyncio.create_task(clock.sleep(timedelta(minutes=5)))
    await settle()

    clock.set(NOON + timedelta(minutes=4, seconds=59))
    await settle()
    early = sleeper.done()
    clock.set(NOON + timedelta(minutes=5))
    await settle()

    assert not early
    assert sleeper.done()
    assert clock.now() == NOON + timedelta(minutes=5)


async def test_sleepers_wake_each_at_their_own_time() -> None:
    clock = ManualClock(NOON)
    woken: list[int] = []

    async def sleep(minutes: int) -> None:
        await clock.sleep(timedelta(minutes=minutes))
        woken.append(minutes)

    async with asyncio.TaskGroup() as tasks:
        for minutes in (3, 1, 2):
            tasks.create_task(sleep(minutes))
        for minute in (1, 2, 3):
            await settle()
            clock.set(NOON + timedelta(minutes=minute))

    assert woken == [1, 2, 3]


async def test_no_time_at_all_is_no_wait() -> None:
    for clock in (ManualClock(NOON), SystemClock()):
        await asyncio.wait_for(clock.sleep(timedelta(seconds=-1)), timeout=5)
        await asyncio.wait_for(clock.sleep(timedelta(0)), timeout=5)


def test_the_system_clock_tells_utc_and_moves_on() -> None:
    clock: Clock = SystemClock()
    first, second = clock.now(), clock.now()

    assert first.utcoffset() == timedelta(0)
    assert first <= second
