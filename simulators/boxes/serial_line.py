"""Simulated devices on a serial line that is a pseudo-terminal, speaking Modbus RTU.

MODBUS over Serial Line V1.02: unit, function, data, CRC-16 low byte first. It shares nothing with
the library that the gateway speaks through, and it can misbehave.
"""

import asyncio
import os
import tty
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException

from gateway.profile import Profile
from simulators.boxes.units import Units

_REQUEST: Final = 8  # bytes
_READS: Final = frozenset({3, 4})


@dataclass(frozen=True, slots=True, kw_only=True)
class LineManners:
    """How a line behaves; by default well."""

    wrong_check: bool = False
    torn_after: int | None = None  # bytes of each reply that arrive
    noise: bytes = b""  # before each reply


class SerialBox(Units):
    """Units on a line of their own; `path` is the port that a gateway opens."""

    def __init__(self, units: Mapping[int, Profile]) -> None:
        """Lay out the units' registers."""
        super().__init__(units)
        self.manners = LineManners()
        self.asked: list[bytes] = []  # whole requests
        self._buffer = b""

    async def __aenter__(self) -> Self:
        self._own, self._others = os.openpty()
        tty.setraw(self._own)
        tty.setraw(self._others)
        os.set_blocking(self._own, False)
        asyncio.get_running_loop().add_reader(self._own, self._heard)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._own)
        os.close(self._own)
        os.close(self._others)

    @property
    def path(self) -> str:
        """The port's path."""
        return os.ttyname(self._others)

    def _heard(self) -> None:
        with suppress(BlockingIOError):
            self._buffer += os.read(self._own, 4_096)
        while len(self._buffer) >= _REQUEST:
            request, self._buffer = self._buffer[:_REQUEST], self._buffer[_REQUEST:]
            self.asked.append(request)
            reply = self._reply(request)
            if reply is not None:
                os.write(self._own, self.manners.noise + reply[: self.manners.torn_after])

    def _reply(self, request: bytes) -> bytes | None:
        unit, function = request[0], request[1]
        if checked(request[:-2]) != request:
            return None
        address, count = int.from_bytes(request[2:4], "big"), int.from_bytes(request[4:6], "big")
        try:
            found: bytes | ExcCodes = ExcCodes.ILLEGAL_FUNCTION
            if function in _READS:
                found = self.answer(unit, function, address, count)
        except NoSuchIdException:
            return None
        if isinstance(found, ExcCodes):
            reply = bytes((unit, function | 0x80, found.value))
        else:
            reply = bytes((unit, function, len(found))) + found
        whole = checked(reply)
        return whole[:-1] + bytes((whole[-1] ^ 1,)) if self.manners.wrong_check else whole


def checked(content: bytes) -> bytes:
    """Return a frame with its check sum behind it."""
    register = 0xFFFF
    for byte in content:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return content + register.to_bytes(2, "little")
