"""From values to the bytes of registers: the gateway's decoding the other way round.

It shares nothing with the gateway's but the profile, so that neither can hide the other's mistake.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from gateway.profile import Encoding, Fault, Point, WordOrder

Put: TypeAlias = Callable[[float | None], None]

_NAN: Final = 0x7FC0_0000
_LARGEST: Final = 0xFFFF_FFFF
_FORMATS: Final[Mapping[Encoding, str]] = {
    Encoding.UINT16: ">H",
    Encoding.INT16: ">h",
    Encoding.UINT32: ">I",
    Encoding.ACC16: ">H",
    Encoding.ACC32: ">I",
    Encoding.ACC64: ">Q",
    Encoding.INT32: ">i",
    Encoding.UINT64: ">Q",
    Encoding.FLOAT32: ">f",
}
_UNSIGNED: Final[Mapping[int, str]] = {1: ">H", 2: ">I", 4: ">Q"}


class CannotSayError(ValueError):
    """A register does not hold such a value."""


def putter(
    point: Point, content: bytearray, at: int, *, decimals: int, word_order: WordOrder
) -> Put:
    """Return what puts a point's value into its registers.

    Args:
        point: What is put.
        content: Registers as bytes.
        at: Where the point begins among them.
        decimals: How many decimals of the catalog's unit the registers hold.
        word_order: Of numbers that take several registers.
    """
    tenfold = 10.0**decimals
    if point.bits is not None:
        return _bits(content, at, point, tenfold)
    pack = _packer(point, tenfold)
    size = 2 * point.encoding.registers
    if word_order is WordOrder.LOW_FIRST:
        return lambda value: _place(content, at, _swapped(pack(value)), size)
    return lambda value: _place(content, at, pack(value), size)


def composed(faults: Sequence[tuple[Fault, bytearray, int]]) -> Put:
    """Return what sets, for each bit of a fault word, the bits of the registers that mean it.

    Args:
        faults: Each with its registers as bytes, and where its own begins among them.
    """

    def put(value: float | None) -> None:
        if value is None:
            raise CannotSayError
        word = round(value)
        if word & ~sum(1 << fault.bit for fault, _, _ in faults):
            raise CannotSayError
        for fault, content, at in faults:
            low, high = fault.bits
            register = int.from_bytes(content[at : at + 2], "big")
            mask = ((1 << (high - low + 1)) - 1) << low
            if word >> fault.bit & 1:
                register = register & ~mask | fault.equals << low
            elif (register & mask) >> low == fault.equals:
                register &= ~mask
            content[at : at + 2] = register.to_bytes(2, "big")

    return put


def divided(low: Put, high: Put) -> Put:
    """Return what puts a number of two registers that do not stand beside each other."""

    def put(value: float | None) -> None:
        if value is None or not 0 <= value <= _LARGEST:
            raise CannotSayError
        low(float(int(value) & 0xFFFF))
        high(float(int(value) >> 16))

    return put


def _place(content: bytearray, at: int, packed: bytes, size: int) -> None:
    content[at : at + size] = packed


def _swapped(packed: bytes) -> bytes:
    return b"".join(packed[start : start + 2] for start in range(len(packed) - 2, -1, -2))


def _packer(point: Point, tenfold: float) -> Callable[[float | None], bytes]:
    form, absent = struct.Struct(_FORMATS[point.encoding]), _absent(point)
    is_single = point.encoding is Encoding.FLOAT32

    def pack(value: float | None) -> bytes:
        if value is None:
            if absent is None:
                raise CannotSayError
            return absent
        try:
            if is_single:
                return form.pack(value * tenfold)
            return form.pack(round(value * tenfold) + point.subtract)
        except (struct.error, OverflowError, ValueError):
            raise CannotSayError from None

    return pack


def _absent(point: Point) -> bytes | None:
    """Return what stands for no value, None where every number is one."""
    sentinel = _NAN if point.encoding is Encoding.FLOAT32 else point.sentinel
    if sentinel is None:
        return None
    return struct.pack(_UNSIGNED[point.encoding.registers], sentinel)


def _bits(content: bytearray, at: int, point: Point, tenfold: float) -> Put:
    low, high = point.bits or (0, 15)
    signed = point.encoding is Encoding.SIGN_MAGNITUDE
    largest = (1 << (high - low + (0 if signed else 1))) - 1
    clear = 0xFFFF & ~(((1 << (high - low + 1)) - 1) << low)

    def put(value: float | None) -> None:
        number = None if value is None else round(value * tenfold)
        if number is None or not (-largest if signed else 0) <= number <= largest:
            raise CannotSayError
        raw = abs(number) | (1 << (high - low) if number < 0 else 0)
        register = content[at] << 8 | content[at + 1]
        content[at : at + 2] = (register & clear | raw << low).to_bytes(2, "big")

    return put
