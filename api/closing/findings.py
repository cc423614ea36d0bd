"""What verifiers found in a revision, and what was answered: only ever added to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from api.closing.tables import ANSWER, FINDING, REVISION
from ingest.contract.period import micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody wrote, and when. [microseconds, UTC]"""

    id: int
    actor: str
    at: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A finding on a revision, with its answers in the order they were given."""

    said: Said
    scope: str
    period: str
    revision: int
    answers: tuple[Said, ...]


def leave(
    connection: sa.Connection, revision_id: int, *, actor: str, text: str, at: datetime
) -> int:
    """Write a finding down; return its number."""
    values = {"revision": revision_id, "actor": actor, "at": micros(at), "text": text}
    return _key(connection.execute(sa.insert(FINDING).values(values)))


def answer(connection: sa.Connection, finding: int, *, actor: str, text: str, at: datetime) -> int:
    """Write an answer down; return its number."""
    values = {"finding": finding, "actor": actor, "at": micros(at), "text": text}
    return _key(connection.execute(sa.insert(ANSWER).values(values)))


def findings(connection: sa.Connection, *, after: int = 0, limit: int = 1_000) -> list[Finding]:
    """Return findings behind a number, in the order they were left."""
    return _found(connection, FINDING.c.id > after, limit)


def of_period(connection: sa.Connection, scope: str, period: str) -> list[Finding]:
    """Return the findings on a period's revisions, in the order they were left."""
    wanted = sa.and_(REVISION.c.scope == scope, REVISION.c.period == period)
    return _found(connection, wanted, None)


def _found(
    connection: sa.Connection, wanted: sa.ColumnElement[bool], limit: int | None
) -> list[Finding]:
    query = (
        sa.select(FINDING, REVISION.c.scope, REVISION.c.period, REVISION.c.number)
        .join(REVISION, REVISION.c.id == FINDING.c.revision)
        .where(wanted)
        .order_by(FINDING.c.id)
        .limit(limit)
    )
    found = connection.execute(query).all()
    answers = _answers(connection, [row.id for row in found])
    return [
        Finding(
            said=Said(id=row.id, actor=row.actor, at=row.at, text=row.text),
            scope=row.scope,
            period=row.period,
            revision=row.number,
            answers=tuple(answers.get(row.id, ())),
        )
        for row in found
    ]


def _answers(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[Said]]:
    found: dict[int, list[Said]] = {}
    query = sa.select(ANSWER).where(ANSWER.c.finding.in_(ids)).order_by(ANSWER.c.id)
    for row in connection.execute(query):
        said = Said(id=row.id, actor=row.actor, at=row.at, text=row.text)
        found.setdefault(row.finding, []).append(said)
    return found


def _key(result: "sa.CursorResult[tuple[object, ...]]") -> int:
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - of one inserted row there always is one
    return int(key[0])
