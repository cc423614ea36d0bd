"""The outbox: records on disk, numbered as they enter, until ingest says that they are settled.

A call that returns has been committed. Records keep the boot they entered in; a boot's account is
kept until ingest has acknowledged every number of it, thinned ones included.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import orjson

from gateway import accounts
from gateway.content import pack, unpack
from gateway.outbox_errors import (
    OutboxError,
    OutboxFullError,
    RecordTooLargeError,
    told_apart,
)
from gateway.outbox_tables import BOOT_KEYS, connect, sole_writer
from gateway.stretches import Stretches
from gateway.thinning import let_go, thin
from gateway.turns import Turns
from ingest.contract.chunk import Account
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.period import micros, utc_day
from ingest.contract.ranges import EMPTY, Ranges
from ingest.contract.record import Record

_RECORD_BYTES: Final = 16_384  # leaves room for the account beside it in 64 KiB
_ROWS: Final = (
    "SELECT entry, device.name, measured_ms, content"
    " FROM record JOIN device ON device.id = record.device WHERE entry BETWEEN ? AND ?"
)
_OLDEST: Final = f"{_ROWS} ORDER BY entry LIMIT ?"
_NEWEST: Final = f"{_ROWS} ORDER BY entry DESC LIMIT ?"


_Row = tuple[int, int, bytes]
"""A device's key, an instant in milliseconds, and what was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much an outbox holds, and for how long, before it lets go of something.

    The usual ones [assumed] hold all that 300 devices asked every 5 minutes say in 11 days.
    """

    max_records: int = 1_000_000
    max_bytes: int = 268_435_456  # of what records say; the file is up to twice that
    max_days: int = 366  # on which something entered
    min_free_bytes: int = 8_388_608
    """Of the disk, left alone: without that room, what was acknowledged could not be deleted."""


def free_bytes(folder: Path) -> int:
    """Return how much room is left on the disk that a folder is on."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


@dataclass(frozen=True, slots=True)
class Held:
    """A record under its number."""

    number: int
    record: Record


