"""Which gateways are there, by their births and deaths, and which boots each still holds."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from ingest.contract.identity import BootId, GatewayId
from ingest.contract.period import micros
from ingest.intake import Heard
from ingest.tables import PRESENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of a gateway's clock."""

    at: int  # what it said just behind the step; microseconds, UTC
    by_s: float  # negative: back


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
    clock_steps: tuple[Step, ...] = ()  # the newest of this boot
    not_taken: int = 0  # records of this boot that its outbox had no room for

    @property
    def alive(self) -> bool:
        """Whether its last birth has not been ended by a death."""
        return self.born_at is not None and self.died_at is None


def note(connection: sa.Connection, heard: Iterable[Heard]) -> None:
    """Write down what was heard, in order; a death of another connection is ignored."""
    heard = list(heard)
    known = {each.gateway: each for each in some(connection, {one.gateway for one in heard})}
    noted: dict[GatewayId, Presence] = {}
    for one in heard:
        before = noted.get(one.gateway) or known.get(one.gateway) or _unknown(one.gateway)
        noted[one.gateway] = _told(before, one)
    new = [_row(each) for name, each in noted.items() if name not in known]
    changed = [{"of": name, **_row(each)} for name, each in noted.items() if name in known]
    if new:
        connection.execute(sa.insert(PRESENCE), new)
    if changed:
        update = sa.update(PRESENCE).where(PRESENCE.c.gateway == sa.bindparam("of"))
        connection.execute(update, changed)


def _row(presence: Presence) -> dict[str, Any]:
    told = asdict(presence)
    return told | {name: json.dumps(told[name]) for name in ("held", "clock_steps")}


def _told(known: Presence, one: Heard) -> Presence:
    held = known.held if one.held is None else one.held
    known = replace(known, heard_at=one.at, held=held)
    if one.birth is not None:
        return replace(
            known,
            boot=one.birth.boot,
            connection=one.birth.connection,
            software=one.birth.software,
            born_at=one.at,
            died_at=None,
            clock_steps=tuple(
                Step(at=micros(step.at), by_s=step.by_s) for step in one.birth.clock_steps
            ),
            not_taken=one.birth.not_taken,
        )
    if one.death is not None and (one.death.boot, one.death.connection) == (
        known.boot,
        known.connection,
    ):
        return replace(known, died_at=one.at)
    return known


def _unknown(gateway: GatewayId) -> Presence:
    return Presence(
        gateway=gateway,
        boot=None,
        connection=None,
        software=None,
        held=(),
        born_at=None,
        died_at=None,
        heard_at=0,
    )


def some(connection: sa.Connection, gateways: Collection[GatewayId]) -> list[Presence]:
    """Return the presence of gateways, of those that were ever heard of."""
    query = sa.select(PRESENCE).where(PRESENCE.c.gateway.in_(gateways))
    return [_presence(row) for row in connection.execute(query)]


def every(connection: sa.Connection) -> list[Presence]:
    """Return the presence of every gateway ever heard of."""
    found = (_presence(row) for row in connection.execute(sa.select(PRESENCE)))
    return sorted(found, key=attrgetter("gateway"))  # a database would order by its own language


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
        clock_steps=tuple(Step(**step) for step in json.loads(row.clock_steps)),
        not_taken=row.not_taken,
    )
