"""Which devices are out of service, as people wrote down in their lives."""

from typing import Final

import sqlalchemy as sa

# What the API keeps; where it never ran there is no such table.
_LIFE_EVENT: Final = sa.table(
    "life_event",
    sa.column("device", sa.String),
    sa.column("kind", sa.String),
    sa.column("since", sa.BigInteger),
    sa.column("until", sa.BigInteger),
)
_KIND: Final = "out_of_service"


def out_of_service(connection: sa.Connection, at: int) -> frozenset[str]:
    """Return the devices that are out of service at an instant in microseconds."""
    if not sa.inspect(connection).has_table(_LIFE_EVENT.name):
        return frozenset()
    event = _LIFE_EVENT.c
    query = sa.select(event.device).where(
        event.kind == _KIND, event.since <= at, event.until.is_(None) | (event.until > at)
    )
    return frozenset(connection.scalars(query))
