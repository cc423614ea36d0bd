"""A simulated device's registers: values put where its profile says they stand."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from gateway.drivers.modbus.sunspec_models import model
from gateway.drivers.modbus.sunspec_scan import Found, resolve
from gateway.profile import ClockForm, Encoding, Point, Profile, SunSpecModel, SunSpecScan
from simulators.boxes.encoding import CannotSayError, Put, composed, divided, putter
from simulators.world.resolution import DECIMALS

SUNSPEC_BASE: Final = 40_000
_MARKER: Final = b"SunS"
_COMMON: Final = struct.pack(">HH132x", 1, 66)  # the model with maker and serial number, left blank
_REPEATED: Final = 2  # blocks of a model that repeats them
_END: Final = struct.pack(">HH", 0xFFFF, 0)


class RegisterValueError(ValueError):
    """A device's registers cannot say this."""

    def __init__(self, profile: str, metric: str, value: float | None) -> None:
        super().__init__(f"{profile}: no register can say {metric} = {value}")
        self.profile = profile
        self.metric = metric
        self.value = value


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Registers in a row, as bytes, which one function reads."""

    function: int
    first: int
    content: bytearray

    def take(self, address: int, count: int) -> bytes | None:
        """Return registers, or None where they are not all of this block."""
        start = 2 * (address - self.first)
        end = start + 2 * count
        return bytes(self.content[start:end]) if 0 <= start < end <= len(self.content) else None


class Registers:
    """The registers of one device; what was not set is not implemented, or zero.

    A SunSpec device's scale factors are such that it can say what the simulated world says.
    """

    def __init__(self, profile: Profile, *, sunspec_base: int = SUNSPEC_BASE) -> None:
        """Lay out a profile's registers, a SunSpec device's from a base on."""
        if isinstance(profile.layout, SunSpecScan):
            chain = simulated_chain(profile.layout, sunspec_base)
            self.blocks: tuple[Block, ...] = (_chain_block(chain, profile.layout, sunspec_base),)
            profile = resolve(profile, chain).profile
        else:
            self.blocks = _blocks(profile, sunspec_base)
        self._profile = profile
        self._puts = {point.metric: self._putter(point) for point in profile.points}
        for point in profile.points:
            if point.sentinel is not None or point.encoding is Encoding.FLOAT32:
                self._puts[point.metric](None)

    def set(self, values: Mapping[str, float | None]) -> None:
        """Let the device say values in the catalog's units; None: not implemented. Others stay."""
        for metric, value in values.items():
            put = self._puts.get(metric)
            if put is None:
                raise RegisterValueError(self._profile.id, metric, value)
            try:
                put(value)
            except CannotSayError:
                raise RegisterValueError(self._profile.id, metric, value) from None

    def show(self, shown: datetime) -> None:
        """Let the device's clock show a time of no zone, or raise ValueError if it has none."""
        clock = self._profile.clock
        if clock is None:
            raise ValueError(f"{self._profile.id} has no clock")
        if clock.form is ClockForm.EPOCH:
            content = struct.pack(">I", int(shown.replace(tzinfo=UTC).timestamp()))
        else:
            year = shown.year - 2_000
            fields = (year, shown.month, shown.day, shown.hour, shown.minute, shown.second)
            told: dict[str, int] = dict(
                zip(("year", "month", "day", "hour", "minute", "second"), fields, strict=True)
            )
            form = ">6B" if clock.form is ClockForm.BYTES else ">6H"
            content = struct.pack(form, *(told[name] for name in clock.order))
        block, at = self._where(clock.address)
        block.content[at : at + len(content)] = content

    def _putter(self, point: Point) -> Put:
        if point.encoding is Encoding.COMPOSED:
            faults = self._profile.composed
            return composed([(fault, *self._content(fault.place)) for fault in faults])
        if point.high_word is not None:
            return self._divided(point, point.high_word)
        for place in point.add:  # all of it is said by the first
            self._putter(replace(point, place=place, add=()))(0.0)
        decimals = point.decimals
        if point.scale_factor is not None:
            decimals = DECIMALS.get(point.metric, 0)
            block, at = self._where(point.scale_factor)
            struct.pack_into(">h", block.content, at, point.decimals - decimals)
        block, at = self._where(point.place)
        return putter(
            point, block.content, at, decimals=decimals, word_order=self._profile.word_order
        )

    def _divided(self, point: Point, high_word: int) -> Put:
        """Return what puts a number whose higher register stands elsewhere."""
        plain = replace(point, encoding=Encoding.UINT16, decimals=0, high_word=None)
        low, high = self._putter(plain), self._putter(replace(plain, place=high_word))
        put, tenfold = divided(low, high), 10.0**point.decimals
        bits = 1 << (16 * point.encoding.registers)

        def shifted(value: float | None) -> None:
            raw = None if value is None else round(value * tenfold)
            put(None if raw is None else float(raw + bits if raw < 0 else raw))

        return shifted

    def _content(self, place: int) -> tuple[bytearray, int]:
        block, at = self._where(place)
        return block.content, at

    def _where(self, place: int) -> tuple[Block, int]:
        """Return the block that a point's place is in, and at which byte."""
        if isinstance(self._profile.layout, SunSpecModel):
            return self.blocks[0], len(_MARKER) + len(_COMMON) + 2 * place
        block = next(each for each in self.blocks if each.take(place, 1) is not None)
        return block, 2 * (place - block.first)


def simulated_chain(layout: SunSpecScan, base: int) -> list[Found]:
    """Return the chain of a device that has everything at its most usual place."""
    wanted = {each.places[0][0] for each in layout.candidates if not each.is_detail}
    chain, address = [Found(model=1, address=base + 2, length=66)], base + 2 + 68
    for number in sorted(wanted):
        known = model(number)
        if known is None:
            raise ValueError(f"SunSpec has no model {number}")
        blocks = _REPEATED if known.repeated_registers else 0
        length = known.fixed_registers - 2 + blocks * known.repeated_registers
        chain.append(Found(model=number, address=address, length=length))
        address += length + 2
    return chain


def _chain_block(chain: Sequence[Found], layout: SunSpecScan, base: int) -> Block:
    models = (struct.pack(">HH", m.model, m.length) + bytes(2 * m.length) for m in chain)
    content = bytearray(_MARKER + b"".join(models) + _END)
    return Block(function=layout.function, first=base, content=content)


def _blocks(profile: Profile, sunspec_base: int) -> tuple[Block, ...]:
    layout = profile.layout
    if isinstance(layout, SunSpecModel):
        model = struct.pack(">HH", layout.id, layout.length) + bytes(2 * layout.length)
        chain = bytearray(_MARKER + _COMMON + model + _END)
        return (Block(function=layout.function, first=sunspec_base, content=chain),)
    if isinstance(layout, SunSpecScan):
        raise TypeError(f"{profile.id} scans")
    spans = [(each.function, each.first, each.count) for each in layout]
    if profile.clock is not None:
        spans.append((profile.clock.function, profile.clock.address, profile.clock.registers))
    return tuple(
        Block(function=function, first=first, content=bytearray(2 * count))
        for function, first, count in spans
    )
