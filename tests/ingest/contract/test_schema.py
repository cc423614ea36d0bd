"""The JSON Schemas say what the code forms and takes: held against both sides."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

import ingest.contract
from ingest.contract import fields
from ingest.contract.ack import Ack, form_ack, parse_ack
from ingest.contract.chunk import Chunk, form_chunk, parse_chunk
from ingest.contract.fields import MalformedError
from ingest.contract.lifecycle import (
    Birth,
    Death,
    form_birth,
    form_death,
    parse_birth,
    parse_death,
)
from ingest.contract.limits import LIMITS
from ingest.contract.mapping import read_said
from ingest.mapping_files import SHIPPED, load_mapping
from tests.ingest.contract.messages import (
    EVENING_MS,
    a_birth_message,
    a_chunk_message,
    a_death_message,
    a_part_message,
    a_reading_message,
    a_served_message,
    acks,
    an_ack_message,
    births,
    chunks,
    deaths,
)

Message = dict[str, object]

FOLDER = Path(ingest.contract.__file__).parent / "schema"
PLAIN = load_mapping(SHIPPED / "plain.toml")
FORMATS = FormatChecker(formats=())
SCHEMAS = {
    kind: json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    for kind in ("birth", "chunk", "death", "ack", "reading")
}
PARSERS: dict[str, Callable[[object], object]] = {
    "birth": parse_birth,
    "chunk": parse_chunk,
    "death": parse_death,
    "ack": parse_ack,
    "reading": lambda message: read_said(fields.mapping(message, "reading"), PLAIN),
}
SOUND: dict[str, Message] = {
    "birth": a_birth_message(),
    "chunk": a_chunk_message(),
    "death": a_death_message(),
    "ack": an_ack_message(),
    "reading": a_reading_message(),
}
# What no schema can say: rules between two fields.
BETWEEN_FIELDS = {
    "a number from 1 to head + 1",
    "each number once in a chunk",
    "no number above head",
    "the day of entry of every number the chunk carries",
    "[first, last] with 1 <= first <= last",
    "1 rows, as number has",
    "2 rows, as number has",
    "3 rows, as number has",
}


@FORMATS.checks("date-time", raises=ValueError)
def is_instant(text: object) -> bool:
    """Tell whether there is such an instant, as RFC 3339 writes it."""
    return not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def is_day(text: object) -> bool:
    """Tell whether there is such a day."""
    return not isinstance(text, str) or bool(date.fromisoformat(text))


def fits(kind: str, message: object) -> bool:
    """Tell whether a message is what the schema says."""
    validator = Draft202012Validator(SCHEMAS[kind], format_checker=FORMATS)
    return validator.is_valid(cast("Mapping[str, Any]", message))


def complaint(kind: str, message: object) -> str | None:
    """Return what the parser expected instead, None where it reads the message."""
    try:
        PARSERS[kind](message)
    except MalformedError as error:
        return error.expected
    return None


def taken(kind: str, message: object) -> bool:
    """Tell whether the parser takes a message without setting anything aside."""
    if complaint(kind, message) is not None:
        return False
    return kind != "chunk" or parse_chunk(message)[1] == ()


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_a_sound_schema_and_takes_a_sound_message(kind: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[kind])

    assert fits(kind, SOUND[kind])
    assert taken(kind, SOUND[kind])


@pytest.mark.parametrize("kind", SCHEMAS)
def test_unknown_fields_are_allowed_everywhere(kind: str) -> None:
    assert fits(kind, SOUND[kind] | {"later": {"x": 1}})
    assert taken(kind, SOUND[kind] | {"later": {"x": 1}})


@given(births)
def test_every_birth_fits(birth: Birth) -> None:
    assert fits("birth", orjson.loads(orjson.dumps(form_birth(birth))))


@given(deaths)
def test_every_death_fits(death: Death) -> None:
    assert fits("death", orjson.loads(orjson.dumps(form_death(death))))


@given(acks)
def test_every_acknowledgement_fits(ack: Ack) -> None:
    assert fits("ack", orjson.loads(orjson.dumps(form_ack(ack))))


@given(chunks())
def test_every_chunk_fits(chunk: Chunk) -> None:
    assert fits("chunk", orjson.loads(orjson.dumps(form_chunk(chunk))))


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Return the path of everything inside a message."""
    found = [path] if path else []
    match value:
        case dict():
            inside = list(cast("dict[object, object]", value).items())
        case list():
            inside = list(enumerate(cast("list[object]", value)))
        case _:
            inside = []
    return found + [place for key, each in inside for place in places(each, (*path, key))]


def put(message: Message, path: tuple[object, ...], value: object) -> Message:
    """Return the message with something else in one place; nothing where that is Ellipsis."""
    changed = deepcopy(message)
    holder = cast("dict[object, object]", changed)
    for key in path[:-1]:
        holder = cast("dict[object, object]", holder[key])
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


