"""Simulated devices behind a real Modbus TCP server, as behind one serial converter."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self, cast

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from gateway.profile import Profile
from simulators.boxes.registers import SUNSPEC_BASE
from simulators.boxes.requests import requests
from simulators.boxes.units import Units

_HOST: Final = "127.0.0.1"


class ModbusBox(Units):
    """Serves units on one port of this machine, as behind one serial converter.

    Values can be set before it is entered and while it serves.
    """

    def __init__(
        self, units: Mapping[int, Profile], *, port: int = 0, sunspec_base: int = SUNSPEC_BASE
    ) -> None:
        """Lay out the units' registers; port 0 takes a free one."""
        super().__init__(units, sunspec_base=sunspec_base)
        self._asked_port = port

    async def __aenter__(self) -> Self:
        self._server = ModbusTcpServer(
            SimDevice(0, SimData(0, datatype=DataType.REGISTERS), action=_refuse),
            address=(_HOST, self._asked_port),
            ignore_missing_devices=True,
            custom_pdu=requests(self.answer),
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


async def _refuse(*_request: object) -> ExcCodes:
    return ExcCodes.ILLEGAL_FUNCTION
