"""The clock port: everything that waits takes it, so that a zone's week can pass in a minute."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time of the zone, and waits in it."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Wait until the clock has moved on by the duration."""
        ...


class SystemClock:
    """The machine's own clock; the only place in the project that reads it."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        """Wait in real time."""
        await asyncio.sleep(max(duration.total_seconds(), 0.0))


class ManualClock:
    """A clock that stands still until it is told the time."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """Return the time it was last told."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to an instant and wake who waited for it."""
        self._now = now
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, duration: timedelta) -> None:
        """Wait until somebody has moved the clock by the duration."""
        until = self._now + duration
        while self._now < until:
            await self._moved.wait()
