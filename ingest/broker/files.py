"""Files that hold secrets: put in place whole, and readable by the broker alone."""

import grp
import os
import pwd
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.durable import sync

_OPEN: Final = 0o644
_SHARED: Final = 0o640
_PRIVATE: Final = 0o600
_ROOT: Final = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom the broker runs as, where that is somebody else than who writes its files."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def called(cls, user: str) -> "Reader":
        """Return a user; nobody in particular where there is none, or none may be given files."""
        try:
            uid, gid = pwd.getpwnam(user).pw_uid, grp.getgrnam(user).gr_gid
        except KeyError:
            return cls()
        return cls(uid, gid) if os.geteuid() == _ROOT else cls()


def put_open(path: Path, text: str) -> None:
    """Write a file that anybody may read."""
    _put(path, text, _OPEN, None)


def put_shared(path: Path, text: str, reader: Reader) -> None:
    """Write a file for the broker and who runs this."""
    _put(path, text, _PRIVATE if reader.gid is None else _SHARED, reader.gid)


def put_private(path: Path, text: str) -> None:
    """Write a file for nobody but who runs this."""
    _put(path, text, _PRIVATE, None)


def make_folder(path: Path, owner: Reader) -> None:
    """Make a folder of the broker's own."""
    path.mkdir(parents=True, exist_ok=True)
    if owner.uid is not None and owner.gid is not None:
        os.chown(path, owner.uid, owner.gid)
    path.chmod(0o700)


def _put(path: Path, text: str, mode: int, group: int | None) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "w") as new:
            new.write(text)
            if group is not None:
                os.fchown(new.fileno(), -1, group)
            os.fchmod(new.fileno(), mode)
            new.flush()
            os.fsync(new.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync(path.parent)
