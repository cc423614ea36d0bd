"""Locks of a home: its archive is owned by one process at a time."""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ingest.home import Home

_LOCK: Final = "ingest.lock"


class HomeOwnedError(Exception):
    """Another process takes messages into this home."""

    def __init__(self, home: Home) -> None:
        super().__init__(f"{home.path}: another process takes in messages here")
        self.home = home


@contextmanager
def owned(home: Home) -> Generator[None]:
    """Own a home's archive for as long as the context lasts, or raise HomeOwnedError."""
    with locked(home.path / _LOCK) as had:
        if not had:
            raise HomeOwnedError(home)
        yield


@contextmanager
def locked(path: Path) -> Generator[bool]:
    """Hold a lock for as long as the context lasts; tell whether it could be had."""
    with path.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