class Outbox:
    """One gateway's records. Calls may come from any thread; they take turns."""

    def __init__(
        self,
        path: Path,
        *,
        boot: BootId,
        bounds: Bounds | None = None,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """Open the file and begin a boot; free tells the room on the disk a folder is on."""
        self.boot: Final = boot
        self._path = path
        self._bounds = bounds or Bounds()
        self._free = free
        self._turn = threading.RLock()
        self._devices: dict[str, int] = {}
        self._stretches: dict[int, Stretches] = {}
        self._turns = Turns()
        self._day = date.min
        self._days_begun = 0
        self._not_taken = 0
        self._thinned_to = 0
        with ExitStack() as opening:
            opening.enter_context(sole_writer(path))
            with told_apart(path):
                self._db = connect(path)
            opening.callback(self._db.close)
            with self._transaction():
                self._key = accounts.begin(self._db, boot)
                self._count, self._size = self._measure(0, (1 << 63) - 1)
            self._closing = opening.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        """Close the file; what was appended is in it."""
        with self._turn:
            self._closing.close()

    def append(self, records: Sequence[Record], *, entered_at: datetime) -> Ranges:
        """Number the records and commit them; return the numbers given.

        An exact repetition of a record still held (device, instant in ms, content) gets none. The
        day of entry never goes back within a boot, whatever the clock does. Records that were not
        taken are counted.

        Raises:
            OutboxFullError: No room; none of the records was taken.
            OutboxUnavailableError: The file cannot be written to; none was taken.
            RecordTooLargeError: One of them says too much; none was taken or counted.
        """
        with self._turn:
            try:
                return self._append(records, max(utc_day(micros(entered_at)), self._day))
            except RecordTooLargeError:
                raise
            except OutboxError:
                self._not_taken += len(records)
                raise

    @property
    def not_taken(self) -> int:
        """How many records could not be taken in this boot: no number tells of them."""
        return self._not_taken

    def refuse(self, count: int) -> None:
        """Count records that nobody will try to append again."""
        with self._turn:
            self._not_taken += count

    def _append(self, records: Sequence[Record], day: date) -> Ranges:
        free = self._free(self._path.parent)
        if free < self._bounds.min_free_bytes:
            raise OutboxFullError(self._path, f"{free} bytes left on its disk")
        with self._transaction():
            rows = self._fresh(records)
            numbers, begun = self._enter(rows, day)
            old, old_size = self._let_go_of_old(begun)
            count = self._count + len(rows) - old
            size = self._size + sum(len(content) for _, _, content in rows) - old_size
            count, size = self._thin_to_bounds(count, size)
        self._day, self._days_begun, self._count, self._size = day, begun, count, size
        return numbers

    def account(self, boot: BootId) -> Account:
        """Return what is to be told of a boot."""
        with self._reading():
            return accounts.account(self._db, self._row(boot))

    def low(self, boot: BootId) -> int:
        """Return the oldest number held of a boot, head + 1 where none is."""
        with self._reading():
            return accounts.low(self._db, self._row(boot))

    def thinned(self, boot: BootId) -> Ranges:
        """Return the numbers thinned of a boot that ingest has not acknowledged."""
        with self._reading():
            return self._row(boot).thinned

    def held_boots(self) -> tuple[BootId, ...]:
        """Return, oldest first, the boots with numbers that are not acknowledged."""
        with self._reading():
            rows = accounts.every(self._db)
            return tuple(row.name for row in rows if accounts.is_open(self._db, row))

    def rows(self, boot: BootId, *, within: Ranges, limit: int, newest: bool = False) -> list[Held]:
        """Return a boot's held records with numbers within some, in order: its oldest or newest."""
        query = _NEWEST if newest else _OLDEST
        found: list[tuple[int, str, int, bytes]] = []
        with self._reading():
            base = self._row(boot).key * BOOT_KEYS
            for first, last in reversed(within.pairs) if newest else within.pairs:
                span = (base + first, base + last, limit - len(found))
                found += self._db.execute(query, span) if len(found) < limit else ()
        return [
            Held(entry - base, unpack(said, device=DeviceId(name), measured_at=at * 1_000))
            for entry, name, at, said in (reversed(found) if newest else found)
        ]

    def settle(self, boot: BootId, ranges: Ranges) -> int:
        """Forget what ingest acknowledges of a boot, and the days and boots that completes.

        Repeating is harmless, and an unknown boot is none of ours. Returns how many records went.

        Raises:
            ValueError: A number that was never assigned: the acknowledgement is of something else.
        """
        with self._turn:
            with told_apart(self._path):
                row = accounts.find(self._db, boot)
            if row is None:
                return 0
            if ranges and ranges.pairs[-1][1] > row.head:
                raise ValueError(f"{boot}: {ranges.pairs[-1][1]} acknowledged, {row.head} assigned")
            with self._transaction():
                count, size = self._delete(row, ranges)
                left = replace(row, thinned=row.thinned - ranges)
                if count or left != row:
                    accounts.set_thinned(self._db, row, left.thinned)
                    accounts.forget_completed(self._db, left, current=boot == self.boot)
            self._count, self._size = self._count - count, self._size - size
        return count

    def next_connection(self) -> int:
        """Return the number of the connection about to be made: one more than ever before."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO counter VALUES ('connection', 1)"
                " ON CONFLICT (name) DO UPDATE SET value = value + 1"
            )
            query = "SELECT value FROM counter WHERE name = 'connection'"
            number: int = self._db.execute(query).fetchone()[0]
        return number

    def last_instants(self) -> dict[DeviceId, int]:
        """Return the latest instant that ever entered of each device. [microseconds, UTC]"""
        with self._reading():
            rows = self._db.execute("SELECT name, last_ms FROM device").fetchall()
        return {DeviceId(name): last_ms * 1_000 for name, last_ms in rows}

    def stretches(self) -> dict[DeviceId, Stretches]:
        """Return in which stretches of time each device ever said something."""
        with self._reading():
            rows = self._db.execute("SELECT name, last_ms, stretches FROM device").fetchall()
        return {DeviceId(name): _stretches(last_ms, told) for name, last_ms, told in rows}

    def _fresh(self, records: Sequence[Record]) -> dict[_Row, Record]:
        rows: dict[_Row, Record] = {}
        for record in records:
            content = pack(record)
            if len(content) > _RECORD_BYTES:
                raise RecordTooLargeError(record.device, len(content), _RECORD_BYTES)
            row = (self._device(record.device), record.measured_at // 1_000, content)
            query = "SELECT 1 FROM record WHERE device = ? AND measured_ms = ? AND content = ?"
            if self._db.execute(query, row).fetchone() is None:
                rows[row] = record
        self._note_instants(rows)
        return rows

    def _note_instants(self, rows: Iterable[_Row]) -> None:
        changed: dict[int, int] = {}
        for device, at, _ in rows:
            self._stretches[device] = self._stretches_of(device).including(at)
            changed[device] = max(at, changed.get(device, at))
        self._db.executemany(
            "UPDATE device SET last_ms = MAX(last_ms, ?), stretches = ? WHERE id = ?",
            (
                (at, orjson.dumps(self._stretches[device].pairs).decode(), device)
                for device, at in changed.items()
            ),
        )

    def _stretches_of(self, device: int) -> Stretches:
        if device not in self._stretches:
            query = "SELECT last_ms, stretches FROM device WHERE id = ?"
            self._stretches[device] = _stretches(*self._db.execute(query, (device,)).fetchone())
        return self._stretches[device]

    def _enter(self, rows: Mapping[_Row, Record], day: date) -> tuple[Ranges, int]:
        if not rows:
            return EMPTY, self._days_begun
        first = self._row(self.boot).head + 1
        last = first + len(rows) - 1
        base = self._key * BOOT_KEYS + first
        self._db.executemany(
            "INSERT INTO record VALUES (?, ?, ?, ?, 0)",
            ((base + place, *row) for place, row in enumerate(rows)),
        )
        turned = {
            key
            for place, (row, record) in enumerate(rows.items())
            for key in self._turns.note(row[0], base + place, record.values)
        }
        self._db.executemany("UPDATE record SET turn = 1 WHERE entry = ?", ((k,) for k in turned))
        begun = accounts.assign(self._db, self._key, first=first, last=last, day=day)
        return Ranges.of((first, last)), begun

    def _device(self, name: DeviceId) -> int:
        if name not in self._devices:
            self._db.execute("INSERT OR IGNORE INTO device (name, last_ms) VALUES (?, 0)", (name,))
            query = "SELECT id FROM device WHERE name = ?"
            self._devices[name] = self._db.execute(query, (name,)).fetchone()[0]
        return self._devices[name]

    def _let_go_of_old(self, begun: int) -> tuple[int, int]:
        """Let go of what entered too many days ago, when another day has begun."""
        if begun == self._days_begun:
            return 0, 0
        spans = accounts.entered_before(self._db, begun - self._bounds.max_days + 1)
        gone, gone_size = let_go(self._db, spans)
        accounts.note_thinned(self._db, gone)
        return len(gone), gone_size

    def _thin_to_bounds(self, count: int, size: int) -> tuple[int, int]:
        while count > self._bounds.max_records or size > self._bounds.max_bytes:
            (gone, gone_size), self._thinned_to = thin(self._db, self._thinned_to)
            if not gone:
                raise OutboxFullError(self._path, f"{count} records, {size} bytes")
            accounts.note_thinned(self._db, gone)
            count, size = count - len(gone), size - gone_size
        return count, size

    def _delete(self, row: accounts.BootRow, ranges: Ranges) -> tuple[int, int]:
        count = size = 0
        for first, last in ranges.within(accounts.low(self._db, row), row.head).pairs:
            span = (row.key * BOOT_KEYS + first, row.key * BOOT_KEYS + last)
            gone, gone_size = self._measure(*span)
            self._db.execute("DELETE FROM record WHERE entry BETWEEN ? AND ?", span)
            count, size = count + gone, size + gone_size
        return count, size

    def _measure(self, first: int, last: int) -> tuple[int, int]:
        query = (
            "SELECT COUNT(*), COALESCE(SUM(LENGTH(content)), 0)"
            " FROM record WHERE entry BETWEEN ? AND ?"
        )
        count, size = self._db.execute(query, (first, last)).fetchone()
        return count, size

    def _row(self, boot: BootId) -> accounts.BootRow:
        row = accounts.find(self._db, boot)
        if row is None:
            raise KeyError(boot)
        return row

    @contextmanager
    def _reading(self) -> Generator[None]:
        with self._turn, told_apart(self._path):
            yield

    @contextmanager
    def _transaction(self) -> Generator[None]:
        with self._turn, told_apart(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                self._devices.clear()
                self._stretches.clear()
                self._turns.forget()
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise


def _stretches(last_ms: int, told: str) -> Stretches:
    """Return what a file has of a device; one of 0.1 has the last instant alone."""
    pairs = tuple((first, last) for first, last in orjson.loads(told))
    return Stretches(pairs or (((last_ms, last_ms),) if last_ms else ()))
