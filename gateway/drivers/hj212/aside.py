"""Frames that are not taken in, kept with the reason, within a quota on disk."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from ingest.contract.period import rfc3339

_MOST_KEPT: Final = 2_048  # bytes of one frame


class AsideFile:
    """One file of JSON lines: when, from where, why, and the frame as hex.

    Where it is full, a file of strangers takes no more, and another one begins anew, keeping the
    one before: so nobody can fill the disk, and strangers push out nothing of ours.
    """

    def __init__(self, path: Path, *, quota_bytes: int, renews: bool) -> None:
        """Write to a path; renews tells what is done where it is full."""
        self._path = path
        self._quota = quota_bytes
        self._renews = renews
        self.refused = 0  # frames for which there was no room

    def put(self, content: bytes, *, reason: str, peer: str, received_at: datetime) -> bool:
        """Write a frame down and flush it; tell whether there was room. May raise OSError."""
        line = orjson.dumps(
            {
                "received_at": rfc3339(received_at),
                "from": peer,
                "reason": reason,
                "size": len(content),
                "frame": content[:_MOST_KEPT].hex(),
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        if self._size() + len(line) > self._quota:
            if not self._renews:
                self.refused += 1
                return False
            self._path.replace(self._path.with_suffix(".before.jsonl"))
        with self._path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        return True

    def _size(self) -> int:
        return self._path.stat().st_size if self._path.exists() else 0
