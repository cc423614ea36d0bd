"""A Modbus TCP device made of sockets and bytes alone, so that it shares no mistake with a library.

MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3: transaction, protocol 0, length,
unit, then function code and data.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[[bytes], bytes | None]


@dataclass(kw_only=True)
class RawDevice:
    """Where it listens, and what it was asked: function code and data of each request."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)
    answer: Answer


@asynccontextmanager
async def raw_device(answer: Answer) -> AsyncIterator[RawDevice]:
    """Serve a device that answers, or stays silent where the answer is None."""
    device = RawDevice(answer=answer)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(7)
                transaction, protocol, length, unit = struct.unpack(">HHHB", head)
                device.asked.append(await reader.readexactly(length - 1))
                reply = device.answer(device.asked[-1])
                if reply is not None:
                    writer.write(struct.pack(">HHHB", transaction, protocol, len(reply) + 1, unit))
                    writer.write(reply)
        except asyncio.IncompleteReadError:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        device.port = server.sockets[0].getsockname()[1]
        yield device
        server.close()


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
