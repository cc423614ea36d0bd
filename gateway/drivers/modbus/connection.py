"""A Modbus connection, TCP or RTU, that can only read.

No way leads through it to a function that writes: it knows two functions, and both read.
"""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ModbusPDU

from gateway.driver import DeviceRefusedError, DeviceUnreachableError, PolledDevice
from gateway.drivers.modbus.backoff import Backoff
from gateway.endpoints import Endpoint, SerialPort

_HOLDING: Final = 3
_INPUT: Final = 4
_SILENCE_S: Final = (
    0.05  # SRNE_MODBUS V3.9 asks for more than 10 ms; others for up to 50 [inferred]
)
_UNANSWERED: Final = 0  # requests in a row after which one more ends a connection that may be dead
# Exceptions that say that the question does not fit the device. All others may pass.
_WRONG_QUESTION: Final = frozenset(
    {ExcCodes.ILLEGAL_FUNCTION, ExcCodes.ILLEGAL_ADDRESS, ExcCodes.ILLEGAL_VALUE}
)


class ReadOnlyConnection:
    """One connection; entered once, it connects when it is needed, and again when lost."""

    def __init__(
        self,
        address: Endpoint | SerialPort,
        *,
        timeout_s: float,
        retries: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Talk to an address; timeouts are those of one try."""
        self._address = address
        self._timeout_s = timeout_s
        self._retries = retries
        self._monotonic = monotonic
        self._backoff = Backoff()
        self._silent_until_s = float("-inf")

    async def __aenter__(self) -> Self:
        self._client = self._new_client()
        self._client.set_max_no_responses(_UNANSWERED)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def _new_client(self) -> AsyncModbusTcpClient | AsyncModbusSerialClient:
        """Return a client whose reconnecting, in a task that nobody would own, is off."""
        address = self._address
        if isinstance(address, Endpoint):
            return AsyncModbusTcpClient(
                address.host,
                port=address.port,
                timeout=self._timeout_s,
                retries=self._retries,
                reconnect_delay=0,
            )
        return AsyncModbusSerialClient(
            address.path,
            baudrate=address.baud,
            parity=address.parity,
            stopbits=address.stop_bits,
            timeout=self._timeout_s,
            retries=self._retries,
            reconnect_delay=0,
        )

    @property
    def connected(self) -> bool:
        """Tell whether the connection stands, as far as is known."""
        return self._client.connected

    async def connect(self, device: PolledDevice) -> None:
        """Connect for a device's sake, or raise DeviceUnreachableError."""
        where = str(self._address)
        if not self._backoff.allows(self._monotonic()):
            raise DeviceUnreachableError(device.id, f"{where} is left alone after a failure")
        if not await self._client.connect():
            self._backoff.failed(self._monotonic())
            raise DeviceUnreachableError(device.id, f"{where} does not accept a connection")
        self._backoff.succeeded()

    async def read(
        self, device: PolledDevice, function: int, address: int, count: int
    ) -> list[int]:
        """Return registers of a device, or raise DriverError."""
        await self._pause()
        reply = await self._ask(device, function, address, count)
        if reply.isError():
            raise _exception(device, reply.exception_code, f"function {function} at {address}")
        if reply.function_code != function or len(reply.registers) != count:
            raise DeviceUnreachableError(
                device.id, f"asked for {count} registers, answered with {len(reply.registers)}"
            )
        return list(reply.registers)

    async def _pause(self) -> None:
        """Leave a serial line silent for a while before a request, as controllers want it."""
        if isinstance(self._address, SerialPort):
            await asyncio.sleep(max(0.0, self._silent_until_s - self._monotonic()))

    async def _ask(
        self, device: PolledDevice, function: int, address: int, count: int
    ) -> ModbusPDU:
        client = self._client
        try:
            if function == _HOLDING:
                return await client.read_holding_registers(
                    address, count=count, device_id=device.unit
                )
            if function == _INPUT:
                return await client.read_input_registers(
                    address, count=count, device_id=device.unit
                )
        except ModbusException as error:
            raise DeviceUnreachableError(device.id, error.string) from error
        finally:
            self._silent_until_s = self._monotonic() + _SILENCE_S
        raise DeviceRefusedError(device.id, f"function {function} is not one that only reads")


def _exception(
    device: PolledDevice, code: int, question: str
) -> DeviceRefusedError | DeviceUnreachableError:
    kind = DeviceRefusedError if code in _WRONG_QUESTION else DeviceUnreachableError
    return kind(device.id, f"{question} was answered with exception {code}")
