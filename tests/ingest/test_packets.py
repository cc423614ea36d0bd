"""MQTT packets in a stream, held against the examples of the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.packets import (
    BrokenStreamError,
    Packet,
    Published,
    acknowledgements,
    read_publish,
    whole_packets,
)

PINGRESP = b"\xd0\x00"
A_B_10 = b"\x00\x03a/b\x00\x0a"  # MQTT 3.1.1, figure 3.11: topic a/b, packet identifier 10


def a_publish(payload: bytes, properties: bytes = b"\x00") -> bytes:
    """Return a PUBLISH at QoS 1, as version 5 has it, of less than 128 bytes."""
    body = A_B_10 + properties + payload
    return bytes([0x32, len(body)]) + body


def read(stream: bytes) -> list[Published]:
    return [read_publish(packet, properties=True) for packet in whole_packets(stream)]


@pytest.mark.parametrize(
    ("length", "written"),
    [
        pytest.param(0, b"\x00", id="one byte"),
        pytest.param(127, b"\x7f", id="the most in one"),
        pytest.param(128, b"\x80\x01", id="two bytes"),
        pytest.param(16_383, b"\xff\x7f", id="the most in two"),
        pytest.param(16_384, b"\x80\x80\x01", id="three bytes"),
        pytest.param(2_097_152, b"\x80\x80\x80\x01", id="four bytes"),
    ],
)
def test_a_length_is_as_the_table_of_the_specification_has_it(length: int, written: bytes) -> None:
    """MQTT 5.0, table 1-1."""
    whole = b"\x30" + written + bytes(length)

    assert list(whole_packets(whole + PINGRESP)) == [
        Packet(whole, 1 + len(written)),
        Packet(PINGRESP, 2),
    ]
    assert list(whole_packets(whole[:-1])) == []


def test_topic_and_id_are_read_as_in_the_example_of_the_specification() -> None:
    at_most_once = b"\x30\x08\x00\x03a/b\x00ok"

    assert read(a_publish(b"ok") + at_most_once) == [
        Published("a/b", b"ok", 10, 1),
        Published("a/b", b"ok", 0, 0),
    ]


def test_version_3_has_no_properties_and_those_of_version_5_are_left_out() -> None:
    expiry = b"\x05\x02\x00\x00\x00\x3c"  # a message expiry interval of a minute
    (five,) = read(a_publish(b"{}", properties=expiry))
    (packet,) = whole_packets(a_publish(b"{}", properties=b""))

    assert five.payload == b"{}"
    assert read_publish(packet, properties=False) == five


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(min_value=0))
def test_wherever_a_stream_is_cut_the_messages_are_the_same(
    payloads: list[bytes], cut: int
) -> None:
    stream = b"".join(map(a_publish, payloads))
    cut %= len(stream) + 1
    before = list(whole_packets(stream[:cut]))
    taken = sum(len(packet.data) for packet in before)

    after = read(stream[taken:])

    assert taken <= cut
    assert [*(read_publish(each, properties=True) for each in before), *after] == read(stream)
    assert [one.payload for one in read(stream)] == payloads


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(b"\x32\xff\xff\xff\xff\x01", id="a length of five bytes"),
        pytest.param(b"\x32\x01\x00", id="half a length of a topic"),
        pytest.param(b"\x32\x05\x00\x09a/b", id="a topic longer than the packet"),
        pytest.param(b"\x32\x05\x00\x03a/b", id="no id"),
        pytest.param(b"\x32\x08\x00\x03a/b\x00\x0a\x09", id="properties longer than the packet"),
    ],
)
def test_what_is_no_packet_is_not_guessed_at(stream: bytes) -> None:
    with pytest.raises(BrokenStreamError):
        read(stream)


def test_a_topic_that_is_no_text_is_still_a_topic() -> None:
    (one,) = read(b"\x30\x06\x00\x03a/\xff\x00")

    assert one.topic == "a/\N{REPLACEMENT CHARACTER}"


def test_acknowledgements_are_packets_of_four_bytes() -> None:
    """MQTT 3.1.1, figure 3.12: 40 02, then the identifier."""
    assert acknowledgements([10, 0x1234]) == b"\x40\x02\x00\x0a\x40\x02\x12\x34"
    assert acknowledgements([]) == b""
