"""The conductor: tells simulated time to followers in other processes, in lockstep.

It moves to the first instant that a follower waits for, tells the lowest rank first, and the next
rank when all of that have answered: devices have the new hour's values before gateways ask.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from types import TracebackType
from typing import Any, Final, Self

import orjson

from gateway.clock import Sleepers
from ingest.contract.clock import Clock
from ingest.contract.period import instant, micros

_LOG: Final = logging.getLogger(__name__)
_PATIENCE_S: Final = 10.0
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = timedelta(seconds=1)
_NEVER: Final = 1 << 62  # microseconds


@dataclass(slots=True, eq=False, kw_only=True)
class _Follower:
    name: str
    rank: int
    writer: asyncio.StreamWriter
    asleep_until: int | None = None
    asleep: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, now: int) -> None:
        self.asleep.clear()
        self.writer.write(b'{"now":%d}\n' % now)


class Conductor:
    """Simulated time for this process and for all that follow it over a loopback port.

    Who sleeps on the conductor itself is woken at the first step that reaches the instant, but
    does not make it step: steps are the followers'.
    """

    def __init__(self, start: datetime, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """Begin at an instant; port 0 takes a free one."""
        self._now = micros(start)
        self._host = host
        self._asked_port = port
        self._followers: list[_Follower] = []
        self._sleepers = Sleepers()
        self._joined = asyncio.Event()
        self._handlers: set[asyncio.Task[Any]] = set()
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._welcome, self._host, self._asked_port)
        self._closing.push_async_callback(self._close)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._closing.aclose()

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def now(self) -> datetime:
        """Return the simulated time."""
        return instant(self._now)

    async def sleep(self, duration: timedelta) -> None:
        """Wait until simulated time has moved on by the duration."""
        if duration <= timedelta(0):
            await asyncio.sleep(0)
            return
        await self._sleepers.wait(self._sleepers.enter(self._now + duration // _MICROSECOND))

    async def gather(self, followers: int) -> None:
        """Wait until so many followers are there and asleep."""
        while len(self._followers) < followers:
            await self._joined.wait()
            self._joined.clear()
        await self._all_asleep(self._followers)

    async def run(self, until: datetime) -> None:
        """Move on as fast as the followers do, to an instant and no further."""
        end = micros(until)
        while self._now < end:
            await self._all_asleep(self._followers)
            await self._step(min(self._first_wish(), end))

    async def follow(self, real: Clock, *, at_least_every: timedelta = _SECOND) -> None:
        """Go on with a real clock, never ahead of it, until cancelled."""
        while True:
            await self._all_asleep(self._followers)
            present = micros(real.now())
            pace = self._now + at_least_every // _MICROSECOND
            target = min(self._first_wish(), max(pace, present))
            if target > present:
                await real.sleep((target - present) * _MICROSECOND)
            await self._step(target)

    def _first_wish(self) -> int:
        wishes = (follower.asleep_until for follower in self._followers)
        return min((wish for wish in wishes if wish is not None), default=_NEVER)

    async def _step(self, now: int) -> None:
        self._now = max(now, self._now)
        told = sorted(self._followers, key=lambda follower: follower.rank)
        for _, rank in groupby(told, key=lambda follower: follower.rank):
            followers = list(rank)
            for follower in followers:
                follower.tell(self._now)
            await self._all_asleep(followers)
        self._sleepers.wake(self._now)
        await asyncio.sleep(0)

    async def _all_asleep(self, followers: Sequence[_Follower]) -> None:
        for follower in tuple(followers):
            while not follower.asleep.is_set():
                try:
                    async with asyncio.timeout(_PATIENCE_S):
                        await follower.asleep.wait()
                except TimeoutError:
                    _LOG.warning("time stands still: waiting for %s", follower.name)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (handler := asyncio.current_task()) is not None:
            self._handlers.add(handler)
            handler.add_done_callback(self._handlers.discard)
        try:
            await self._attend(reader, writer)
        except (OSError, ValueError, TypeError, KeyError) as error:
            _LOG.warning("follower dropped: %s", error)
        finally:
            writer.close()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello: dict[str, Any] = orjson.loads(await reader.readline())
        follower = _Follower(name=str(hello["hello"]), rank=int(hello["rank"]), writer=writer)
        self._followers.append(follower)
        self._joined.set()
        follower.tell(self._now)
        try:
            while line := await reader.readline():
                answer: dict[str, int | None] = orjson.loads(line)
                follower.asleep_until = answer["asleep_until"]
                follower.asleep.set()
        finally:
            self._followers.remove(follower)
            follower.asleep.set()

    async def _close(self) -> None:
        self._server.close()
        for follower in tuple(self._followers):
            follower.writer.close()
        await asyncio.gather(*self._handlers, return_exceptions=True)
        await self._server.wait_closed()
