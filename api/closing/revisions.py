"""Revisions as the catalog keeps them: numbered, only ever added to, each with its steps."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson
import sqlalchemy as sa

from analytics.closing.states import SIGNED, State, Step
from analytics.quoting import Document
from api.closing import pages
from api.closing.pages import PageName
from api.closing.tables import REVISION, REVISION_PAGE, STEP, TOLD
from ingest.contract.period import instant, rfc3339

_SYSTEM: Final = "zonewatch"  # who makes a revision when figures move by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far one worker's archive had been taken in."""

    worker: str
    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a revision was computed from, and so can be again."""

    watermark: tuple[Mark, ...]
    registry_change: int
    as_of: int  # microseconds, UTC
    changes: int  # rows of the change feed taken until then
    hours: int  # device-hours computed until then
    software: str
    factors: Mapping[str, str]  # SHA-256 of each table of factors, by file name

    @classmethod
    def read(cls, text: str) -> "Basis":
        """Read a basis as it is kept."""
        told = json.loads(text)
        return cls(**told | {"watermark": tuple(Mark(**mark) for mark in told["watermark"])})

    def written(self) -> str:
        """Return it as it is kept."""
        return json.dumps(asdict(self), sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision of a scope's period. Times in microseconds, UTC."""

    id: int
    scope: str
    period: str
    number: int
    provenance: str
    content: bytes
    sha256: str
    basis: Basis
    cause: Mapping[str, Any]
    made_at: int
    steps: tuple[Step, ...]

    @property
    def state(self) -> State:
        """How far it is."""
        return self.steps[-1].state

    @property
    def signed(self) -> bool:
        """Whether its figures change by a new revision alone."""
        return self.state in SIGNED

    def document(self, history: Sequence["Revision"]) -> Document:
        """Return the report document, which names the revisions up to this one."""
        content: Document = orjson.loads(self.content)
        told = [one.told() for one in history if one.number <= self.number]
        return content | {"revision": self.number, "status": self.state, "revisions": told}

    def told(self) -> dict[str, Any]:
        """Return what a document and the list of revisions say of it."""
        return {
            "revision": self.number,
            "scope": self.scope,
            "period": self.period,
            "status": self.state,
            "sha256": self.sha256,
            "made_at": rfc3339(instant(self.made_at)),
            "as_of": rfc3339(instant(self.basis.as_of)),
            "software": self.basis.software,
            "registry_change": self.basis.registry_change,
            "watermark": [asdict(mark) for mark in self.basis.watermark],
            "cause": dict(self.cause),
            "steps": [
                {
                    "state": step.state,
                    "by": step.actor,
                    "role": step.role,
                    "at": rfc3339(instant(step.at)),
                }
                for step in self.steps
            ],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRevision:
    """What a revision is to hold."""

    scope: str
    period: str
    provenance: str
    content: bytes
    sha256: str
    basis: Basis
    cause: Mapping[str, Any]
    pages: Mapping[PageName, bytes]


def history(connection: sa.Connection, scope: str, period: str) -> list[Revision]:
    """Return the revisions of a scope's period, the first first."""
    return _read(connection, sa.and_(REVISION.c.scope == scope, REVISION.c.period == period))


def every(connection: sa.Connection) -> list[Revision]:
    """Return all revisions, in the order they were made."""
    return _read(connection, sa.true())


def append(
    connection: sa.Connection, made: NewRevision, first: Step, told: Collection[str] = ()
) -> int:
    """Add a revision behind those of its scope and period; return its number."""
    last = connection.scalar(
        sa.select(sa.func.max(REVISION.c.number)).where(
            REVISION.c.scope == made.scope, REVISION.c.period == made.period
        )
    )
    number = int(last or 0) + 1
    values = {
        "scope": made.scope,
        "period": made.period,
        "number": number,
        "provenance": made.provenance,
        "content": made.content,
        "sha256": made.sha256,
        "basis": made.basis.written(),
        "cause": json.dumps(dict(made.cause), sort_keys=True),
        "made_at": first.at,
    }
    key = connection.execute(sa.insert(REVISION).values(values)).inserted_primary_key
    assert key is not None  # noqa: S101 - of one inserted row there always is one
    _pin(connection, key[0], made.pages)
    step(connection, key[0], first)
    if told:
        rows = [{"revision": key[0], "account": name, "at": first.at} for name in sorted(told)]
        connection.execute(sa.insert(TOLD), rows)
    return number


def step(connection: sa.Connection, revision: int, taken: Step) -> None:
    """Add a step to a revision."""
    connection.execute(sa.insert(STEP).values(asdict(taken) | {"revision": revision}))


def by_itself(state: State, at: int) -> Step:
    """Return a step that no person took."""
    return Step(state=state, actor=_SYSTEM, role="", at=at)


def pinned(
    connection: sa.Connection,
    revision: int,
    *,
    zones: Collection[str] | None = None,
    days: tuple[str, str] | None = None,
) -> dict[PageName, str]:
    """Return which pages a revision rests on: all, or some zones' and days', both included."""
    query = sa.select(REVISION_PAGE).where(REVISION_PAGE.c.revision == revision)
    if zones is not None:
        query = query.where(REVISION_PAGE.c.zone.in_(zones))
    if days is not None:
        query = query.where(REVISION_PAGE.c.day.between(*days))
    return {
        PageName(kind=row.kind, zone=row.zone, day=row.day): row.sha256
        for row in connection.execute(query)
    }


def told_of(connection: sa.Connection, revision: int) -> list[str]:
    """Return who was told of a revision, by name."""
    query = sa.select(TOLD.c.account).where(TOLD.c.revision == revision)
    return sorted(connection.scalars(query))


def _pin(connection: sa.Connection, revision: int, wanted: Mapping[PageName, bytes]) -> None:
    named = {name: pages.called(body) for name, body in wanted.items()}
    pages.put(connection, {named[name]: body for name, body in wanted.items()})
    rows = [
        asdict(name) | {"revision": revision, "sha256": digest}
        for name, digest in sorted(named.items())
    ]
    if rows:
        connection.execute(sa.insert(REVISION_PAGE), rows)


def _read(connection: sa.Connection, wanted: sa.ColumnElement[bool]) -> list[Revision]:
    found = connection.execute(sa.select(REVISION).where(wanted).order_by(REVISION.c.id)).all()
    steps: dict[int, list[Step]] = {}
    ids = [row.id for row in found]
    for row in connection.execute(
        sa.select(STEP).where(STEP.c.revision.in_(ids)).order_by(STEP.c.id)
    ):
        steps.setdefault(row.revision, []).append(
            Step(state=State(row.state), actor=row.actor, role=row.role, at=row.at)
        )
    return [
        Revision(
            id=row.id,
            scope=row.scope,
            period=row.period,
            number=row.number,
            provenance=row.provenance,
            content=row.content,
            sha256=row.sha256,
            basis=Basis.read(row.basis),
            cause=json.loads(row.cause),
            made_at=row.made_at,
            steps=tuple(steps[row.id]),
        )
        for row in found
    ]
