"""The Modbus driver: reads the devices of one line, one request at a time."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from types import TracebackType
from typing import Self

from gateway.driver import DeviceRefusedError, PolledDevice, Readout
from gateway.drivers.modbus.clocks import shown_time
from gateway.drivers.modbus.connection import ReadOnlyConnection
from gateway.drivers.modbus.decoder import Decoder
from gateway.drivers.modbus.span import Told, told_detail
from gateway.drivers.modbus.sunspec import locate, scan
from gateway.drivers.modbus.sunspec_scan import Resolved, resolve
from gateway.endpoints import Endpoint, SerialPort
from gateway.profile import Profile, Segment, SunSpecModel, SunSpecScan


class ModbusLine:
    """A Driver of what answers at one TCP endpoint, or on one serial line.

    A silent device costs (retries + 1) * timeout; a lost connection is made anew at the next read,
    but not before half a minute has passed where it keeps failing.
    """

    def __init__(
        self,
        address: Endpoint | SerialPort,
        *,
        timeout_s: float = 1.0,
        retries: int = 1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read devices at an address."""
        self._connection = ReadOnlyConnection(
            address, timeout_s=timeout_s, retries=retries, monotonic=monotonic
        )
        self._one_at_a_time = asyncio.Lock()
        self._decoders: dict[str, Decoder] = {}
        self._located: dict[int, int] = {}  # unit to address of its SunSpec model
        self._scanned: dict[int, Resolved] = {}  # unit to the profile of its own chain
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
        async with self._one_at_a_time:
            if not self._connection.connected:
                self._located.clear()
                self._forget_scanned()
                await self._connection.connect(device)
            profile = device.profile
            if isinstance(profile.layout, SunSpecModel):
                registers = await self._model(device, profile.layout)
            elif isinstance(profile.layout, SunSpecScan):
                profile, registers = await self._chain(device)
            else:
                registers = await self._segments(device, profile.layout)
        return self._decoder(profile, device).decode(registers)

    async def details(self, device: PolledDevice) -> list[Told]:
        """Return what a device that was read says of itself; what it does not know is left out."""
        scanned = self._scanned.get(device.unit)
        profile = scanned.profile if scanned else device.profile
        found: list[Told] = []
        async with self._one_at_a_time:
            for detail in profile.details:
                place = detail.point.place
                try:
                    registers = await self._connection.read(
                        device, detail.function, place, detail.registers
                    )
                    if (scale := detail.point.scale_factor) is not None:
                        registers += await self._connection.read(device, detail.function, scale, 1)
                except DeviceRefusedError:
                    continue
                found.append(told_detail(detail, place, registers, profile))
        return found

    async def shown_time(self, device: PolledDevice) -> datetime | None:
        """Return the local time that a device shows, None where it has no clock.

        Raises DriverError as read() does.
        """
        clock = device.profile.clock
        if clock is None:
            return None
        async with self._one_at_a_time:
            registers = await self._connection.read(
                device, clock.function, clock.address, clock.registers
            )
        return shown_time(clock, registers)

    def _decoder(self, profile: Profile, device: PolledDevice) -> Decoder:
        key = profile.id
        if isinstance(device.profile.layout, SunSpecScan):
            key = f"{profile.id} of unit {device.unit}"
        decoder = self._decoders.get(key)
        if decoder is None:
            decoder = self._decoders[key] = Decoder(profile)
        return decoder

    def _forget_scanned(self) -> None:
        for unit, resolved in self._scanned.items():
            self._decoders.pop(f"{resolved.profile.id} of unit {unit}", None)
        self._scanned.clear()

    async def _segments(self, device: PolledDevice, segments: Sequence[Segment]) -> list[int]:
        registers: list[int] = []
        for part in segments:
            registers += await self._connection.read(device, part.function, part.first, part.count)
        return registers

    async def _chain(self, device: PolledDevice) -> tuple[Profile, list[int]]:
        """Read whatever a device's own chain has, which is looked for once a connection."""
        layout = device.profile.layout
        resolved = self._scanned.get(device.unit)
        if resolved is None and isinstance(layout, SunSpecScan):
            chain = await scan(self._connection, device, layout.function)
            resolved = resolve(device.profile, chain)
        if resolved is None or not resolved.models:
            raise DeviceRefusedError(device.id, "has no SunSpec model that the profile knows")
        registers = await self._segments(device, resolved.segments)
        for model, at in resolved.models:
            if registers[at] != model.model:
                self._forget_scanned()
                raise DeviceRefusedError(
                    device.id, f"SunSpec model {model.model} is gone from {model.address}"
                )
        self._scanned[device.unit] = resolved
        return resolved.profile, registers

    async def _model(self, device: PolledDevice, model: SunSpecModel) -> list[int]:
        address = self._located.pop(device.unit, None)
        if address is None:
            address = await locate(self._connection, device, model)
        registers = await self._connection.read(device, model.function, address, model.count)
        if registers[:2] != [model.id, model.length]:
            raise DeviceRefusedError(device.id, f"SunSpec model {model.id} is gone from {address}")
        self._located[device.unit] = address
        return registers
