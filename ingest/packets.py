"""MQTT packets as they lie in a stream of bytes: where each ends, and what a PUBLISH brings.

After MQTT 5.0, sections 2.1, 3.3 and 3.4; in version 3.1.1 a PUBLISH has no properties.
"""

from collections.abc import Iterable, Iterator
from struct import Struct
from typing import Final, NamedTuple

_PUBLISH: Final = 3
_PUBACK: Final = Struct(">BBH")
_ACKNOWLEDGED: Final = 0x40, 2  # a PUBACK of two bytes, which mean success
_LENGTH_BYTES: Final = 4
_MORE: Final = 0x80


class BrokenStreamError(ValueError):
    """Bytes that are no MQTT packets: nothing behind them can be told apart any more."""


class Packet(NamedTuple):
    """A whole packet; made for each message, so as small as can be."""

    data: bytes
    body: int  # where its fixed header ends

    @property
    def is_publish(self) -> bool:
        """Whether it brings a message."""
        return self.data[0] >> 4 == _PUBLISH


class Published(NamedTuple):
    """What a PUBLISH brings."""

    topic: str
    payload: bytes
    mid: int  # 0 at QoS 0
    qos: int


def whole_packets(stream: bytes) -> Iterator[Packet]:
    """Yield the packets that are there whole, in order; a last one that is cut is left out."""
    start = 0
    while start + 1 < len(stream):
        length, body = _varint(stream, start + 1)
        end = body + length
        if end > len(stream):
            return
        yield Packet(stream[start:end], body - start)
        start = end


def read_publish(packet: Packet, *, properties: bool) -> Published:
    """Return what a PUBLISH brings, but for its properties: nothing here depends on them.

    A topic that is no UTF-8 is shown as one that nobody can have meant.
    """
    data, body = packet
    qos = data[0] >> 1 & 3
    try:
        middle = body + 2 + (data[body] << 8 | data[body + 1])
        start = middle + (2 if qos else 0)
        mid = data[middle] << 8 | data[middle + 1] if qos else 0
        if properties:
            length, start = _varint(data, start)
            start += length
    except IndexError:
        raise BrokenStreamError("a PUBLISH that ends before its id") from None
    if start > len(data):
        raise BrokenStreamError("a PUBLISH that ends before its payload")
    topic = data[body + 2 : middle].decode(errors="replace")
    return Published(topic, data[start:], mid, qos)


def acknowledgements(mids: Iterable[int]) -> bytes:
    """Return a PUBACK for each of some messages, one behind the other."""
    return b"".join(_PUBACK.pack(*_ACKNOWLEDGED, mid) for mid in mids)


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return a variable byte integer and where it ends; of a cut one, more than there is."""
    value = 0
    for shift, byte in enumerate(data[place : place + _LENGTH_BYTES]):
        value |= (byte & ~_MORE) << 7 * shift
        if not byte & _MORE:
            return value, place + shift + 1
    if len(data) - place >= _LENGTH_BYTES:
        raise BrokenStreamError("a length of more than four bytes")
    return len(data), place + 1
