"""The outbox's tables, and how its file is opened so that a commit outlives a power cut.

A record's key is its boot times 2^40 plus its number: the order of keys is the order of entry.
"""

import fcntl
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.content import told
from gateway.outbox_errors import OutboxUnavailableError
from gateway.turns import Turns

BOOT_KEYS: Final = 1 << 40

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS boot (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL, thinned TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS day (
    boot INTEGER NOT NULL, day TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    nth INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (boot, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS device (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_ms INTEGER NOT NULL,
    stretches TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE IF NOT EXISTS record (
    entry INTEGER PRIMARY KEY, device INTEGER NOT NULL, measured_ms INTEGER NOT NULL,
    content BLOB NOT NULL, turn INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS record_instant ON record (device, measured_ms);
"""

_ADDED: Final = (  # columns that a file of 0.1 may not have
    ("record", "turn", "INTEGER NOT NULL DEFAULT 0"),
    ("day", "nth", "INTEGER NOT NULL DEFAULT 0"),
    ("device", "stretches", "TEXT NOT NULL DEFAULT '[]'"),
)


def connect(path: Path) -> sqlite3.Connection:
    """Open an outbox's file, making it where there is none. Readers elsewhere do not disturb it."""
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_TABLES)
        _add_columns(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _add_columns(connection: sqlite3.Connection) -> None:
    """Bring a file of an earlier version to this one."""
    for table, column, kind in _ADDED:
        known = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        if (column,) not in known:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
            if column == "turn":
                _find_turns(connection)


def _find_turns(connection: sqlite3.Connection) -> None:
    turns = Turns()
    rows = connection.execute("SELECT device, entry, content FROM record ORDER BY entry")
    turned = {key for device, entry, said in rows for key in turns.note(device, entry, told(said))}
    connection.executemany("UPDATE record SET turn = 1 WHERE entry = ?", ((k,) for k in turned))


@contextmanager
def sole_writer(path: Path) -> Generator[None]:
    """Keep every other gateway out of an outbox; the lock goes with the process.

    Raises:
        OutboxUnavailableError: Another gateway has it, or its folder cannot be written to.
    """
    try:
        lock = path.with_name(f"{path.name}.lock").open("ab")
    except OSError as error:
        raise OutboxUnavailableError(path, str(error)) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OutboxUnavailableError(path, "locked by another gateway") from None
        yield
