"""When readings came, by our clock: from the index of messages taken in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from ingest.contract.identity import GatewayId
from ingest.contract.period import DAY_US
from ingest.tables import TAKEN

_LONGEST_US: Final = 2 * DAY_US  # what one message spans, but for backlogs of very slow devices

Instants = npt.NDArray[np.int64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Message:
    """The readings of one message: when they were measured, and when it came. [microseconds]"""

    first: int
    last: int
    received_at: int


def messages(
    connection: sa.Connection, gateways: Collection[GatewayId], start: int
) -> Mapping[GatewayId, Sequence[Message]]:
    """Return the messages of gateways that speak of an instant or later."""
    query = sa.select(
        TAKEN.c.gateway, TAKEN.c.measured_from, TAKEN.c.measured_to, TAKEN.c.received_at
    ).where(
        TAKEN.c.gateway.in_(list(gateways)),
        TAKEN.c.measured_from >= start - _LONGEST_US,
        TAKEN.c.measured_to >= start,
    )
    found: dict[GatewayId, list[Message]] = {}
    for gateway, first, last, received in connection.execute(query):
        found.setdefault(gateway, []).append(Message(first, last, received))
    return found


def received(
    at: Instants, gateway: Indices, told: Sequence[Sequence[Message]], *, since: int, now: int
) -> Instants:
    """Return when each reading came: with the first message that can have held it.

    Args:
        at: When readings were measured.
        gateway: Of each reading, the place of its gateway's messages.
        told: The messages of each gateway.
        since: When was looked last: what came since then is what was not known.
        now: When readings came that no message is known of.
    """
    result = np.full(len(at), now, np.int64)
    for place, own in enumerate(told):
        rows = np.flatnonzero(gateway == place)
        if not len(rows) or not own:
            continue
        rows = rows[np.argsort(at[rows], kind="stable")]
        instants = at[rows]
        # Written last wins: the earliest of the new messages, else the earliest of all.
        order = sorted(own, key=lambda one: (one.received_at > since, -one.received_at))
        for one in order:
            low, high = np.searchsorted(instants, [one.first, one.last + 1])
            result[rows[low:high]] = one.received_at
    return result
