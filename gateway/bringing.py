"""The chunks of an outbox file whose gateway is out of service, to be brought in by hand.

The file is read from a copy and stays as it is: brought in again, its records are recognized by
their numbers.
"""

import fcntl
import secrets
import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from gateway.boot import boot_id
from gateway.chunks import SealedChunk, seal_chunk
from gateway.outbox import Bounds, Outbox
from gateway.outbox_errors import OutboxUnavailableError
from ingest.contract.ranges import Ranges

_ROWS: Final = 1_000
_EVERYTHING: Final = Bounds(max_records=1 << 40, max_bytes=1 << 50)


@dataclass(frozen=True, slots=True)
class Found:
    """What an outbox file holds."""

    boots: int
    records: int


def look(path: Path, *, now: datetime) -> Found:
    """Return what a file holds, or raise OutboxUnavailableError."""
    with _copied(path, now) as outbox:
        return Found(boots=len(outbox.held_boots()), records=len(outbox))


def chunks(path: Path, *, now: datetime) -> Iterator[SealedChunk]:
    """Yield a file's chunks, oldest first; who asks for the next one has taken the last one in.

    Raises:
        OutboxUnavailableError: There is no such file, it is no outbox, or its gateway runs.
    """
    with _copied(path, now) as outbox:
        for boot in outbox.held_boots():
            while boot in (held := outbox.held_boots()):
                account = outbox.account(boot)
                rows = outbox.rows(boot, within=Ranges.of((1, account.head)), limit=_ROWS)
                chunk = seal_chunk(rows, account=account, held=held, sent_at=now)
                yield chunk
                outbox.settle(boot, chunk.numbers | account.thinned)


@contextmanager
def _copied(path: Path, now: datetime) -> Generator[Outbox]:
    if not path.is_file():
        raise OutboxUnavailableError(path, "no such file")
    _check_idle(path)
    with tempfile.TemporaryDirectory(prefix="zonewatch-import-") as folder:
        copy = Path(folder) / path.name
        try:
            for source in (path, path.with_name(f"{path.name}-wal")):
                if source.exists():
                    shutil.copyfile(source, copy.with_name(source.name))
        except OSError as error:
            raise OutboxUnavailableError(path, str(error)) from None
        boot = boot_id(now, secrets.token_hex(4))
        with Outbox(copy, boot=boot, bounds=_EVERYTHING) as outbox:
            yield outbox


def _check_idle(path: Path) -> None:
    """Make sure that no gateway writes to the file: a copy of it would be torn."""
    try:
        with path.with_name(f"{path.name}.lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except BlockingIOError:
        raise OutboxUnavailableError(path, "its gateway is running") from None
