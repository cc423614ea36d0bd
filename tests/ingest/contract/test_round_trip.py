"""What is formed can be parsed, also through JSON as it travels."""

import orjson
from hypothesis import given

from ingest.contract.ack import Ack, form_ack, parse_ack
from ingest.contract.chunk import Chunk, form_chunk, parse_chunk
from ingest.contract.lifecycle import (
    Birth,
    Death,
    form_birth,
    form_death,
    parse_birth,
    parse_death,
)
from tests.ingest.contract.messages import acks, births, chunks, deaths


def carried(message: dict[str, object]) -> object:
    """Return the message as JSON carries it."""
    return orjson.loads(orjson.dumps(message))


@given(births)
def test_a_birth_comes_back(birth: Birth) -> None:
    assert parse_birth(form_birth(birth)) == birth
    assert parse_birth(carried(form_birth(birth))) == birth


@given(deaths)
def test_a_death_comes_back(death: Death) -> None:
    assert parse_death(carried(form_death(death))) == death


@given(acks)
def test_an_acknowledgement_comes_back(ack: Ack) -> None:
    assert parse_ack(form_ack(ack)) == ack
    assert parse_ack(carried(form_ack(ack))) == ack


@given(chunks())
def test_a_chunk_comes_back_without_defects(chunk: Chunk) -> None:
    assert parse_chunk(form_chunk(chunk)) == (chunk, ())
    assert parse_chunk(carried(form_chunk(chunk))) == (chunk, ())
