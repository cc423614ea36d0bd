"""What lies in quarantine is shown as far as it can be read, whatever it is."""

import zlib
from collections.abc import Mapping

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contract.ranges import Ranges
from ingest.legible import content_of, rows_of
from tests.ingest.arrivals import a_chunk, a_part

_JSON = orjson.dumps(a_chunk(a_part()))
_WHOLE = zlib.compress(_JSON)


def test_json_is_shown_whole_deflated_or_not() -> None:
    assert content_of(_JSON) == content_of(_WHOLE) == orjson.loads(_JSON)


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        pytest.param(_JSON[:-20], _JSON[:-20].decode(), id="JSON cut short"),
        pytest.param(b"12:30 lamp on, 60 W\n", "12:30 lamp on, 60 W\n", id="a line of text"),
        pytest.param("30 °C".encode(), "30 °C", id="text that is not ASCII"),
        pytest.param(zlib.compress(b"no JSON"), "no JSON", id="deflated text"),
        pytest.param(b"\xff\x00rubbish", None, id="bytes"),
        pytest.param("°".encode("latin-1") + b"C warm", None, id="another encoding"),
        pytest.param(b"a" * 9_000, "a" * 2_000, id="a long text"),
    ],
)
def test_what_is_no_json_is_shown_as_text_where_it_is_one(payload: bytes, text: str | None) -> None:
    content = content_of(payload)

    assert isinstance(content, Mapping)
    assert content["bytes"] == len(payload)
    assert content.get("text") == text


def test_a_deflated_message_cut_short_is_inflated_as_far_as_it_goes() -> None:
    content = content_of(_WHOLE[:-30])

    assert isinstance(content, Mapping)
    assert len(content["text"]) > 20
    assert _JSON.decode().startswith(content["text"])


def test_of_a_long_chunk_the_rows_in_question_are_shown() -> None:
    body = a_chunk(a_part([60.0, "x", 62.0]), a_part([7.0], first=4, device="kh-lamp-2"))

    rows = rows_of(body, Ranges.of((2, 2), (4, 4)))

    assert rows == [
        {
            "number": 2,
            "device": "kh-lamp-1",
            "measured_at": "2026-10-30T11:05:00Z",
            "values": {"load_power": "x"},
        },
        {
            "number": 4,
            "device": "kh-lamp-2",
            "measured_at": "2026-10-30T11:15:00Z",
            "values": {"load_power": 7.0},
        },
    ]


@pytest.mark.parametrize("at", [None, "noon", 2**70, -(2**70)])
def test_an_instant_that_is_none_is_shown_as_it_stands(at: object) -> None:
    (row,) = rows_of(a_chunk(a_part([1.0], measured_at=[at])), Ranges.of((1, 1)))

    assert row["measured_at"] == at


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
_PARTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("number", "device", "measured_at", "values"), _ANYTHING),
)


@given(st.fixed_dictionaries({"parts": st.lists(_PARTS | _ANYTHING) | _ANYTHING}) | _ANYTHING)
def test_nothing_is_too_wrong_to_be_shown(content: object) -> None:
    assert isinstance(rows_of(content, Ranges.of((-(2**60), 2**60))), list)


@given(st.binary())
def test_no_payload_is_too_wrong_to_be_shown(payload: bytes) -> None:
    content_of(payload)
