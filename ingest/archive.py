"""The archive: messages as received, appended, compressed, and chained by hash.

It is also ingest's write-ahead log: what lies behind the catalog's watermark is taken in again
after a crash, in the same order, so what the archive says and what the store holds never part.

A file is a sequence of frames, one per append: length of the body (4 bytes, big-endian), SHA-256
over the previous frame's hash and the body (32 bytes), body. The body is deflated; inside, each
message is received_at (8 bytes, microseconds), length of topic (2), topic, length of payload (4),
payload. A frame that a power cut tore is set aside when the file is opened again.
"""

import logging
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from io import FileIO
from pathlib import Path
from typing import Final, Self

from ingest.contract.envelope import is_deflated
from ingest.contract.period import utc_day
from ingest.durable import sync

_LOG = logging.getLogger(__name__)
_FRAME: Final = struct.Struct(">I32s")
_MESSAGE: Final = struct.Struct(">qHI")
_START: Final = bytes(32)
_SUFFIX: Final = ".zwa"
_FAST: Final = 1
_AS_IT_IS: Final = 0  # to deflate what is deflated saves 2 % and takes a tenth of ingest's time
_TORN: Final = "{name}.torn-{offset}"
_DATED: Final = f"-2000-01-01{_SUFFIX}"  # how long a name's end is


class ArchiveDamagedError(Exception):
    """A frame whose hash is not what the chain says."""

    def __init__(self, path: Path, offset: int) -> None:
        super().__init__(f"{path}: the frame at byte {offset} is not what was written")
        self.path = path
        self.offset = offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it was received."""

    topic: str
    payload: bytes
    received_at: int  # microseconds, UTC


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between frames; file names sort in the order of writing."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The messages of one append, and where they lie."""

    start: Position
    end: Position
    messages: tuple[Message, ...]


class Archive:
    """One worker's archive under a directory; a file a UTC day of receipt.

    What it requires before an append raises OSError where there is no room for one.
    """

    def __init__(
        self, directory: Path, worker: str, *, require: Callable[[], None] = lambda: None
    ) -> None:
        self._directory = directory
        self._worker = worker
        self._require = require
        self._file: FileIO | None = None
        self._name = ""
        directory.mkdir(parents=True, exist_ok=True)
        self._hash = self._recover()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, messages: Sequence[Message]) -> Frame:
        """Write the messages as one frame and return when they are on the disk."""
        self._require()
        file = self._open_for(messages[-1].received_at)
        body = _pack(messages)
        link = sha256(self._hash + body).digest()
        start = file.seek(0, os.SEEK_END)
        try:
            _write_all(file, _FRAME.pack(len(body), link) + body)
            os.fsync(file.fileno())
        except OSError:
            file.truncate(start)
            raise
        self._hash = link
        return Frame(
            start=Position(self._name, start),
            end=Position(self._name, file.tell()),
            messages=tuple(messages),
        )

    def frames(self, after: Position | None = None) -> Iterator[Frame]:
        """Yield the frames that lie behind a position, checking the chain within what is read."""
        link = _START if after is None else None
        for path in self._paths():
            if after is None or path.name >= after.file:
                skip = after.offset if after and path.name == after.file else 0
                for frame, seen in _read(path, link):
                    link = seen
                    if frame.start.offset >= skip:
                        yield frame

    def message(self, place: Position, index: int) -> Message:
        """Return the message at an index of the frame that starts at a place."""
        return read_message(self._directory, place, index)

    def close(self) -> None:
        """Close the file being written."""
        if self._file:
            self._file.close()
            self._file = None

    def _paths(self) -> list[Path]:
        return sorted(self._directory.glob(f"{self._worker}-*{_SUFFIX}"))

    def _recover(self) -> bytes:
        """Set a torn frame of the newest file aside; return the hash that the next one follows."""
        for path in reversed(self._paths()):
            end, link = _whole(path)
            if end < path.stat().st_size:
                _set_aside(path, end)
            if link is not None:
                return link
        return _START

    def _open_for(self, received_at: int) -> FileIO:
        name = f"{self._worker}-{utc_day(received_at).isoformat()}{_SUFFIX}"
        name = max([name, self._name, *(path.name for path in self._paths()[-1:])])
        if self._file is None or name != self._name:
            self.close()
            self._file = (self._directory / name).open("ab", buffering=0)
            sync(self._directory)
            self._name = name
        return self._file


def read_message(directory: Path, place: Position, index: int) -> Message:
    """Return the message at an index of the frame that starts at a place, whoever writes on."""
    path = directory / place.file
    try:
        _, _, body = next(_bodies(path, place.offset))
        return _unpack(body)[index]
    except (StopIteration, IndexError, zlib.error):
        raise ArchiveDamagedError(path, place.offset) from None


