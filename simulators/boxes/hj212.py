"""A simulated station that speaks HJ 212 and can misbehave.

It connects to a gateway's listener, sends what it is told to, resends what was not answered, and
answers requests for its history. It shares nothing with the gateway's parser.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Final, Self

_ANSWER: Final = re.compile(rb"QN=(\d+);ST=91;CN=(901[34]);")
_REQUEST: Final = re.compile(
    rb"QN=(\d+);ST=\d\d;CN=(20[356]1);.*BeginTime=(\d{14}).EndTime=(\d{14})"
)
_TIME: Final = "%Y%m%d%H%M%S"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a station behaves; by default as the standard wants it."""

    wrong_check: bool = False
    modbus_check: bool = False
    longer_by: int = 0  # added to the stated length: 6 is a dialect
    torn_after: int | None = None  # bytes of each frame that are sent before the connection ends
    noise: bytes = b""  # before each frame
    piece: int | None = None  # bytes sent at a time
    flag: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One upload: fields by code, as text, for an instant of the station's own clock."""

    at: datetime  # naive, as the clock shows it
    items: Mapping[str, Mapping[str, str]]
    command: str = "2011"

    def area(self) -> str:
        """Return the data area."""
        items = (
            ",".join(f"{code}-{name}={text}" for name, text in fields.items())
            for code, fields in self.items.items()
        )
        return ";".join([f"DataTime={self.at:{_TIME}}", *items])


@dataclass(kw_only=True)
class Hj212Box:
    """One station. Entered, it is connected; what it has in its history can be asked for."""

    port: int
    mn: str
    password: str = "123456"  # noqa: S105
    system: str = "22"
    host: str = "127.0.0.1"
    manners: Manners = field(default_factory=Manners)
    history: dict[tuple[str, datetime], Said] = field(default_factory=dict)  # by command and start
    answers: list[str] = field(default_factory=list)  # commands that came back
    requests: list[tuple[str, str, str]] = field(default_factory=list)  # command, begin, end
    _sent: int = 0

    async def __aenter__(self) -> Self:
        self._answered = asyncio.Event()
        self._reader, self._writer = await asyncio.open_connection(self.host, self.port)
        self._hearing = asyncio.create_task(self._hear(), name=f"box {self.mn}")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hearing.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await self._hearing
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def say(self, said: Said, *, timeout_s: float = 10.0, tries: int = 1) -> bool:
        """Send an upload, again where nothing comes back; tell whether it was answered."""
        self._sent += 1
        content = self._segment(said, number=self._sent)
        for _ in range(tries):
            self._answered.clear()
            await self.send(content)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answered.wait(), timeout_s)
                return True
        return False

    async def send(self, segment: bytes) -> None:
        """Send a segment as a frame, in this station's manners."""
        await self.send_bytes(self.manners.noise + framed(segment, self.manners))

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        whole = data[: self.manners.torn_after]
        for start in range(0, len(whole), self.manners.piece or len(whole)):
            self._writer.write(whole[start : start + (self.manners.piece or len(whole))])
            await self._writer.drain()
        if self.manners.torn_after is not None:
            self._writer.close()

    async def gone(self) -> None:
        """Wait until the other side has ended the connection."""
        await self._hearing

    def _segment(self, said: Said, *, number: int) -> bytes:
        sent = f"{said.at:{_TIME}}{number % 1_000:03d}"
        head = f"QN={sent};ST={self.system};CN={said.command};PW={self.password};MN={self.mn}"
        return f"{head};Flag={self.manners.flag};CP=&&{said.area()}&&".encode()

    async def _hear(self) -> None:
        while line := await self._reader.readline():
            if found := _ANSWER.search(line):
                self.answers.append(found[2].decode())
                self._answered.set()
            if found := _REQUEST.search(line):
                await self._bring(*(each.decode() for each in found.groups()))

    async def _bring(self, exchange: str, command: str, begin: str, end: str) -> None:
        """Answer a request for history: accepted, what there is, done."""
        self.requests.append((command, begin, end))
        for number, result in (("9011", "QnRtn=1"), (None, ""), ("9012", "ExeRtn=1")):
            if number is not None:
                head = f"QN={exchange};ST=91;CN={number};PW={self.password};MN={self.mn};Flag=4"
                await self.send(f"{head};CP=&&{result}&&".encode())
                continue
            first, last = (datetime.strptime(each, _TIME) for each in (begin, end))  # noqa: DTZ007
            for (kept, at), said in sorted(self.history.items(), key=lambda each: each[0]):
                if kept == command and first <= at <= last:
                    self._sent += 1
                    await self.send(self._segment(said, number=self._sent))


def framed(segment: bytes, manners: Manners) -> bytes:
    """Return a segment as it travels: HJ 212-2017, 6.3 and Annex A."""
    register = 0xFFFF
    for byte in segment:
        register = register ^ byte if manners.modbus_check else (register >> 8) ^ byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    check = register ^ 1 if manners.wrong_check else register
    length = len(segment) + manners.longer_by
    return b"##%04d%b%04X\r\n" % (length, segment, check)
