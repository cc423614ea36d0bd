"""Requests that a box answers from registers kept as bytes, without a step for each register."""

from collections.abc import Callable
from typing import TypeAlias

from pymodbus.constants import ExcCodes
from pymodbus.datastore import ModbusServerContext
from pymodbus.pdu import ExceptionResponse, ModbusPDU
from pymodbus.pdu.register_message import ReadHoldingRegistersRequest

# From unit, function, address and count to the registers' bytes or an exception.
Answer: TypeAlias = Callable[[int, int, int, int], bytes | ExcCodes]


class _Reply(ModbusPDU):
    """Registers on their way."""

    def __init__(self, function: int, content: bytes) -> None:
        super().__init__()
        self.function_code = function
        self._content = content

    def encode(self) -> bytes:
        return bytes((len(self._content),)) + self._content


def requests(answer: Answer) -> list[type[ModbusPDU]]:
    """Return requests to register with a server, which are answered that way."""

    class Holding(ReadHoldingRegistersRequest):
        async def datastore_update(self, context: ModbusServerContext, device_id: int) -> ModbusPDU:
            del context
            answered = answer(device_id, self.function_code, self.address, self.count)
            if isinstance(answered, ExcCodes):
                return ExceptionResponse(self.function_code, answered)
            return _Reply(self.function_code, answered)

    class Input(Holding):
        function_code = 4

    return [Holding, Input]
