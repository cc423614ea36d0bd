"""Between bytes and mappings on the side of ingest."""

import math
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contract.limits import Limits, TooLargeError
from ingest.wire import UndecodableError, decode, encode

scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
mappings = st.dictionaries(st.text(max_size=10), scalars | st.lists(scalars), max_size=20)


@given(mappings)
def test_what_was_encoded_can_be_decoded(mapping: dict[str, object]) -> None:
    assert decode(encode(mapping)) == mapping


def test_a_long_mapping_travels_deflated_and_a_short_one_plain() -> None:
    assert encode({"a": 1}) == b'{"a":1}'
    assert encode({"a": [0] * 500})[:1] == b"\x78"


def test_plain_and_deflated_json_mean_the_same() -> None:
    text = b'{"boot": "b1", "head": 2}'

    assert decode(text) == decode(zlib.compress(text)) == {"boot": "b1", "head": 2}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"", "plain JSON starting with", id="empty"),
        pytest.param(b"hello", "plain JSON starting with", id="text"),
        pytest.param(b"{", "expected JSON", id="half an object"),
        pytest.param(b'{"a":1}}', "expected JSON", id="garbage behind"),
        pytest.param(b"{'a':1}", "expected JSON", id="single quotes"),
        pytest.param(b'{"a":nan}', "expected JSON", id="nan is no JSON"),
        pytest.param(rb'{"a":NaN,"b":"\uD800"}', "expected JSON", id="half a character"),
        pytest.param(b'{"a":NaN,"b":' + b"[" * 60_000, "expected JSON", id="deep and NaN"),
        pytest.param(b'{"a":%s}' % (b"1" * 5_000), "expected JSON", id="5,000 digits"),
        pytest.param(b'{"a":\xff}', "expected JSON", id="no UTF-8"),
        pytest.param(b'{"a":' * 3_000, "expected JSON", id="too deep"),
        pytest.param(zlib.compress(b"{"), "expected JSON", id="half an object, deflated"),
        pytest.param(zlib.compress(b"{}")[:5], "truncated", id="truncated"),
        pytest.param(zlib.compress(b"{}") + b"\0", "nothing after", id="garbage behind a stream"),
    ],
)
def test_what_is_broken_is_undecodable_with_a_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(UndecodableError, match=reason) as refusal:
        decode(payload)

    assert reason in refusal.value.reason


@pytest.mark.parametrize(
    ("said", "expected"),
    [(b"1e999", math.inf), (b"-Infinity", -math.inf), (b"1" + b"0" * 400, 10**400)],
    ids=["1e999", "-Infinity", "401 digits"],
)
def test_a_number_beyond_a_double_does_not_hide_the_others(said: bytes, expected: float) -> None:
    assert decode(b'{"a":[1,%s]}' % said) == {"a": [1, expected]}


def test_limits_are_held() -> None:
    with pytest.raises(TooLargeError, match="on the wire"):
        decode(b"{" + bytes(2**20))
    with pytest.raises(TooLargeError, match="inflated"):
        decode(zlib.compress(b"{" * 50), Limits(inflated_bytes=49))


@given(st.binary(max_size=300))
def test_random_bytes_are_decoded_or_refused(payload: bytes) -> None:
    for tried in (payload, b"{" + payload, zlib.compress(payload)):
        with suppress(UndecodableError):
            decode(tried)
