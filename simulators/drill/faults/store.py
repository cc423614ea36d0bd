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
_WRITE: Final = b"POST /api/v2/write"
_SLOW_S: Final = 0.5
_MET_S: Final = 180.0  # a fault that nothing meets is none; what a gateway sends again may take 90


class _Bad(Link):
    """A way to the store that is out of order, and knows how often it was written to."""

    def __init__(self) -> None:
        self.writes = 0

    def note(self, piece: bytes) -> None:
        """Count a piece that begins a write."""
        self.writes += _WRITE in piece


class _Unavailable(_Bad):
    """Answers every request with 503."""

    async def open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        self.note(head)
        await reader.readexactly(_length(head))
        writer.write(_UNAVAILABLE)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        return False


class _Hanging(_Bad):
    """Takes every request and never answers."""

    async def open(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        del writer
        while piece := await reader.read(65_536):
            self.note(piece)
        return False


class _Slow(_Bad):
    """Takes its time over every piece."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        del way
        self.note(piece)
        await asyncio.sleep(_SLOW_S)
        return (piece,)


class _LosingAnswers(_Bad):
    """Passes requests on and cuts the connection when the answer comes."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        if way is Way.BACK:
            raise ConnectionResetError
        self.note(piece)
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


def _through(link: _Bad, seconds: float) -> Strike:
    def strike(setting: Setting, _: ExitStack) -> None:
        if setting.store_link is None:
            return
        setting.live(1)
        before = link.writes
        setting.store_link.use(link)
        setting.live(seconds if setting.thorough else seconds / 3)
        setting.until(
            lambda: link.writes > before, patience_s=_MET_S, what="nobody writes to the store"
        )
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
