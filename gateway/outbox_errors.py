"""What can go wrong with the outbox. After each of them nothing of the call has been kept.

OutboxError
├── OutboxUnavailableError   the file cannot be used now; later may work
├── OutboxFullError          no room is left on the disk or within the bounds
└── RecordTooLargeError      one record that no message could carry
"""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ingest.contract.identity import DeviceId


class OutboxError(Exception):
    """The outbox did not do what it was asked to."""


class OutboxUnavailableError(OutboxError):
    """The file is locked, broken or gone. Trying again later may work."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class OutboxFullError(OutboxError):
    """There is no room, and nothing left that the policy lets go."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: no room: {reason}")
        self.path = path
        self.reason = reason


class RecordTooLargeError(OutboxError):
    """A record says more than a message can carry."""

    def __init__(self, device: DeviceId, size: int, limit: int) -> None:
        super().__init__(f"a record of {device} has {size} bytes: at most {limit}")
        self.device = device
        self.size = size
        self.limit = limit


@contextmanager
def told_apart(path: Path) -> Generator[None]:
    """Turn what SQLite raises into what a caller can act on."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise OutboxFullError(path, str(error)) from error
        raise OutboxUnavailableError(path, str(error)) from error
