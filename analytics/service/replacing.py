"""Putting facts of devices and days in the place of what was known of them."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa


def replace_days(
    connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Delete what a table holds of each row's `device` and `day`, and insert the rows."""
    if not rows:
        return
    connection.execute(
        sa.delete(table).where(
            table.c.device == sa.bindparam("of"), table.c.day == sa.bindparam("on")
        ),
        [{"of": row["device"], "on": row["day"]} for row in rows],
    )
    connection.execute(sa.insert(table), list(rows))
