"""How much room the home's disk had left, a row a day, for dashboards that ask in SQL."""

from datetime import datetime

import sqlalchemy as sa

from ingest.contract.period import micros
from ingest.disk import Room
from ingest.tables import DISK_ROOM


def note(connection: sa.Connection, room: Room, *, at: datetime) -> None:
    """Write down what is left, in place of what was said of the same UTC day."""
    day = at.date()
    connection.execute(sa.delete(DISK_ROOM).where(DISK_ROOM.c.day == day))
    row = {
        "day": day,
        "free_bytes": room.free,
        "floor_bytes": room.floor,
        "growth_bytes": None if room.per_day is None else round(room.per_day),
        "days_left": room.days_left,
        "noted_at": micros(at),
    }
    connection.execute(sa.insert(DISK_ROOM).values(row))
