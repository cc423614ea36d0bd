"""What a full outbox lets go of.

Of the oldest half of the records, every second one of each device goes; its first and its newest
stay. Where that is not enough it happens again, so the past grows sparser the older it is, and no
device loses a whole stretch of time.
"""

import sqlite3
from typing import Final

_IN_THE_OLDEST: Final = """
SELECT entry, size FROM (
    SELECT entry, LENGTH(content) AS size,
           ROW_NUMBER() OVER (PARTITION BY device ORDER BY entry) AS place
    FROM record WHERE entry <= ?
) WHERE place % 2 = 0 AND entry NOT IN (SELECT MAX(entry) FROM record GROUP BY device)
ORDER BY entry
"""


def thin(connection: sqlite3.Connection) -> tuple[list[int], int]:
    """Delete what one round lets go; return its keys in order and its size in bytes."""
    held: int = connection.execute("SELECT COUNT(*) FROM record").fetchone()[0]
    gone: list[tuple[int, int]] = []
    for place in (held // 2, held - 1):
        row = connection.execute(
            "SELECT entry FROM record ORDER BY entry LIMIT 1 OFFSET ?", (place,)
        ).fetchone()
        gone = connection.execute(_IN_THE_OLDEST, row).fetchall() if row else []
        if gone:
            break
    connection.executemany("DELETE FROM record WHERE entry = ?", ((key,) for key, _ in gone))
    return [key for key, _ in gone], sum(size for _, size in gone)
