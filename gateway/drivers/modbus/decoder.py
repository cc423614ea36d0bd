"""From registers to values: a profile's points, prepared once, applied to each answer."""

import struct
from collections.abc import Callable, Sequence
from math import fsum, isfinite
from typing import Final, TypeAlias

from gateway.driver import Readout
from gateway.profile import Encoding, Point, Profile, SunSpecModel, WordOrder
from ingest.contract.quality import Quality

Registers: TypeAlias = Sequence[int]
_Raw: TypeAlias = Callable[[Registers], int]
_Number: TypeAlias = Callable[[int], int | float]
_Value: TypeAlias = Callable[[Registers], float | None]

_LARGEST_SCALE: Final = 10  # SunSpec's go from -10 to 10; its 0x8000, not implemented, is outside
_WIDTHS: Final = {Encoding.INT16: 16, Encoding.INT32: 32}


class Decoder:
    """Reads the answers of one profile's devices.

    Registers are those of all segments one after another, or those of the SunSpec model.
    """

    def __init__(self, profile: Profile) -> None:
        """Prepare a profile's points."""
        self._values = [(point.metric, _taken(profile, point)) for point in profile.points]
        self._gates = [(p.metric, p.zero_unless) for p in profile.points if p.zero_unless]

    def decode(self, registers: Registers) -> Readout:
        """Return what the registers say."""
        values = {metric: value(registers) for metric, value in self._values}
        for metric, gate in self._gates:
            if values[gate] == 0 and values[metric] is not None:
                values[metric] = 0.0
        if None not in values.values():
            return Readout(values=values)
        missing = {name: Quality.MISSING for name, value in values.items() if value is None}
        return Readout(values=values, quality=missing)


def _taken(profile: Profile, point: Point) -> _Value:
    if point.encoding is Encoding.COMPOSED:
        return _composed(profile)

    def start(place: int | None) -> int | None:
        return None if place is None else _start(profile, place)

    more = [_start(profile, place) for place in point.add]
    values = [
        value_of(
            point,
            at,
            profile.word_order,
            high=start(point.high_word),
            scale_at=start(point.scale_factor),
        )
        for at in (_start(profile, point.place), *more)
    ]
    return values[0] if len(values) == 1 else _sum(values)


def _sum(values: Sequence[_Value]) -> _Value:
    """Return what adds up the parts that are there; one that is not implemented is none."""

    def added(registers: Registers) -> float | None:
        found = [part for value in values if (part := value(registers)) is not None]
        return fsum(found) if found else None

    return added


def _composed(profile: Profile) -> _Value:
    """Return what makes a fault word of the states and bits that set its bits."""
    faults = [
        (1 << each.bit, _start(profile, each.place), *each.bits, each.equals)
        for each in profile.composed
    ]

    def word(registers: Registers) -> float:
        return float(
            sum(
                bit
                for bit, at, low, high, equals in faults
                if registers[at] >> low & ((1 << (high - low + 1)) - 1) == equals
            )
        )

    return word


def _start(profile: Profile, place: int) -> int:
    """Return where a place is among the registers that are read."""
    if isinstance(profile.layout, SunSpecModel):
        return place
    before = 0
    for segment in profile.layout if isinstance(profile.layout, tuple) else ():
        if segment.first <= place <= segment.last:
            return before + place - segment.first
        before += segment.count
    raise ValueError(f"{profile.id}: no segment has register {place}")


def value_of(
    point: Point,
    start: int,
    order: WordOrder,
    *,
    high: int | None = None,
    scale_at: int | None = None,
) -> _Value:
    """Return what takes a point's value from registers, among which it begins at start.

    `high` is where the higher of two registers stands, if not beside; `scale_at` is where the
    scale factor is, if there is one.
    """
    raw, number = _raw(point, start, order, high), _number(point)
    sentinel, subtract, decimals = point.sentinel, point.subtract, point.decimals

    def value(registers: Registers) -> float | None:
        found = raw(registers)
        if found == sentinel:
            return None
        if scale_at is None:
            return _shifted(number(found) - subtract, -decimals)
        scale = _scale(registers[scale_at])
        return None if scale is None else _shifted(number(found), scale - decimals)

    return value


def _scale(register: int) -> int | None:
    scale = register - 0x1_0000 if register & 0x8000 else register
    return scale if abs(scale) <= _LARGEST_SCALE else None


def _shifted(number: float, tens: int) -> float | None:
    """Move the decimal point; dividing integers rounds once, so 123 becomes 12.3 to the digit."""
    value = float(number * 10**tens) if tens >= 0 else number / 10**-tens
    return value if isfinite(value) else None


def _raw(point: Point, start: int, order: WordOrder, high_word: int | None) -> _Raw:
    """Return what takes a point's bits from the registers, as an unsigned number."""
    if point.bits is not None:
        low, high = point.bits
        mask = (1 << (high - low + 1)) - 1
        return lambda registers: registers[start] >> low & mask
    if high_word is not None:
        return lambda registers: registers[high_word] << 16 | registers[start]
    count = point.encoding.registers
    if count == 1:
        return lambda registers: registers[start]
    places = range(start, start + count)
    ordered = tuple(places if order is WordOrder.HIGH_FIRST else reversed(places))

    def joined(registers: Registers) -> int:
        whole = 0
        for place in ordered:
            whole = whole << 16 | registers[place]
        return whole

    return joined


def _number(point: Point) -> _Number:
    """Return what makes a number of a point's bits."""
    if point.encoding is Encoding.FLOAT32:
        return _single
    if point.encoding is Encoding.SIGN_MAGNITUDE and point.bits is not None:
        sign = 1 << (point.bits[1] - point.bits[0])
        return lambda raw: -(raw & ~sign) if raw & sign else raw
    if (width := _WIDTHS.get(point.encoding)) is not None:
        sign = 1 << (width - 1)
        return lambda raw: (raw ^ sign) - sign
    return int


def _single(raw: int) -> float:
    number: float = struct.unpack(">f", raw.to_bytes(4, "big"))[0]
    return number
