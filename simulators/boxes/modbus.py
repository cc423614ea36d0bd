"""Simulated devices behind a real Modbus TCP server, as behind one serial converter."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self, cast

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from gateway.profile import Profile
from simulators.boxes.registers import SUNSPEC_BASE, Registers
from simulators.boxes.requests import requests

_HOST: Final = "127.0.0.1"


class ModbusBox:
    """Serves units, each of some profile, on one port of this machine.

    Values can be set before it is entered and while it serves. It answers what reads and refuses
    what writes; a unit that is not there stays silent.
    """

    def __init__(
        self, units: Mapping[int, Profile], *, port: int = 0, sunspec_base: int = SUNSPEC_BASE
    ) -> None:
        """Lay out the units' registers; port 0 takes a free one."""
        self._registers = {
            unit: Registers(profile, sunspec_base=sunspec_base) for unit, profile in units.items()
        }
        self._asked_port = port
        self._silent: set[int] = set()
        self._refusals: dict[int, ExcCodes] = {}
        self._read: set[int] = set()

    async def __aenter__(self) -> Self:
        self._server = ModbusTcpServer(
            SimDevice(0, SimData(0, datatype=DataType.REGISTERS), action=_refuse),
            address=(_HOST, self._asked_port),
            ignore_missing_devices=True,
            custom_pdu=requests(self._answer),
        )
        await self._server.serve_forever(background=True)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.shutdown()  # type: ignore[no-untyped-call]
        await asyncio.sleep(0)  # for connections to be closed while there is a loop

    @property
    def port(self) -> int:
        """The port it serves on."""
        listening = cast("asyncio.Server", self._server.transport)
        port: int = listening.sockets[0].getsockname()[1]
        return port

    @property
    def units(self) -> frozenset[int]:
        """The units it serves."""
        return frozenset(self._registers)

    def set(self, unit: int, values: Mapping[str, float | None]) -> None:
        """Let a unit say values in the catalog's units, or raise RegisterValueError."""
        self._registers[unit].set(values)

    def silence(self, unit: int, *, on: bool) -> None:
        """Let a unit stop answering, or begin again."""
        (self._silent.add if on else self._silent.discard)(unit)

    def refuse(self, unit: int, code: ExcCodes | None = ExcCodes.ILLEGAL_ADDRESS) -> None:
        """Let a unit answer everything with an exception, or, with None, as it should."""
        self._refusals.pop(unit, None)
        if code is not None:
            self._refusals[unit] = code

    def take_read(self) -> frozenset[int]:
        """Return the units that were read since this was last asked."""
        read = frozenset(self._read)
        self._read.clear()
        return read

    def _answer(self, unit: int, function: int, address: int, count: int) -> bytes | ExcCodes:
        if unit in self._silent or unit not in self._registers:
            raise NoSuchIdException
        if unit in self._refusals:
            return self._refusals[unit]
        blocks = [each for each in self._registers[unit].blocks if each.function == function]
        if not blocks:
            return ExcCodes.ILLEGAL_FUNCTION
        found = (each.take(address, count) for each in blocks)
        answered = next((each for each in found if each is not None), None)
        if answered is None:
            return ExcCodes.ILLEGAL_ADDRESS
        self._read.add(unit)
        return answered


async def _refuse(*_request: object) -> ExcCodes:
    return ExcCodes.ILLEGAL_FUNCTION
