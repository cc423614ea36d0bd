"""Payload codecs as data: which bytes of a payload are which metric.

Three forms: fixed places, by port; tagged values one behind the other (Cayenne LPP and those that
follow it), each with a channel and a type; and fields of what a codec of the server made of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from ingest.contract.mapping import MappedField

Order: TypeAlias = Literal["big", "little"]


class PayloadError(ValueError):
    """A payload that is not what its codec says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """How bytes carry a number: value = (raw & mask) * multiply / divide + offset."""

    size: int  # bytes
    signed: bool = False
    order: Order = "big"
    mask: int | None = None
    shift: int = 0
    multiply: int = 1
    divide: int = 1
    offset: float = 0.0
    sentinel: int | None = None  # raw, of an unsigned number: there is no value

    def read(self, content: bytes) -> float | None:
        """Return the value that bytes carry, None where they say that there is none."""
        raw = int.from_bytes(content, self.order)
        if raw == self.sentinel:
            return None
        if self.mask is not None:
            raw = (raw & self.mask) >> self.shift
        elif self.signed:
            raw = int.from_bytes(content, self.order, signed=True)
        return raw * self.multiply / self.divide + self.offset


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedField:
    """A metric that stands at a place."""

    metric: str
    unit: str  # UCUM code, that of the metric
    at: int  # byte
    number: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedPayload:
    """What a device sends on a port."""

    port: int
    least: int  # bytes
    fields: tuple[FixedField, ...]
    time_at: int | None = None  # where seconds since 1970 stand, if the device has a clock
    time_order: Order = "big"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A kind of tagged value: a channel, or any; and the metric it is, or none that we keep."""

    type: int
    channel: int | None
    number: Number
    metric: str | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """How one kind of device writes its payloads."""

    id: str
    source: str
    fixed: tuple[FixedPayload, ...] = ()
    tagged: tuple[Tagged, ...] = ()
    named: tuple[MappedField, ...] = ()  # in the server's object


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a payload says: values by metric, None where it has none; its own instant if it has."""

    values: Mapping[str, float | None]
    units: Mapping[str, str]
    measured_at_s: int | None = None  # seconds since the epoch


_TAG_BYTES: Final = 2


def decode_payload(codec: Codec, port: int, data: bytes) -> Decoded:
    """Return what a payload on a port says, or raise PayloadError."""
    if codec.tagged:
        told = list(_tagged(codec, data))
        return Decoded(
            values={name: value for name, _, value in told},
            units={name: unit for name, unit, _ in told},
        )
    payload = next((each for each in codec.fixed if each.port == port), None)
    if payload is None:
        raise PayloadError(f"{codec.id}: nothing is known of port {port}")
    if len(data) < payload.least:
        raise PayloadError(
            f"{codec.id}: {len(data)} bytes on port {port}, at least {payload.least}"
        )
    place, size = payload.time_at, 4
    return Decoded(
        values={
            each.metric: each.number.read(data[each.at : each.at + each.number.size])
            for each in payload.fields
        },
        units={each.metric: each.unit for each in payload.fields},
        measured_at_s=None
        if place is None
        else int.from_bytes(data[place : place + size], payload.time_order),
    )


def _tagged(codec: Codec, data: bytes) -> Iterator[tuple[str, str, float | None]]:
    at = 0
    while at < len(data):
        if at + _TAG_BYTES > len(data):
            raise PayloadError(f"{codec.id}: half a tag at its end")
        channel, kind = data[at], data[at + 1]
        found = _of_tag(codec, channel, kind)
        if found is None:
            raise PayloadError(f"{codec.id}: type {kind} is unknown")
        start, at = at + _TAG_BYTES, at + _TAG_BYTES + found.number.size
        if at > len(data):
            raise PayloadError(f"{codec.id}: a value of type {kind} is cut off")
        if found.metric is not None:
            yield found.metric, found.unit, found.number.read(data[start:at])


def _of_tag(codec: Codec, channel: int, kind: int) -> Tagged | None:
    of_kind = [each for each in codec.tagged if each.type == kind]
    named = (each for each in of_kind if each.channel == channel)
    return next(named, next((each for each in of_kind if each.channel is None), None))
