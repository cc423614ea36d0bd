"""The archive: what was appended is there after anything, and nothing else is."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive import Archive, ArchiveDamagedError, Message, Position, read_message
from ingest.contract.period import DAY_US, micros

_T0 = micros(datetime(2026, 10, 30, tzinfo=UTC))


def _message(number: int, day: int = 0) -> Message:
    return Message(
        topic=f"zw/1/gw-{number}/up/chunk",
        payload=bytes([number]) * number,
        received_at=_T0 + day * DAY_US + number,
    )


def _read(directory: Path, after: Position | None = None) -> list[Message]:
    with Archive(directory, "w1") as archive:
        return [message for frame in archive.frames(after) for message in frame.messages]


def test_what_was_appended_is_read_in_order_across_files_and_restarts(tmp_path: Path) -> None:
    for day in range(3):
        with Archive(tmp_path, "w1") as archive:
            archive.append([_message(1, day), _message(2, day)])
            archive.append([_message(3, day)])

    assert _read(tmp_path) == [_message(number, day) for day in range(3) for number in (1, 2, 3)]
    assert len(list(tmp_path.iterdir())) == 3


def test_reading_on_from_a_position_gives_what_lies_behind_it(tmp_path: Path) -> None:
    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(1)])
        second = archive.append([_message(2)])
        archive.append([_message(3, day=1)])

    assert _read(tmp_path, second.start) == [_message(2), _message(3, day=1)]
    assert _read(tmp_path, second.end) == [_message(3, day=1)]


@given(cut=st.integers(1, 200))
def test_a_torn_frame_is_cut_off_and_writing_goes_on(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    directory = tmp_path_factory.mktemp("archive")
    with Archive(directory, "w1") as archive:
        archive.append([_message(1)])
        kept = archive.append([_message(2)])
        archive.append([_message(number) for number in range(1, 60)])
    (path,) = directory.iterdir()
    torn = max(kept.end.offset, path.stat().st_size - cut)
    os.truncate(path, torn)

    with Archive(directory, "w1") as archive:
        archive.append([_message(9)])

    assert _read(directory) == [_message(1), _message(2), _message(9)]


def test_a_changed_byte_breaks_the_chain_and_is_named(tmp_path: Path) -> None:
    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(1)])
        second = archive.append([_message(2)])
        archive.append([_message(3)])
    (path,) = tmp_path.iterdir()
    raw = bytearray(path.read_bytes())
    raw[second.start.offset + 40] ^= 1
    path.write_bytes(raw)

    with pytest.raises(ArchiveDamagedError, match=f"at byte {second.start.offset}"):
        _read(tmp_path)


def test_a_file_taken_out_of_the_middle_breaks_the_chain(tmp_path: Path) -> None:
    with Archive(tmp_path, "w1") as archive:
        for day in range(3):
            archive.append([_message(1, day)])
    sorted(tmp_path.iterdir())[1].unlink()

    with pytest.raises(ArchiveDamagedError):
        _read(tmp_path)


def test_a_clock_stepped_back_keeps_the_order(tmp_path: Path) -> None:
    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(1, day=1)])
        archive.append([_message(2, day=0)])

    assert _read(tmp_path) == [_message(1, day=1), _message(2, day=0)]


def test_workers_do_not_read_each_others_files(tmp_path: Path) -> None:
    with Archive(tmp_path, "w1") as one, Archive(tmp_path, "w2") as other:
        one.append([_message(1)])
        other.append([_message(2)])

    assert _read(tmp_path) == [_message(1)]


def test_a_message_is_found_by_its_place(tmp_path: Path) -> None:
    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(1)])
        frame = archive.append([_message(2), _message(3)])

        assert read_message(tmp_path, frame.start, 1) == _message(3)


_FULL_DISK = """
import resource, sys
from pathlib import Path
from ingest.archive import Archive, Message

def message(number):
    return Message(topic="zw/1/gw/up/chunk", payload=random(number), received_at=number)

def random(number):
    from random import Random
    return Random(number).randbytes(3_000)

with Archive(Path(sys.argv[1]), "w1") as archive:
    archive.append([message(1)])
    kept = archive.append([message(2)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (kept.end.offset + 1_000, resource.RLIM_INFINITY))
    try:
        archive.append([message(3)])
    except OSError as error:
        print(error.strerror)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    after = archive.append([message(4)])
    assert (after.start, after.messages) == (kept.end, (message(4),)), after.start
"""


def test_a_disk_that_is_full_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """The limit on a file's size tears the write in the middle, as a full disk does."""
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("File too large\n", "")
    assert [message.received_at for message in _read(tmp_path)] == [1, 2, 4]


@pytest.mark.parametrize(("offset", "index"), [(0, 7), (3, 0), (10_000, 0)])
def test_a_place_that_holds_no_message_is_told(tmp_path: Path, offset: int, index: int) -> None:
    with Archive(tmp_path, "w1") as archive:
        frame = archive.append([_message(1)])

    with pytest.raises(ArchiveDamagedError, match=f"at byte {offset}"):
        read_message(tmp_path, Position(frame.start.file, offset), index)


_TORN_BODIES: dict[str, Callable[[bytes], bytes]] = {
    "zeros": lambda frame: bytes(len(frame)),
    "a body of zeros": lambda frame: frame[:36] + bytes(len(frame) - 36),
    "a body half there": lambda frame: frame[:40] + bytes(len(frame) - 40),
}
_TORN_HEADS: dict[str, Callable[[bytes], bytes]] = {
    "a head of zeros": lambda frame: bytes(36) + frame[36:],
    "another link": lambda frame: frame[:4] + bytes(32) + frame[36:],
}


@pytest.mark.parametrize(
    ("garbage", "day"),
    [
        *(pytest.param(torn, 0, id=name) for name, torn in (_TORN_BODIES | _TORN_HEADS).items()),
        # a file's first frame that can be unpacked is not taken for torn
        *(pytest.param(torn, 1, id=f"{name}, first") for name, torn in _TORN_BODIES.items()),
    ],
)
def test_a_frame_that_is_torn_at_its_full_length_is_set_aside(
    tmp_path: Path, garbage: Callable[[bytes], bytes], day: int
) -> None:
    """After a power cut a file may be as long as it was to be, with other content."""
    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(1)])
        torn = archive.append([_message(number, day) for number in range(1, 60)])
    path = tmp_path / torn.start.file
    raw = path.read_bytes()
    frame = garbage(raw[torn.start.offset :])
    path.write_bytes(raw[: torn.start.offset] + frame)

    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(9, day)])

    assert _read(tmp_path) == [_message(1), _message(9, day)]
    assert (tmp_path / f"{path.name}.torn-{torn.start.offset}").read_bytes() == frame


def test_what_is_wrong_before_a_whole_frame_is_not_cut_off(tmp_path: Path) -> None:
    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(1)])
        second = archive.append([_message(2)])
        archive.append([_message(3)])
    (path,) = tmp_path.iterdir()
    raw = bytearray(path.read_bytes())
    raw[second.start.offset + 40] ^= 1
    path.write_bytes(raw)

    with Archive(tmp_path, "w1") as archive:
        archive.append([_message(4)])

    assert path.read_bytes().startswith(raw)
    with pytest.raises(ArchiveDamagedError, match=f"at byte {second.start.offset}"):
        _read(tmp_path)
