"""The two check sums that HJ 212 devices put behind their data segment.

HJ 212-2017, Annex A: like CRC-16/MODBUS, but the register is shifted before a byte is added, so
that only its high byte is ever carried on. Many devices send CRC-16/MODBUS by mistake.
"""

from enum import StrEnum
from typing import Final

_POLYNOMIAL: Final = 0xA001
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")
_START: Final = 0xFF  # high byte of 0xFFFF


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


def annex_a(segment: bytes) -> int:
    """Return the check sum of the standard."""
    if not segment:
        return 0xFFFF
    high, carried = _START, _HIGH
    for byte in segment[:-1]:
        high = carried[high ^ byte]
    return _TABLE[high ^ segment[-1]]


def modbus(segment: bytes) -> int:
    """Return CRC-16/MODBUS."""
    register = 0xFFFF
    for byte in segment:
        register = register >> 8 ^ _TABLE[(register ^ byte) & 0xFF]
    return register


def convention(segment: bytes, check: bytes) -> Convention | None:
    """Tell which of the two a check sum of four hex digits is, None where neither."""
    stated = _stated(check)
    if stated is None:
        return None
    if stated == annex_a(segment):
        return Convention.ANNEX_A
    return Convention.MODBUS if stated == modbus(segment) else None


def is_of_the_standard(check: bytes) -> bool:
    """Tell whether Annex A could have made a check sum: its low byte has eight values."""
    stated = _stated(check)
    return stated is not None and stated & 0xFF in _LOW


def _stated(check: bytes) -> int | None:
    return int(check, 16) if len(check) == 4 and _HEX.issuperset(check) else None  # noqa: PLR2004
