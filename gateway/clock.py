"""A clock that follows a conductor, so that a zone's week passes in minutes, in lockstep.

Lines of JSON over TCP. The follower begins: {"hello": NAME, "rank": RANK}. The conductor tells
the time: {"now": MICROSECONDS}. Once all its sleepers wait again, the follower answers when the
first of them wants to be woken: {"asleep_until": MICROSECONDS or null}.
"""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from types import TracebackType
from typing import Any, Self

import orjson

from ingest.contract.period import instant


class ClockLostError(ConnectionError):
    """The conductor is gone or talks nonsense; the time is no longer known."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"clock {host}:{port}: {reason}")
        self.host = host
        self.port = port
        self.reason = reason


class Sleepers:
    """Tasks that wait for instants, and are woken when these have come."""

    def __init__(self) -> None:
        """Begin with nobody asleep."""
        self._asleep: list[tuple[int, int, asyncio.Future[None]]] = []
        self._turn = 0

    def __len__(self) -> int:
        return len(self._asleep)

    @property
    def first(self) -> int | None:
        """The instant the next one waits for. [microseconds, UTC]"""
        return self._asleep[0][0] if self._asleep else None

    def enter(self, until: int) -> asyncio.Future[None]:
        """Enter a sleeper until an instant; return what to wait on."""
        woken = asyncio.get_running_loop().create_future()
        self._turn += 1
        heappush(self._asleep, (until, self._turn, woken))
        return woken

    def wake(self, now: int) -> None:
        """Wake everyone whose instant has come."""
        while self._asleep and self._asleep[0][0] <= now:
            woken = heappop(self._asleep)[2]
            if not woken.done():
                woken.set_result(None)

    async def wait(self, woken: asyncio.Future[None]) -> None:
        """Wait for the instant that was entered for."""
        try:
            await woken
        except asyncio.CancelledError:
            self._leave(woken)
            raise

    def _leave(self, woken: asyncio.Future[None]) -> None:
        self._asleep = [each for each in self._asleep if each[2] is not woken]
        heapify(self._asleep)


class FollowedClock:
    """The time as a conductor tells it. Entering connects; follow() must run beside the sleepers.

    Sleepers is how many tasks sleep on it: the conductor moves on when all of them wait.
    """

    def __init__(self, host: str, port: int, *, name: str, rank: int, sleepers: int) -> None:
        """Follow the conductor at an address; lower ranks are told the time first."""
        self._host = host
        self._port = port
        self._hello = {"hello": name, "rank": rank}
        self._expected = sleepers
        self._sleepers = Sleepers()
        self._now = 0
        self._owes_answer = False
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        try:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        except OSError as error:
            raise self._lost(str(error)) from error
        self._closing.callback(self._writer.close)
        self._say(self._hello)
        await self._hear()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._closing.aclose()

    def now(self) -> datetime:
        """Return the time last told."""
        return instant(self._now)

    async def sleep(self, duration: timedelta) -> None:
        """Wait until the conductor's time has moved on by the duration."""
        until = self._now + duration // timedelta(microseconds=1)
        if until <= self._now:
            await asyncio.sleep(0)
            return
        woken = self._sleepers.enter(until)
        self._answer()
        await self._sleepers.wait(woken)

    async def follow(self) -> None:
        """Take the time from the conductor until cancelled, or raise ClockLostError."""
        self._answer()
        while True:
            await self._hear()
            self._sleepers.wake(self._now)
            self._answer()

    async def _hear(self) -> None:
        try:
            line = await self._reader.readline()
            told: Any = orjson.loads(line)
            self._now = int(told["now"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise self._lost("gone" if self._reader.at_eof() else str(error)) from error
        self._owes_answer = True

    def _answer(self) -> None:
        if self._owes_answer and len(self._sleepers) == self._expected:
            self._owes_answer = False
            self._say({"asleep_until": self._sleepers.first})

    def _say(self, message: dict[str, Any]) -> None:
        self._writer.write(orjson.dumps(message) + b"\n")

    def _lost(self, reason: str) -> ClockLostError:
        return ClockLostError(self._host, self._port, reason)
