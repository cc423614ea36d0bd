"""The Modbus driver: reads the devices of one TCP endpoint, one request at a time."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from gateway.driver import DeviceRefusedError, PolledDevice, Readout
from gateway.drivers.modbus.connection import ReadOnlyConnection
from gateway.drivers.modbus.decoder import Decoder
from gateway.drivers.modbus.sunspec import locate
from gateway.profile import SunSpecModel


class ModbusLine:
    """A Driver of what answers at one TCP endpoint: a device, or a serial bus behind a converter.

    A silent device costs (retries + 1) * timeout; a lost connection is made anew at the next read,
    but not before half a minute has passed where it keeps failing.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout_s: float = 1.0,
        retries: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read devices at an address."""
        self._connection = ReadOnlyConnection(
            host, port, timeout_s=timeout_s, retries=retries, monotonic=monotonic
        )
        self._one_at_a_time = asyncio.Lock()
        self._decoders: dict[str, Decoder] = {}
        self._located: dict[int, int] = {}  # unit to address of its SunSpec model
        self._closing = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._closing.enter_async_context(self._connection)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._closing.aclose()

    async def read(self, device: PolledDevice) -> Readout:
        """Return what the device says now, or raise DriverError."""
        profile = device.profile
        decoder = self._decoders.get(profile.id)
        if decoder is None:
            decoder = self._decoders[profile.id] = Decoder(profile)
        async with self._one_at_a_time:
            if not self._connection.connected:
                self._located.clear()
                await self._connection.connect(device)
            if isinstance(profile.layout, SunSpecModel):
                registers = await self._model(device, profile.layout)
            else:
                registers = []
                for part in profile.layout:
                    registers += await self._connection.read(
                        device, part.function, part.first, part.count
                    )
        return decoder.decode(registers)

    async def _model(self, device: PolledDevice, model: SunSpecModel) -> list[int]:
        address = self._located.pop(device.unit, None)
        if address is None:
            address = await locate(self._connection, device, model)
        registers = await self._connection.read(device, model.function, address, model.count)
        if registers[:2] != [model.id, model.length]:
            raise DeviceRefusedError(device.id, f"SunSpec model {model.id} is gone from {address}")
        self._located[device.unit] = address
        return registers
