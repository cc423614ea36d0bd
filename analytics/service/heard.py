"""When devices were last heard, by our clock: what they say late is not heard now."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from analytics.service.tables import HEARD
from ingest.contract.identity import DeviceId


@dataclass(frozen=True, slots=True)
class LastWord:
    """The newest a device said, by its clock, and when that came, by ours. [microseconds]"""

    measured_at: int
    heard_at: int


def last_words(connection: sa.Connection) -> dict[DeviceId, LastWord]:
    """Return the last word of every device that was ever heard."""
    rows = connection.execute(sa.select(HEARD))
    return {DeviceId(row.device): LastWord(row.measured_at, row.heard_at) for row in rows}


def newer(
    words: Mapping[DeviceId, LastWord], fresh: Mapping[DeviceId, LastWord]
) -> dict[DeviceId, LastWord]:
    """Return what was said later than what was known, and so is news of the device."""
    return {
        device: word
        for device, word in fresh.items()
        if device not in words or word.measured_at > words[device].measured_at
    }


def put_last_words(connection: sa.Connection, words: Mapping[DeviceId, LastWord]) -> None:
    """Put last words in the place of those that were known."""
    if not words:
        return
    gone = sa.delete(HEARD).where(HEARD.c.device == sa.bindparam("of"))
    connection.execute(gone, [{"of": device} for device in words])
    rows = [
        {"device": device, "measured_at": word.measured_at, "heard_at": word.heard_at}
        for device, word in words.items()
    ]
    connection.execute(sa.insert(HEARD), rows)
