"""A TCP relay between two processes, whose link can be cut, slowed, or made to lie.

Relays run in a thread of their own. Where it is told to, a relay passes whole MQTT packets on, so
that a link can treat some of them in another way.
"""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self, TypeVar

_HOST: Final = "127.0.0.1"
_READ: Final = 65_536
_T = TypeVar("_T")


class Way(StrEnum):
    """Which way a piece goes."""

    THERE = "there"  # from who connected
    BACK = "back"


class HalfClosedError(Exception):
    """One way is closed, the other goes on."""


class Link:
    """A link that works. Others override what they do otherwise."""

    async def open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Tell whether a new connection is passed on; what is not has been answered here."""
        del reader, writer
        return True

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        """Return what is handed on for a piece, or raise ConnectionError to cut the connection."""
        del way
        return (piece,)


class Closed(Link):
    """Lets nobody in."""

    async def open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Pass nothing on."""
        del reader, writer
        return False


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="relays", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.run(_end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Have something done in the loop, and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Relay:
    """Listens on a port of this machine and passes on to another."""

    def __init__(self, loop: Loop, target: int, *, packets: bool) -> None:
        """Relay to a port; by whole MQTT packets or as it comes."""
        self._loop = loop
        self._target = target
        self._packets = packets
        self._link = Link()
        self._writers: set[asyncio.StreamWriter] = set()
        self._frozen: set[asyncio.StreamWriter] = set()
        self._server = loop.run(asyncio.start_server(self._welcome, _HOST, 0))
        self.port: Final[int] = self._server.sockets[0].getsockname()[1]

    def use(self, link: Link) -> None:
        """Let the link be another; connections that are open are cut."""
        self._loop.run(self._use(link))

    def turn(self, link: Link) -> None:
        """Let the link be another, under the connections that are open."""
        self._link = link

    def freeze(self) -> None:
        """Let nothing through on the connections that are open, and leave them open."""
        self._loop.run(self._freeze())

    def close(self) -> None:
        """Stop listening, and cut what is open."""
        self._loop.run(self._close())

    async def _use(self, link: Link) -> None:
        self._link = link
        self._cut()

    async def _freeze(self) -> None:
        self._frozen |= self._writers

    async def _close(self) -> None:
        self._server.close()
        self._cut()

    def _cut(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if await self._link.open(reader, writer):
                await self._join(reader, writer)
        except (OSError, asyncio.IncompleteReadError, EOFError):
            pass
        finally:
            self._drop(writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(_HOST, self._target)
        self._writers.add(back)
        ways = (
            asyncio.create_task(self._pump(Way.THERE, reader, back)),
            asyncio.create_task(self._pump(Way.BACK, there, writer)),
        )
        try:
            await asyncio.gather(*ways)
        finally:
            for way in ways:
                way.cancel()
            self._drop(back)

    def _drop(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        self._frozen.discard(writer)
        writer.transport.abort()

    async def _pump(
        self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while piece := await self._read(reader):
            if writer in self._frozen:
                continue
            try:
                for each in await self._link.carry(way, piece):
                    writer.write(each)
            except HalfClosedError:
                with suppress(OSError):
                    writer.write_eof()
                return
            await writer.drain()
        raise EOFError

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        return await (_packet(reader) if self._packets else reader.read(_READ))


async def _packet(reader: asyncio.StreamReader) -> bytes:
    """Read one MQTT packet: a byte, its length in sevens of bits, and so many bytes."""
    head = bytearray(await reader.readexactly(1))
    length = place = 0
    while True:
        head += await reader.readexactly(1)
        length |= (head[-1] & 0x7F) << place
        place += 7
        if not head[-1] & 0x80:
            return bytes(head) + await reader.readexactly(length)
