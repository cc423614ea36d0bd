"""Faults of the reading store, and of the way to it."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from simulators.drill.faults.fault import Fault, Need, Strike
from simulators.drill.relay import Link, Way
from simulators.drill.setting import Setting

_UNAVAILABLE: Final = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)
_SLOW_S: Final = 0.5


class _Unavailable(Link):
    """Answers every request with 503."""

    async def open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(_length(head))
        writer.write(_UNAVAILABLE)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        return False


class _Hanging(Link):
    """Takes every request and never answers."""

    async def open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        del writer
        while await reader.read(65_536):
            pass
        return False


class _Slow(Link):
    """Takes its time over every piece."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        del way
        await asyncio.sleep(_SLOW_S)
        return (piece,)


class _LosingAnswers(Link):
    """Passes requests on and cuts the connection when the answer comes."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        if way is Way.BACK:
            raise ConnectionResetError
        return (piece,)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, text = line.partition(b":")
        if name.lower() == b"content-length":
            return int(text)
    return 0


def _killed(setting: Setting, _: ExitStack) -> None:
    if setting.store is None:
        return
    setting.live(2)
    setting.store.process.kill()
    setting.live(30 if setting.thorough else 4)
    setting.store.start()


def _through(link: Link, seconds: float) -> Strike:
    def strike(setting: Setting, _: ExitStack) -> None:
        if setting.store_link is None:
            return
        setting.live(1)
        setting.store_link.use(link)
        setting.live(seconds if setting.thorough else seconds / 3)
        setting.store_link.use(Link())

    return strike


FAULTS: Final = (
    Fault(name="store_killed", strike=_killed, needs=frozenset({Need.INFLUXD})),
    *(
        Fault(name=name, strike=_through(link, seconds), needs=frozenset({Need.INFLUXD}))
        for name, link, seconds in (
            ("store_unavailable", _Unavailable(), 12.0),
            ("store_slow", _Slow(), 12.0),
            ("store_hangs", _Hanging(), 12.0),
            ("store_answers_lost", _LosingAnswers(), 12.0),
        )
    ),
)
