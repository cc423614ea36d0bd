"""What a payload may be, and what it may cost."""

import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contract.envelope import open_envelope, seal
from ingest.contract.fields import MalformedError
from ingest.contract.limits import LIMITS, Limits, TooLargeError

TEXT = b'{"boot":"b1","connection":1}'


def zeros(size: int) -> bytes:
    """Return that many zero bytes deflated, without ever holding them."""
    stream, piece = zlib.compressobj(9), bytes(2**20)
    return b"".join(stream.compress(piece) for _ in range(size // len(piece))) + stream.flush()


@given(st.binary(max_size=2_000))
def test_what_was_sealed_can_be_opened(rest: bytes) -> None:
    text = b"{" + rest

    assert open_envelope(seal(text)) == text


def test_text_is_deflated_only_where_that_is_shorter() -> None:
    assert seal(TEXT) == TEXT
    assert seal(TEXT * 20)[:1] == b"\x78"
    assert len(seal(TEXT * 20)) < len(TEXT) * 2


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_any_level_of_deflation_is_taken(level: int) -> None:
    assert open_envelope(zlib.compress(TEXT, level)) == TEXT


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        pytest.param(b"", "plain JSON", id="empty"),
        pytest.param(b" {}", "plain JSON", id="blank first"),
        pytest.param(b"\xef\xbb\xbf{}", "plain JSON", id="byte order mark"),
        pytest.param(b"[1]", "plain JSON", id="a list"),
        pytest.param(b"\x1f\x8b\x08", "plain JSON", id="gzip"),
        pytest.param(zlib.compress(TEXT)[:-1], "truncated", id="truncated in its checksum"),
        pytest.param(zlib.compress(TEXT)[:9], "truncated", id="truncated in its middle"),
        pytest.param(b"\x78", "truncated", id="the first byte alone"),
        pytest.param(zlib.compress(TEXT) + b"x", "nothing after", id="garbage behind"),
        pytest.param(zlib.compress(TEXT) * 2, "nothing after", id="a second stream"),
        pytest.param(zlib.compress(TEXT)[:-1] + b"x", "a sound zlib stream", id="wrong checksum"),
        pytest.param(b"\x78\x9c" + b"\xff" * 20, "a sound zlib stream", id="broken block"),
        pytest.param(b"\x78\x00" + TEXT, "a sound zlib stream", id="broken header"),
    ],
)
def test_what_is_broken_is_refused_with_a_reason(payload: bytes, expected: str) -> None:
    with pytest.raises(MalformedError, match=expected) as refusal:
        open_envelope(payload)

    assert refusal.value.field == "payload"


@pytest.mark.parametrize("first", [b"{", b"\x78", b"?"])
def test_a_megabyte_on_the_wire_is_refused_before_it_is_looked_at(first: bytes) -> None:
    with pytest.raises(TooLargeError, match="more than 65536 bytes on the wire"):
        open_envelope(first + bytes(2**20))


def test_the_limits_themselves_are_allowed() -> None:
    limits = Limits(wire_bytes=40, inflated_bytes=100)

    assert open_envelope(b"{" * 40, limits) == b"{" * 40
    assert open_envelope(zlib.compress(b"{" * 100), limits) == b"{" * 100
    with pytest.raises(TooLargeError, match="more than 40 bytes on the wire"):
        open_envelope(b"{" * 41, limits)
    with pytest.raises(TooLargeError, match="more than 100 bytes inflated"):
        open_envelope(zlib.compress(b"{" * 101), limits)


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    bomb = zeros(2**30)
    limits = Limits(wire_bytes=len(bomb), inflated_bytes=LIMITS.inflated_bytes)

    tracemalloc.start()
    with pytest.raises(TooLargeError, match="more than 1048576 bytes inflated"):
        open_envelope(bomb, limits)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 4 * LIMITS.inflated_bytes + len(bomb)
    with pytest.raises(TooLargeError, match="on the wire"):
        open_envelope(bomb)


def test_a_bomb_that_fits_the_wire_is_refused() -> None:
    bomb = zeros(60 * 2**20)

    assert len(bomb) < LIMITS.wire_bytes
    with pytest.raises(TooLargeError, match="inflated"):
        open_envelope(bomb)


@given(st.binary(max_size=300))
def test_random_bytes_are_opened_or_refused(payload: bytes) -> None:
    for tried in (payload, b"\x78\x9c" + payload):
        with suppress(MalformedError):
            assert isinstance(open_envelope(tried), bytes)


def test_a_flipped_bit_never_changes_the_text() -> None:
    payload = zlib.compress(TEXT)
    for bit in range(8, 8 * len(payload)):
        flipped = bytearray(payload)
        flipped[bit // 8] ^= 1 << bit % 8
        with suppress(MalformedError):  # the padding before the checksum says nothing
            assert open_envelope(bytes(flipped)) == TEXT
