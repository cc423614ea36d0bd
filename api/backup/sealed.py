"""The form of a backup: a tar in gzip, and a seal behind it with the SHA-256 of all its bytes.

The seal is a gzip member of its own that holds nothing and has the hash as its comment, so that
`tar tzf` reads a backup like any other. The tar's first member says what it is.
"""

import gzip
import hashlib
import json
import tarfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import IO, Final

from ingest.durable import sync

_FORMAT: Final = 1
_ABOUT: Final = "backup.json"
_SEAL_HEAD: Final = b"\x1f\x8b\x08\x10" + bytes(5) + b"\xff"  # RFC 1952: with a comment, no time
_SEAL_BODY: Final = b"\x03\x00" + bytes(8)  # nothing, deflated; its checksum and its length
_PIECE: Final = 1_048_576
_UNREADABLE: Final = (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error)
_LEVEL: Final = 1  # most of it is compressed already


class BackupError(Exception):
    """The file is no backup that can be used; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a backup says of itself."""

    software: str
    made_at: str  # RFC 3339
    left_out: tuple[str, ...]  # what is kept elsewhere, or made again from the rest


class _Hashed(RawIOBase):
    """Writes on, and remembers the hash of all of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sum = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        view = memoryview(data)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
        self.sum.update(view)
        return self._file.write(view)


@contextmanager
def writing(path: Path, about: About) -> Generator[tarfile.TarFile]:
    """Yield the tar to add to; the file is there when it is whole and on the disk, or not at all.

    Nobody else may read it: passwords' hashes and keys are in it.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with partial.open("wb") as file:
            hashed = _Hashed(file)
            with (
                gzip.GzipFile(fileobj=hashed, mode="wb", compresslevel=_LEVEL, mtime=0) as deflated,
                tarfile.open(fileobj=deflated, mode="w|") as members,
            ):
                _add_about(members, about)
                yield members
            file.write(_seal(hashed.sum.hexdigest()))
        sync(partial)
        partial.replace(path)
        sync(path.parent)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def reading(path: Path) -> Generator[tuple[About, tarfile.TarFile]]:
    """Yield what a backup says of itself and its other members, once all of it was found whole."""
    _check(path)
    try:
        with (
            path.open("rb") as file,
            gzip.GzipFile(fileobj=file, mode="rb") as inflated,
            tarfile.open(fileobj=inflated, mode="r|") as members,
        ):
            yield _about(path, members), members
    except _UNREADABLE as error:
        raise BackupError(f"{path}: not a backup of Zonewatch: {error}") from error


def _check(path: Path) -> None:
    """Raise BackupError where the file does not end with the seal on what it holds."""
    left = path.stat().st_size - len(_seal(hashlib.sha256().hexdigest()))
    found = hashlib.sha256()
    with path.open("rb") as file:
        while left > 0 and (piece := file.read(min(left, _PIECE))):
            found.update(piece)
            left -= len(piece)
        if left < 0 or file.read() != _seal(found.hexdigest()):
            raise BackupError(f"{path}: not a whole backup: it was cut short or changed")


def _seal(digest: str) -> bytes:
    return _SEAL_HEAD + f"sha256:{digest}".encode() + b"\x00" + _SEAL_BODY


def _add_about(members: tarfile.TarFile, about: About) -> None:
    said = json.dumps({"format": _FORMAT} | asdict(about)).encode()
    member = tarfile.TarInfo(_ABOUT)
    member.size = len(said)
    members.addfile(member, BytesIO(said))


def _about(path: Path, members: tarfile.TarFile) -> About:
    member = members.next()
    said = members.extractfile(member) if member is not None and member.name == _ABOUT else None
    if said is None:
        raise BackupError(f"{path}: not a backup of Zonewatch")
    told = json.loads(said.read())
    if told["format"] != _FORMAT:
        raise BackupError(f"{path}: a backup of format {told['format']}, expected {_FORMAT}")
    left_out = tuple(told["left_out"])
    return About(software=told["software"], made_at=told["made_at"], left_out=left_out)
