"""The index of the archive: every message is found in it, whether or not it has a row alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import taken
from ingest.archive import Frame, Message
from ingest.contract.identity import GatewayId
from ingest.contract.period import Period, micros
from ingest.pipeline import Pipeline
from ingest.tables import TAKEN
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import EVENING_MS, NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import a_pipeline

_LATER = NOW + timedelta(seconds=1)


def said(watts: float, *, later: bool = False) -> Message:
    """Return what a lamp says that no gateway numbers."""
    body = {"measured_at": EVENING_MS, "values": {"load_power": watts}}
    return a_message(body, gateway="kh-lamp-7", kind="reading", at=_LATER if later else NOW)


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    registry = a_registry(a_device("kh-lamp-7", profile="plain"), a_device("kh-lamp-1"))
    with a_pipeline(tmp_path, registry) as opened:
        yield opened


@pytest.fixture
def frame(pipeline: Pipeline) -> Frame:
    """Three records, a chunk, and two records, the last of them received a second later."""
    chunk = a_message(a_chunk(a_part()))
    records = [said(1), said(2), said(3), chunk, said(4), said(5, later=True)]
    list(pipeline.commit(records))
    (only,) = pipeline.archive.frames()
    return only


def test_every_message_is_found_at_its_place_and_none_beside(
    pipeline: Pipeline, frame: Frame
) -> None:
    with pipeline.catalog.connect() as connection:
        found = [taken.at(connection, frame.start, index) for index in range(-1, 7)]
        changes = taken.changes(connection)

    assert [one and one.index for one in found] == [None, 0, 1, 2, 3, 4, 5, None]
    assert [one.received_at for one in found if one] == [one.received_at for one in frame.messages]
    change = pipeline.registry().change
    assert changes == {(frame.start.file, frame.start.offset, index): change for index in range(6)}


def test_what_no_gateway_numbers_shares_a_row_where_it_came_at_one_instant(
    pipeline: Pipeline, frame: Frame
) -> None:
    query = sa.select(TAKEN.c.archive_index, TAKEN.c.messages).order_by(TAKEN.c.archive_index)
    with pipeline.catalog.connect() as connection:
        rows = [tuple(row) for row in connection.execute(query)]

    assert rows == [(0, 3), (3, 1), (4, 1), (5, 1)]
    assert len(frame.messages) == 6


def test_only_numbered_records_are_found_by_what_they_speak_of(
    pipeline: Pipeline, frame: Frame
) -> None:
    names = [GatewayId("kh-gw-1"), GatewayId("kh-lamp-7")]
    with pipeline.catalog.connect() as connection:
        (one,) = taken.speaking_of(connection, names, Period(0, micros(NOW)))

    assert (one.place, one.index, one.gateway) == (frame.start, 3, "kh-gw-1")
    assert (one.boot, one.numbers.pairs) == ("boot-1", ((1, 3),))
