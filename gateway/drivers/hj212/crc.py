"""The two check sums that HJ 212 devices put behind their data segment.

HJ 212-2017, Annex A: like CRC-16/MODBUS, but the register is shifted before a byte is added, so
that only its high byte is ever carried on. Many devices send CRC-16/MODBUS by mistake.

That high byte goes from byte to byte by a linear map whose eighth power is the identity, so bytes
that lie eight apart can be combined by XOR first.
"""

from enum import StrEnum
from typing import Final

_POLYNOMIAL: Final = 0xA001
_DIGITS: Final = 4
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")
_FOLDED: Final = 8  # bytes


class Convention(StrEnum):
    """How a check sum was made."""

    ANNEX_A = "annex-a"
    MODBUS = "modbus"


def _shifted(register: int) -> int:
    for _ in range(8):
        register = register >> 1 ^ (_POLYNOMIAL if register & 1 else 0)
    return register


_TABLE: Final = tuple(map(_shifted, range(256)))
_HIGH: Final = bytes(register >> 8 for register in _TABLE)
_LOW: Final = frozenset(register & 0xFF for register in _TABLE)
_START: Final = bytes((_HIGH.index(0xFF),))  # a byte that makes a register of 0 that of the start


def annex_a(segment: bytes) -> int:
    """Return the check sum of the standard."""
    if not segment:
        return 0xFFFF
    *before, last = _folded(_START + segment)
    high = 0
    for byte in before:
        high = _HIGH[high ^ byte]
    return _TABLE[high ^ last]


def _folded(content: bytes) -> bytes:
    """Return eight bytes, each the XOR of all that lie eight apart; the last ends the content."""
    number = int.from_bytes(content, "big")
    width = 8 * _FOLDED << (len(content) // _FOLDED).bit_length()  # bits
    while width > 8 * _FOLDED:
        width //= 2
        number = (number >> width) ^ (number & ((1 << width) - 1))
    return number.to_bytes(_FOLDED, "big")


def modbus(segment: bytes) -> int:
    """Return CRC-16/MODBUS."""
    register = 0xFFFF
    for byte in segment:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register


def convention(segment: bytes, check: bytes) -> Convention | None:
    """Tell which of the two a check sum of four hex digits is, None where neither."""
    stated = check.upper()
    if stated == b"%04X" % annex_a(segment):
        return Convention.ANNEX_A
    return Convention.MODBUS if stated == b"%04X" % modbus(segment) else None


def is_of_the_standard(check: bytes) -> bool:
    """Tell whether Annex A could have made a check sum: its low byte has eight values."""
    return len(check) == _DIGITS and _HEX.issuperset(check) and int(check, 16) & 0xFF in _LOW
