"""A Modbus TCP device made of sockets and bytes alone, so that it shares no mistake with a library.

MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3: transaction, protocol 0, length,
unit, then function code and data.
"""

import asyncio
import struct
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[[bytes], bytes | None]


@dataclass(kw_only=True)
class RawDevice:
    """Where it listens, and what it was asked: function code and data of each request."""

    answer: Answer
    delayed: bool = False  # keep the first reply until the second is due
    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    connections: list[asyncio.Transport] = field(default_factory=list)
    heard: asyncio.Event = field(default_factory=asyncio.Event)


class _Serving(asyncio.Protocol):
    def __init__(self, device: RawDevice) -> None:
        self._device = device
        self._replies: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._device.connections.append(transport)

    def data_received(self, data: bytes) -> None:
        transaction, protocol, length, unit = struct.unpack(">HHHB", data[:7])
        assert length == len(data) - 6, "more than one request under way"
        self._device.asked.append(data[7:])
        self._device.heard.set()
        reply = self._device.answer(data[7:])
        if reply is not None:
            head = struct.pack(">HHHB", transaction, protocol, len(reply) + 1, unit)
            self._replies.append(head + reply)
        if not self._device.delayed or len(self._replies) > 1:
            self._transport.write(b"".join(self._replies))
            self._replies.clear()


@asynccontextmanager
async def raw_device(answer: Answer, *, delayed: bool = False) -> AsyncGenerator[RawDevice]:
    """Serve a device that answers, or stays silent where the answer is None."""
    device = RawDevice(answer=answer, delayed=delayed)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Serving(device), "127.0.0.1", 0)
    device.port = server.sockets[0].getsockname()[1]
    try:
        yield device
    finally:
        server.close()
        for connection in device.connections:
            connection.close()
        await asyncio.sleep(0)


def holding(registers: Mapping[int, int]) -> Answer:
    """Answer function 3 from registers; where one is missing, exception 2: illegal address."""

    def answer(request: bytes) -> bytes:
        function, address, count = struct.unpack(">BHH", request)
        asked = range(address, address + count)
        if function != 3 or not all(each in registers for each in asked):
            return bytes((function | 0x80, 2))
        words = [registers[each] for each in asked]
        return struct.pack(f">BB{count}H", function, 2 * count, *words)

    return answer


def at(address: int, words: list[int]) -> dict[int, int]:
    """Registers in a row from an address on."""
    return dict(enumerate(words, start=address))