def workers(directory: Path) -> list[str]:
    """Return whose archives lie under a directory."""
    return sorted({path.name[: -len(_DATED)] for path in directory.glob(f"*{_SUFFIX}")})


@dataclass(slots=True)
class Reading:
    """One worker's archive as somebody reads who does not write it, as far as it is asked for.

    What is damaged is noted and, where it can still be read, yielded: it is to be named.
    """

    directory: Path
    worker: str
    damaged: list[Position] = field(default_factory=list)
    link: str = _START.hex()  # of the last frame read, in hexadecimal
    end: Position | None = None  # of the last frame read

    def frames(self, until: Position | None = None) -> Iterator[Frame]:
        """Yield the frames from the beginning to a position, all where None."""
        previous = _START
        for path in sorted(self.directory.glob(f"{self.worker}-*{_SUFFIX}")):
            for offset, link, body in _bodies(path):
                end = Position(path.name, offset + _FRAME.size + len(body))
                if until is not None and end > until:
                    return
                start = Position(path.name, offset)
                if sha256(previous + body).digest() != link:
                    self.damaged.append(start)
                previous, self.link, self.end = link, link.hex(), end
                try:
                    messages = _unpack(body)
                except (zlib.error, struct.error, UnicodeDecodeError):
                    continue
                yield Frame(start=start, end=end, messages=messages)


def _pack(messages: Sequence[Message]) -> bytes:
    packed = bytearray()
    for message in messages:
        topic = message.topic.encode()
        packed += _MESSAGE.pack(message.received_at, len(topic), len(message.payload))
        packed += topic + message.payload
    plain = any(not is_deflated(message.payload) for message in messages)
    return zlib.compress(packed, _FAST if plain else _AS_IT_IS)


def _unpack(body: bytes) -> tuple[Message, ...]:
    packed = zlib.decompress(body)
    messages: list[Message] = []
    place = 0
    while place < len(packed):
        received_at, topic_length, payload_length = _MESSAGE.unpack_from(packed, place)
        middle = place + _MESSAGE.size + topic_length
        topic = packed[place + _MESSAGE.size : middle].decode()
        place = middle + payload_length
        messages.append(Message(topic=topic, payload=packed[middle:place], received_at=received_at))
    return tuple(messages)


def _bodies(path: Path, offset: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield offset, link and body of every frame that is there whole, from an offset on."""
    with path.open("rb") as file:
        file.seek(offset)
        while len(head := file.read(_FRAME.size)) == _FRAME.size:
            length, link = _FRAME.unpack(head)
            body = file.read(length)
            if len(body) < length:
                return
            yield offset, link, body
            offset += _FRAME.size + length


def _whole(path: Path) -> tuple[int, bytes | None]:
    """Return where the last frame that follows its predecessor ends, and its link.

    A power cut may leave a frame short, or of its full length with something else in it. What is
    wrong before a frame that follows is damage, and stays for a reader to find; so does a file's
    first frame that can be unpacked, since the file before it may be gone.
    """
    end: int = 0
    link: bytes | None = None
    previous: bytes | None = None
    for offset, told, body in _bodies(path):
        follows = _unpacks(body) if previous is None else sha256(previous + body).digest() == told
        if follows:
            end, link = offset + _FRAME.size + len(body), told
        previous = told
    return end, link


def _unpacks(body: bytes) -> bool:
    try:
        return bool(_unpack(body))
    except (zlib.error, struct.error, UnicodeDecodeError):
        return False


def _set_aside(path: Path, offset: int) -> None:
    """Move what lies behind an offset to a file of its own, where nothing reads it."""
    aside = path.with_name(_TORN.format(name=path.name, offset=offset))
    with path.open("rb") as file:
        file.seek(offset)
        aside.write_bytes(file.read())
    sync(aside)
    os.truncate(path, offset)
    _LOG.warning("%s: cut at byte %d, what was torn lies in %s", path, offset, aside.name)


def _read(path: Path, previous: bytes | None) -> Iterator[tuple[Frame, bytes]]:
    """Yield frames with their links; the chain is checked from the first link that is known."""
    for offset, link, body in _bodies(path):
        if previous is not None and sha256(previous + body).digest() != link:
            raise ArchiveDamagedError(path, offset)
        previous = link
        end = Position(path.name, offset + _FRAME.size + len(body))
        start = Position(path.name, offset)
        yield Frame(start=start, end=end, messages=_unpack(body)), link


def _write_all(file: FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
