"""What an outbox lets go of when it is full, or when something in it is too old.

Never a record that turns something (see gateway.turns), and never a device's newest. Of the others:

- full: going through the oldest half, every second one of each device goes, and its first one
  stays; a stretch at a time, so that no commit grows large, and then from the beginning again. So
  the past grows sparser the older it is, and no device loses a whole stretch of time. The newer
  half is touched only where the older one has nothing left to give;
- too old: all go.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Final

Gone = tuple[list[int], int]
"""The keys of records that went, in order, and their size in bytes."""

_STRETCH: Final = 20_000  # records
_LAST_OF_STRETCH: Final = (
    "SELECT MAX(entry) FROM"
    " (SELECT entry FROM record WHERE entry > ? AND entry <= ? ORDER BY entry LIMIT ?)"
)
_NEWEST: Final = "SELECT MAX(entry) FROM record GROUP BY device"
_EVERY_SECOND: Final = f"""
SELECT entry, size FROM (
    SELECT entry, LENGTH(content) AS size,
           ROW_NUMBER() OVER (PARTITION BY device ORDER BY entry) AS place
    FROM record WHERE entry > ? AND entry <= ? AND NOT turn
) WHERE place % 2 = 0 AND entry NOT IN ({_NEWEST})
ORDER BY entry
"""  # noqa: S608 - of our own parts
_TOO_OLD: Final = f"""
SELECT entry, LENGTH(content) FROM record
WHERE entry BETWEEN ? AND ? AND NOT turn AND entry NOT IN ({_NEWEST}) ORDER BY entry
"""  # noqa: S608 - of our own parts


def thin(connection: sqlite3.Connection, after: int) -> tuple[Gone, int]:
    """Delete what the next stretch behind a key lets go; return that and where to go on."""
    for end in _ends(connection):
        for start in (after, 0):
            place = start
            while (last := _stretch(connection, place, end)) is not None:
                gone = connection.execute(_EVERY_SECOND, (place, last)).fetchall()
                if gone:
                    return _deleted(connection, gone), last
                place = last
    return ([], 0), 0


def let_go(connection: sqlite3.Connection, spans: Iterable[tuple[int, int]]) -> Gone:
    """Delete what is too old: what may go of some spans of keys."""
    gone = [row for span in spans for row in connection.execute(_TOO_OLD, span)]
    return _deleted(connection, gone)


def _ends(connection: sqlite3.Connection) -> Iterator[int]:
    """Yield the key that ends the oldest half, and the newest key."""
    held: int = connection.execute("SELECT COUNT(*) FROM record").fetchone()[0]
    for place in (held // 2, held - 1):
        yield from connection.execute(
            "SELECT entry FROM record ORDER BY entry LIMIT 1 OFFSET ?", (place,)
        ).fetchone()


def _stretch(connection: sqlite3.Connection, after: int, end: int) -> int | None:
    span = (after, end, _STRETCH)
    last: int | None = connection.execute(_LAST_OF_STRETCH, span).fetchone()[0]
    return last


def _deleted(connection: sqlite3.Connection, gone: list[tuple[int, int]]) -> Gone:
    connection.executemany("DELETE FROM record WHERE entry = ?", ((key,) for key, _ in gone))
    return [key for key, _ in gone], sum(size for _, size in gone)
