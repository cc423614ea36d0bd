"""Which gateways are there, by their births and deaths, and which boots each still holds."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ingest.contract.identity import BootId, GatewayId
from ingest.intake import Heard
from ingest.tables import PRESENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What was last heard of a gateway. Times in microseconds, UTC."""

    gateway: GatewayId
    boot: BootId | None
    connection: int | None
    software: str | None
    held: tuple[BootId, ...]
    born_at: int | None
    died_at: int | None
    heard_at: int

    @property
    def alive(self) -> bool:
        """Whether its last birth has not been ended by a death."""
        return self.born_at is not None and self.died_at is None


def note(connection: sa.Connection, heard: Iterable[Heard]) -> None:
    """Write down what was heard, in order; a death of another connection is ignored."""
    for one in heard:
        known = one_of(connection, one.gateway)
        values = _values(one, known)
        if known is None:
            first = {"held": "[]"} | values | {"gateway": one.gateway}
            connection.execute(sa.insert(PRESENCE).values(first))
        else:
            connection.execute(
                sa.update(PRESENCE).where(PRESENCE.c.gateway == one.gateway).values(values)
            )


def _values(one: Heard, known: Presence | None) -> dict[str, Any]:
    values: dict[str, Any] = {"heard_at": one.at}
    if one.held is not None:
        values["held"] = json.dumps(one.held)
    if one.birth is not None:
        values |= {
            "boot": one.birth.boot,
            "connection": one.birth.connection,
            "software": one.birth.software,
            "born_at": one.at,
            "died_at": None,
        }
    elif (
        one.death is not None
        and known is not None
        and (one.death.boot, one.death.connection) == (known.boot, known.connection)
    ):
        values["died_at"] = one.at
    return values


def one_of(connection: sa.Connection, gateway: GatewayId) -> Presence | None:
    """Return a gateway's presence, or None where it was never heard of."""
    row = connection.execute(sa.select(PRESENCE).where(PRESENCE.c.gateway == gateway)).first()
    return None if row is None else _presence(row)


def every(connection: sa.Connection) -> list[Presence]:
    """Return the presence of every gateway ever heard of."""
    query = sa.select(PRESENCE).order_by(PRESENCE.c.gateway)
    return [_presence(row) for row in connection.execute(query)]


def _presence(row: "sa.Row[tuple[object, ...]]") -> Presence:
    return Presence(
        gateway=row.gateway,
        boot=row.boot,
        connection=row.connection,
        software=row.software,
        held=tuple(json.loads(row.held)),
        born_at=row.born_at,
        died_at=row.died_at,
        heard_at=row.heard_at,
    )
