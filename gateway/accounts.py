"""The account of each boot in the outbox's file: head, low, what was thinned, days of entry.

A number is open while its record is held, or while it was thinned and ingest has not acknowledged
that. A day is forgotten when none of its numbers is open, a boot when none at all is.
"""

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson

from gateway.outbox_tables import BOOT_KEYS
from ingest.contract.chunk import Account
from ingest.contract.identity import BootId
from ingest.contract.ranges import Ranges

_THINNED_TOLD: Final = 400  # ranges a chunk has room for; the rest follow when these are known


@dataclass(frozen=True, slots=True, kw_only=True)
class BootRow:
    """One boot as the file has it."""

    key: int
    name: BootId
    head: int
    thinned: Ranges  # not yet acknowledged


def begin(db: sqlite3.Connection, boot: BootId) -> int:
    """Enter a new boot and forget completed ones; return its key."""
    key = db.execute(
        "INSERT INTO boot (name, head, thinned) VALUES (?, 0, '[]')", (boot,)
    ).lastrowid
    for row in every(db):
        if row.key != key:
            forget_completed(db, row, current=False)
    return key or 0


def every(db: sqlite3.Connection) -> list[BootRow]:
    """Return all boots, the oldest first."""
    rows = db.execute("SELECT id, name, head, thinned FROM boot ORDER BY id").fetchall()
    return [_row(*row) for row in rows]


def find(db: sqlite3.Connection, boot: BootId) -> BootRow | None:
    """Return a boot, or None where the file knows none of that name."""
    row = db.execute("SELECT id, name, head, thinned FROM boot WHERE name = ?", (boot,)).fetchone()
    return None if row is None else _row(*row)


def low(db: sqlite3.Connection, row: BootRow) -> int:
    """Return the oldest number held, head + 1 where none is."""
    base = row.key * BOOT_KEYS
    oldest: int | None = db.execute(
        "SELECT MIN(entry) FROM record WHERE entry > ? AND entry < ?", (base, base + BOOT_KEYS)
    ).fetchone()[0]
    return row.head + 1 if oldest is None else oldest - base


def is_open(db: sqlite3.Connection, row: BootRow) -> bool:
    """Tell whether some number of the boot is open."""
    return bool(row.thinned) or low(db, row) <= row.head


def account(db: sqlite3.Connection, row: BootRow) -> Account:
    """Return what is to be told of a boot.

    Thinned numbers are told lowest first, as many as a chunk has room for; low stays below those
    not yet told, so that nobody takes them for missing.
    """
    untold = row.thinned.pairs[_THINNED_TOLD:]
    days = db.execute("SELECT day, first, last FROM day WHERE boot = ?", (row.key,)).fetchall()
    return Account(
        boot=row.name,
        head=row.head,
        low=min(low(db, row), *(first for first, _ in untold[:1]), row.head + 1),
        thinned=Ranges(row.thinned.pairs[:_THINNED_TOLD]),
        days={date.fromisoformat(day): (first, last) for day, first, last in days},
    )


def assign(db: sqlite3.Connection, key: int, *, first: int, last: int, day: date) -> int:
    """Note that numbers were assigned on a day; return how many days were begun so far."""
    nth = _days_begun(db, day)
    db.execute(
        "INSERT INTO day VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (boot, day) DO UPDATE SET last = excluded.last",
        (key, day.isoformat(), first, last, nth),
    )
    db.execute("UPDATE boot SET head = ? WHERE id = ?", (last, key))
    return nth


def entered_before(db: sqlite3.Connection, nth: int) -> list[tuple[int, int]]:
    """Return the spans of keys that were assigned before the nth day that was begun."""
    rows = db.execute("SELECT boot, first, last FROM day WHERE nth < ?", (nth,)).fetchall()
    return [(key * BOOT_KEYS + first, key * BOOT_KEYS + last) for key, first, last in rows]


def _days_begun(db: sqlite3.Connection, day: date) -> int:
    """Count days of entry, each once and forward only: a clock that jumps begins one day."""
    known = dict(
        db.execute("SELECT name, value FROM counter WHERE name IN ('days begun', 'last day')")
    )
    begun: int = known.get("days begun", 0)
    ordinal = day.toordinal()
    if ordinal > known.get("last day", 0):
        begun += 1
        told = (("days begun", begun), ("last day", ordinal))
        db.executemany("INSERT OR REPLACE INTO counter VALUES (?, ?)", told)
    return begun


def note_thinned(db: sqlite3.Connection, entries: list[int]) -> None:
    """Add to what was thinned of each boot."""
    gone: dict[int, list[int]] = {}
    for entry in entries:
        gone.setdefault(entry // BOOT_KEYS, []).append(entry % BOOT_KEYS)
    for row in every(db):
        if row.key in gone:
            set_thinned(db, row, row.thinned | Ranges.from_numbers(gone[row.key]))


def set_thinned(db: sqlite3.Connection, row: BootRow, thinned: Ranges) -> None:
    """Write down what of a boot was thinned and is not acknowledged."""
    text = orjson.dumps(thinned.to_lists()).decode()
    db.execute("UPDATE boot SET thinned = ? WHERE id = ?", (text, row.key))


def forget_completed(db: sqlite3.Connection, row: BootRow, *, current: bool) -> None:
    """Forget the days of which no number is open, and the boot itself unless it goes on."""
    days = db.execute("SELECT day, first, last FROM day WHERE boot = ?", (row.key,)).fetchall()
    for day, first, last in days:
        if not row.thinned.within(first, last) and not _holds(db, row.key, first, last):
            db.execute("DELETE FROM day WHERE boot = ? AND day = ?", (row.key, day))
    if not current and not is_open(db, row):
        db.execute("DELETE FROM boot WHERE id = ?", (row.key,))


def _holds(db: sqlite3.Connection, key: int, first: int, last: int) -> bool:
    span = (key * BOOT_KEYS + first, key * BOOT_KEYS + last)
    query = "SELECT 1 FROM record WHERE entry BETWEEN ? AND ? LIMIT 1"
    return db.execute(query, span).fetchone() is not None


def _row(key: int, name: str, head: int, thinned: str) -> BootRow:
    pairs = tuple((first, last) for first, last in orjson.loads(thinned))
    return BootRow(key=key, name=BootId(name), head=head, thinned=Ranges(pairs))