changes = st.one_of(
    st.just(...),
    st.none(),
    st.booleans(),
    st.integers(-2, 12),
    st.sampled_from([0.5, -1e300, 2**52, 2**53, 2**53 + 1, 31_622_400, 31_622_401]),
    st.sampled_from(["", "b1", "B1", "x" * 201, "2026-02-30", "2026-10-30T11:00:00+04:00"]),
    st.sampled_from(["2026-02-30T11:00:00Z", "2026-10-30T24:30:00Z", "2026-10-30T11:00:00"]),
    st.lists(st.integers(0, 9), max_size=3),
    st.lists(st.lists(st.integers(0, 9), max_size=3), max_size=2),
    st.dictionaries(st.sampled_from(["b1", "2026-10-30", "!"]), st.lists(st.integers(0, 9))),
)


@pytest.mark.parametrize("kind", SCHEMAS)
@given(data=st.data())
def test_what_a_schema_takes_the_parser_takes_and_the_other_way_round(
    kind: str, data: st.DataObject
) -> None:
    message = SOUND[kind]
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(places(message) or [("boot",)]))
        message = put(message, path, data.draw(changes))

    if fits(kind, message):
        assert complaint(kind, message) in BETWEEN_FIELDS | {None}
    else:
        assert not taken(kind, message)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        pytest.param("birth", a_birth_message(boot=7), id="birth: boot a number"),
        pytest.param("birth", a_birth_message(boot="a/b"), id="birth: boot with a slash"),
        pytest.param("birth", a_birth_message(connection=True), id="birth: connection true"),
        pytest.param("birth", a_birth_message(sent_at="yesterday"), id="birth: no instant"),
        pytest.param(
            "birth", a_birth_message(sent_at="2026-02-30T00:00:00Z"), id="birth: no such day"
        ),
        pytest.param("birth", a_birth_message(software="x" * 201), id="birth: long software"),
        pytest.param("birth", a_birth_message(held=None), id="birth: held null"),
        pytest.param(
            "birth", a_birth_message(devices=[a_served_message(interval_s=0)]), id="birth: interval"
        ),
        pytest.param(
            "birth",
            a_birth_message(devices=[a_served_message(clock_offset_s="0")]),
            id="birth: offset a text",
        ),
        pytest.param("death", {"boot": "b1"}, id="death: no connection"),
        pytest.param("death", a_death_message(connection=-1), id="death: negative connection"),
        pytest.param("death", a_death_message(boot="B"), id="death: upper case"),
        pytest.param("death", [], id="death: a list"),
        pytest.param("ack", {"sent_at": "2026-10-30T11:00:00Z"}, id="ack: nothing settled"),
        pytest.param("ack", an_ack_message(settled={"b1": [[0, 3]]}), id="ack: span from 0"),
        pytest.param("ack", an_ack_message(settled={"b1": [[1]]}), id="ack: half a span"),
        pytest.param("ack", an_ack_message(settled={"b 1": []}), id="ack: boot with a blank"),
        pytest.param(
            "ack", an_ack_message(quarantined={"b1": [{"reason": "x"}]}), id="ack: no numbers"
        ),
        pytest.param("reading", a_reading_message(measured_at=0.5), id="reading: half a ms"),
        pytest.param("reading", a_reading_message(values={}), id="reading: says nothing"),
        pytest.param(
            "reading", a_reading_message(values={"load_power": None}), id="reading: all null"
        ),
        pytest.param(
            "reading", a_reading_message(values={"load_power": "60"}), id="reading: a text"
        ),
        pytest.param("chunk", a_chunk_message(head=-1), id="chunk: negative head"),
        pytest.param("chunk", a_chunk_message(low=0), id="chunk: low 0"),
        pytest.param("chunk", a_chunk_message(days={"2026-13-01": [1, 9]}), id="chunk: no day"),
        pytest.param("chunk", a_chunk_message(parts=None), id="chunk: no parts"),
        pytest.param(
            "chunk", a_chunk_message(parts=[a_part_message(number=[7, 7])]), id="chunk: twice"
        ),
        pytest.param(
            "chunk",
            a_chunk_message(parts=[a_part_message(measured_at=[EVENING_MS, "x"])]),
            id="chunk: time a text",
        ),
        pytest.param(
            "chunk",
            a_chunk_message(parts=[a_part_message(values={"load_power": ["60", 61]})]),
            id="chunk: value a text",
        ),
        pytest.param(
            "chunk",
            a_chunk_message(parts=[a_part_message(quality={"load_power": [[0, 5]]})]),
            id="chunk: unknown flag",
        ),
    ],
)
def test_both_refuse(kind: str, message: object) -> None:
    assert not fits(kind, message)
    assert not taken(kind, message)


def test_limits_in_the_schema_are_those_of_the_code() -> None:
    part = SCHEMAS["chunk"]["$defs"]["part"]["properties"]

    assert SCHEMAS["chunk"]["properties"]["parts"]["maxItems"] == LIMITS.rows
    assert part["values"]["maxProperties"] == LIMITS.columns
    assert f"{LIMITS.rows} rows and {LIMITS.columns} columns" in SCHEMAS["chunk"]["description"]


def test_quantities_name_their_unit() -> None:
    served = SCHEMAS["birth"]["$defs"]["served"]["properties"]
    part = SCHEMAS["chunk"]["$defs"]["part"]["properties"]

    assert "[s]" in served["interval_s"]["description"]
    assert "[s]" in served["clock_offset_s"]["description"]
    assert "[ms]" in part["measured_at"]["description"]
    assert "in the metric's unit" in part["values"]["description"]
