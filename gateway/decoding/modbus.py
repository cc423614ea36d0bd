"""Modbus RTU frames as documents, by a profile; a response is understood by the request before it.

MODBUS over Serial Line V1.02: unit, function code, data, CRC-16 low byte first.
"""

from dataclasses import dataclass
from typing import Final

from pymodbus.framer.rtu import FramerRTU

from gateway.decoding.document import Document, NotHexError, document, from_hex, undecoded
from gateway.drivers.modbus.span import Told, told, told_of_day
from gateway.profile import Profile
from ingest.contract.catalog import FAULT_WORD
from ingest.contract.quality import Quality

_SHORTEST: Final = 4  # unit, function, CRC
_ASKING: Final = 8  # unit, function, address, count, CRC
_READS: Final = frozenset({3, 4})
_WRITES_MANY: Final = 16
_EXCEPTION: Final = 0x80
_EXCEPTION_SIZE: Final = 5


@dataclass(frozen=True, slots=True)
class _Request:
    unit: int
    function: int
    first: int
    count: int


class ModbusConversation:
    """Requests and responses on one line, all by one profile."""

    def __init__(self, profile: Profile, *, edition: str) -> None:
        """Begin with nothing asked; edition is what documents call the protocol's edition."""
        self._profile = profile
        self._edition = edition
        self._asked: _Request | None = None

    def line(self, text: str) -> Document:
        """Return what a frame says."""
        try:
            frame = from_hex(text)
        except NotHexError as error:
            return undecoded(str(error))
        if len(frame) < _SHORTEST:
            return undecoded(f"expected at least {_SHORTEST} bytes")
        asks = self._asks(frame)
        crc_ok = FramerRTU.compute_CRC(frame[:-2]) == int.from_bytes(frame[-2:], "big")
        length = _length(frame, asks=asks)
        length_ok = None if length is None else length == len(frame)
        told: Document = document(
            crc_ok=crc_ok,
            length_ok=length_ok,
            edition=f"{self._edition} {'request' if asks else 'response'}",
            messages=[],
            discarded_bytes=0,
            error=None,
        )
        if not crc_ok or length_ok is False:
            reason = "length-mismatch" if crc_ok else "crc-mismatch"
            return told | {"discarded_bytes": len(frame), "error": reason}
        return told | (self._request(frame) if asks else self._response(frame))

    def _asks(self, frame: bytes) -> bool:
        """Tell whether a frame is a request: of the same form, what comes again is its echo."""
        function = frame[1]
        if function & _EXCEPTION:
            return False
        if function in _READS:
            return len(frame) == _ASKING
        if function == _WRITES_MANY:
            return len(frame) != _ASKING
        return self._asked is None or self._asked != _request(frame)

    def _request(self, frame: bytes) -> Document:
        self._asked = _request(frame)
        message = self._message(frame) | {"request": True, "address": f"0x{self._asked.first:04X}"}
        if frame[1] not in _READS:
            message["refused"] = "does not only read: a gateway never sends it"
        return {"messages": [message]}

    def _response(self, frame: bytes) -> Document:
        asked, self._asked = self._asked, None
        message = self._message(frame)
        if frame[1] & _EXCEPTION:
            return {
                "messages": [message | {"exception": frame[2]}],
                "error": f"exception {frame[2]}",
            }
        if frame[1] not in _READS:
            return {"messages": [message]}
        content = frame[3:-2]
        registers = [
            int.from_bytes(content[at : at + 2], "big") for at in range(0, len(content), 2)
        ]
        if asked is None or asked != _Request(frame[0], frame[1], asked.first, len(registers)):
            error = (
                "no request before it that it answers, so nobody knows which registers these are"
            )
            return {"messages": [message | {"registers": registers}], "error": error}
        return {"messages": [message | self._said(asked, registers)]}

    def _said(self, asked: _Request, registers: list[int]) -> Document:
        profile, history = self._profile, self._profile.history
        said: Document = {"address": f"0x{asked.first:04X}"}
        if (
            history
            and asked.function == history.function
            and (history.first <= asked.first <= history.last and asked.count == history.registers)
        ):
            said["days_back"] = asked.first - history.first
            return said | {"readings": [_reading(each) for each in told_of_day(profile, registers)]}
        things = list(told(profile, asked.function, asked.first, registers))
        for each in things:
            if each.name == FAULT_WORD.name and isinstance(each.value, float):
                said["faults"] = list(profile.faults_in(int(each.value)))
        return said | {"readings": [_reading(each) for each in things]}

    def _message(self, frame: bytes) -> Document:
        return {
            "device": str(frame[0]),
            "command": str(frame[1] & ~_EXCEPTION),
            "measured_at": None,
            "readings": [],
        }


def _request(frame: bytes) -> _Request:
    return _Request(
        frame[0], frame[1], int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big")
    )


def _length(frame: bytes, *, asks: bool) -> int | None:
    """Return how long a frame is by what it says, None where nobody can tell."""
    function = frame[1]
    if function & _EXCEPTION:
        return _EXCEPTION_SIZE
    if function in _READS and not asks:
        return frame[2] + 5
    if function == _WRITES_MANY and asks:
        return frame[6] + 9 if len(frame) > _ASKING else None
    return _ASKING


def _reading(each: Told) -> Document:
    return {
        "code": f"0x{each.place:04X}",
        "metric": each.name,
        "value": each.value,
        "unit": each.unit or None,
        "quality": int(Quality.MISSING if each.value is None else Quality.GOOD),
    }
