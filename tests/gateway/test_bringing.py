"""An outbox file whose gateway is out of service, as chunks to be brought in by hand."""

import hashlib
import zlib
from pathlib import Path

import orjson
import pytest

from gateway.bringing import Found, chunks, look
from gateway.chunks import SealedChunk
from gateway.outbox import Bounds, Outbox
from gateway.outbox_errors import OutboxUnavailableError
from ingest.contract.chunk import Chunk, parse_chunk
from ingest.contract.ranges import EMPTY, Ranges
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, a_record, records_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def read(sealed: SealedChunk) -> Chunk:
    payload = sealed.payload
    text = payload if payload[:1] == b"{" else zlib.decompress(payload)
    chunk, defects = parse_chunk(orjson.loads(text))
    assert defects == ()
    return chunk


def brought(path: Path) -> list[Chunk]:
    return [read(each) for each in chunks(path, now=NOON)]


def test_every_record_held_is_there_once_the_oldest_boot_first(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2_500), entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 10)))
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        outbox.append(records_of("lamp-2", 3), entered_at=NOON)

    found = brought(path)

    told = [(one.account.boot, number) for one in found for number in one.numbers.numbers()]
    assert told == [
        *((FIRST_BOOT, number) for number in range(11, 2_501)),
        *((SECOND_BOOT, number) for number in range(1, 4)),
    ]
    assert [one.account.low for one in found if one.numbers] == [
        one.numbers.pairs[0][0] for one in found if one.numbers
    ]
    assert look(path, now=NOON) == Found(boots=2, records=2_493)


def test_the_file_stays_as_it_was_and_can_be_brought_in_again(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 30), entered_at=NOON)
    before = hashlib.sha256(path.read_bytes()).digest()

    first, second = brought(path), brought(path)

    assert first == second
    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_what_a_killed_gateway_left_in_its_journal_is_there(path: Path, tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        for each in (path, path.with_name(f"{path.name}-wal")):
            (left / each.name).write_bytes(each.read_bytes())

    assert [one.numbers for one in brought(left / path.name)] == [Ranges.of((1, 3))]


def test_what_was_thinned_is_told_to_the_last_range(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=1_000)) as outbox:
        outbox.append(records_of("lamp-1", 1_000), entered_at=NOON)
        for minute in range(1_000, 2_000):
            outbox.append([a_record("lamp-1", minute=minute)], entered_at=NOON)
        thinned = outbox.thinned(FIRST_BOOT)

    found = brought(path)

    assert 1_000 <= thinned.count < 2_000
    told = EMPTY
    for one in found:
        told |= one.account.thinned
    assert told == thinned
    carried = Ranges.of(*(pair for one in found for pair in one.numbers.pairs))
    assert carried == Ranges.of((1, 2_000)) - thinned


def test_a_gateway_that_runs_is_left_alone(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT), pytest.raises(OutboxUnavailableError, match="is running"):
        look(path, now=NOON)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(None, "no such file", id="nothing there"),
        pytest.param(b"no database at all" * 100, "not a database", id="something else"),
    ],
)
def test_what_is_no_outbox_is_said(path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(OutboxUnavailableError, match=reason):
        look(path, now=NOON)
