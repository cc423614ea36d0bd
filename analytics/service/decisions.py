"""What people decided on data: entered with a name, withdrawn with a name, never altered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar, cast

import sqlalchemy as sa
from pydantic import TypeAdapter

from analytics.air.release import Release
from analytics.counter_changes import CounterChange
from analytics.quality.overrides import Override
from analytics.samples import Sampled
from analytics.service.tables import DECISION, DECISION_WITHDRAWN
from analytics.uptime.exclusions import Exclusion
from ingest.contract.period import micros

Decidable = CounterChange | Exclusion | Override | Release | Sampled
T = TypeVar("T", CounterChange, Exclusion, Override, Release, Sampled)


class Kind(StrEnum):
    """What there is to decide on."""

    COUNTER_CHANGE = "counter_change"
    EXCLUSION = "exclusion"
    OVERRIDE = "override"
    RELEASE = "release"
    SAMPLED = "sampled"


_KINDS = {
    CounterChange: Kind.COUNTER_CHANGE,
    Exclusion: Kind.EXCLUSION,
    Override: Kind.OVERRIDE,
    Release: Kind.RELEASE,
    Sampled: Kind.SAMPLED,
}


class AlreadyWithdrawnError(Exception):
    """Somebody withdrew it before."""

    def __init__(self, number: int) -> None:
        super().__init__(f"decision {number} is withdrawn already")
        self.number = number


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[T]):
    """A decision with who took it and when, and who took it back. Times in microseconds, UTC."""

    id: int
    what: T
    actor: str
    known_at: int
    withdrawn_by: str | None = None
    withdrawn_at: int | None = None


def decisions(connection: sa.Connection, kind: type[T]) -> list[Decision[T]]:
    """Return all decisions of a kind in the order they were entered, withdrawn ones too."""
    query = (
        sa.select(
            DECISION,
            DECISION_WITHDRAWN.c.actor.label("withdrawn_by"),
            DECISION_WITHDRAWN.c.known_at.label("withdrawn_at"),
        )
        .select_from(DECISION.outerjoin(DECISION_WITHDRAWN))
        .where(DECISION.c.kind == str(_KINDS[kind]))
        .order_by(DECISION.c.id)
    )
    form = _form(kind)
    return [
        Decision(
            id=row.id,
            what=cast("T", form.validate_json(row.body)),
            actor=row.actor,
            known_at=row.known_at,
            withdrawn_by=row.withdrawn_by,
            withdrawn_at=row.withdrawn_at,
        )
        for row in connection.execute(query)
    ]


def standing(connection: sa.Connection, kind: type[T]) -> Sequence[T]:
    """Return what is decided and not withdrawn, in the order it was entered."""
    found = decisions(connection, kind)
    return tuple(each.what for each in found if each.withdrawn_at is None)


def find(connection: sa.Connection, kind: type[T], number: int) -> Decision[T] | None:
    """Return one decision, or None where there is none of that kind and number."""
    return next((each for each in decisions(connection, kind) if each.id == number), None)


def enter(connection: sa.Connection, what: T, *, actor: str, at: datetime) -> Decision[T]:
    """Enter a decision, and return it with its number."""
    kind = type(what)
    values = {
        "kind": str(_KINDS[kind]),
        "body": _form(kind).dump_json(what).decode(),
        "actor": actor,
        "known_at": micros(at),
    }
    made = connection.execute(sa.insert(DECISION).values(values)).inserted_primary_key
    if made is None:
        raise LookupError("the catalog gave a decision no number")
    return Decision(id=made[0], what=what, actor=actor, known_at=micros(at))


def withdraw(
    connection: sa.Connection, found: Decision[T], *, actor: str, at: datetime
) -> Decision[T]:
    """Take a decision back, and return it as it is now."""
    if found.withdrawn_at is not None:
        raise AlreadyWithdrawnError(found.id)
    values = {"decision": found.id, "actor": actor, "known_at": micros(at)}
    connection.execute(sa.insert(DECISION_WITHDRAWN).values(values))
    return replace(found, withdrawn_by=actor, withdrawn_at=micros(at))


def _form(kind: type[Decidable]) -> TypeAdapter[Decidable]:
    return TypeAdapter(kind)


def extent(connection: sa.Connection) -> tuple[int, int]:
    """Return how much was ever decided and taken back, by which a change is noticed."""
    counts = (sa.select(sa.func.count()).select_from(t) for t in (DECISION, DECISION_WITHDRAWN))
    decided, taken_back = (connection.scalar(query) or 0 for query in counts)
    return decided, taken_back
