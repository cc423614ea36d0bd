"""Preparing, checking, approving a period, and the revision that follows when its figures move.

Three different people sign, each with a permission of their own. What is signed stays as it is:
late data and corrections make a further revision, which says what differs, why, and who was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
import sqlalchemy as sa

from analytics.closing.difference import Difference, differences
from analytics.closing.states import (
    State,
    Step,
    StepRefusedError,
    refuse_out_of_turn,
    refuse_same_person,
)
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Scope
from api.accounts.actor import Actor, Permission
from api.closing import pages, revisions
from api.closing.beside import DECISIONS
from api.closing.making import Made, devices_of, make, reach_of, scope_text
from api.closing.pages import FACTS, PageName, called, fact_row
from api.closing.revisions import NewRevision, Revision
from api.reports.compute import zones_in
from api.reports.part import in_scope
from ingest import feed
from ingest.audit import journal
from ingest.contract.period import instant, micros, rfc3339
from ingest.registry.model import Provenance
from ingest.registry.registry import Registry

NEEDED: Final = {
    State.PREPARED: Permission.PREPARE_PERIOD,
    State.CLOSED: Permission.CHECK_PERIOD,
    State.APPROVED: Permission.APPROVE_PERIOD,
    State.VERIFIED: Permission.VERIFY_PERIOD,
}
_UNCOMPARED: Final = ("as_of", "software", "notes")
_SHOWN: Final = 200  # differences that a cause lists; it counts all


class NotPermittedError(Exception):
    """Somebody who may not take a step."""

    def __init__(self, actor: str, permission: Permission) -> None:
        super().__init__(f"{actor} lacks the permission {permission}")
        self.actor = actor
        self.permission = permission


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A period of a scope, and all that is needed to compute it."""

    registry: Registry  # the whole
    scope: Scope
    days: Days
    software: str
    demo: bool  # where simulated periods may be closed, too

    @property
    def key(self) -> tuple[str, str]:
        """How revisions name it."""
        return scope_text(self.scope), self.days.label

    def made(self, connection: sa.Connection) -> Made:
        """Compute it."""
        return make(connection, self.registry, self.scope, self.days, software=self.software)


def take(
    connection: sa.Connection, asked: Asked, wanted: State, *, actor: Actor, role: str, at: datetime
) -> Revision:
    """Take a step in the transaction that is open; return the revision it was taken on.

    Raises:
        NotPermittedError: Whoever it is may not.
        StepRefusedError: The period or its newest revision is not fit for it.
    """
    if not actor.may(NEEDED[wanted]):
        raise NotPermittedError(actor.name, NEEDED[wanted])
    deed = actor.deed(f"period.{wanted}", "report:{}/{}".format(*asked.key))
    journal.append(connection, deed, at=at)  # it takes the lock that writers wait for
    step = Step(state=wanted, actor=actor.name, role=role, at=micros(at))
    if wanted is State.PREPARED:
        _prepare(connection, asked, step)
    else:
        _sign(connection, asked, step)
    return newest(connection, asked)


def newest(connection: sa.Connection, asked: Asked) -> Revision:
    """Return a period's newest revision, or raise StepRefusedError."""
    known = revisions.history(connection, *asked.key)
    if not known:
        raise StepRefusedError("{}, {} is open: nobody has prepared it".format(*asked.key))
    return known[-1]


def revise(connection: sa.Connection, asked: Asked, *, at: datetime) -> int | None:
    """Make a revision where a signed period's figures or facts have moved; return its number."""
    known = revisions.history(connection, *asked.key)
    if not known or not known[-1].signed:
        return None
    made = asked.made(connection)
    cause = cause_of(connection, known[-1], made)
    if cause is None:
        return None
    told = {step.actor for one in known for step in one.steps if step.role}
    first = revisions.by_itself(State.REVISED, micros(at))
    return revisions.append(connection, _new(made, cause), first, told)


def cause_of(connection: sa.Connection, before: Revision, made: Made) -> dict[str, Any] | None:
    """Return why and how figures differ from a revision, or None where they do not."""
    moved = _moved_facts(connection, before, made)
    found = list(content_differences(orjson.loads(before.content), made.content))
    if not moved and not found:
        return None
    basis, then = made.basis, before.basis
    reasons = []
    if moved:
        reasons.append("data that came or changed after it was prepared")
    decided = PageName(kind=DECISIONS)
    if revisions.pinned(connection, before.id).get(decided) != called(made.pages[decided]):
        reasons.append("decisions on data")
    if basis.registry_change != then.registry_change:
        reasons.append(f"registry changes {then.registry_change + 1} to {basis.registry_change}")
    if basis.factors != then.factors:
        names = basis.factors.keys() | then.factors.keys()
        changed = (n for n in names if basis.factors.get(n) != then.factors.get(n))
        reasons.append(f"tables of factors: {', '.join(sorted(changed))}")
    if basis.software != then.software:
        reasons.append(f"software {then.software} to {basis.software}")
    return {
        "text": "; ".join(reasons) or "another method or input of the same software version",
        "follows": before.number,
        "device_days": len(moved),
        "devices": sorted({device for device, _ in moved})[:_SHOWN],
        "days": sorted({day for _, day in moved}),
        "recomputed_hours": basis.hours - then.hours,
        "differences": [each.shown() for each in found[:_SHOWN]],
        "difference_count": len(found),
    }


def content_differences(before: Document, after: Document) -> Sequence[Difference]:
    """Return what differs between two contents, apart from when and by what they were computed."""
    kept = [{n: v for n, v in one.items() if n not in _UNCOMPARED} for one in (before, after)]
    return list(differences(kept[0], kept[1]))


def _prepare(connection: sa.Connection, asked: Asked, step: Step) -> None:
    _refuse_waiting(connection, asked)
    made = asked.made(connection)
    _refuse_unfit(made, asked)
    known = revisions.history(connection, *asked.key)
    last = known[-1] if known else None
    cause = {"text": "first prepared"} if last is None else cause_of(connection, last, made)
    if cause is not None:
        told = {one.actor for each in known for one in each.steps if one.role}
        revisions.append(connection, _new(made, cause), step, told)
    elif last is not None:
        refuse_out_of_turn(last.steps, State.PREPARED)
        revisions.step(connection, last.id, step)


def _sign(connection: sa.Connection, asked: Asked, step: Step) -> None:
    last = newest(connection, asked)
    refuse_out_of_turn(last.steps, step.state)
    refuse_same_person(last.steps, step.actor)
    if step.state is State.CLOSED:
        _refuse_waiting(connection, asked)
    if step.state is State.CLOSED and cause_of(connection, last, asked.made(connection)):
        raise StepRefusedError(
            f"its figures have moved since revision {last.number} was prepared: prepare it again"
        )
    revisions.step(connection, last.id, step)


def _refuse_waiting(connection: sa.Connection, asked: Asked) -> None:
    """Raise StepRefusedError while analytics has not taken all that came of a period."""
    part = in_scope(asked.registry, asked.scope)
    hours = 0
    for zone in zones_in(asked.registry, asked.scope):
        devices = {device.id for device in devices_of(part, zone, asked.days)}
        hours += feed.waiting(connection, devices, reach_of(zone, asked.days))
    if hours:
        raise StepRefusedError(
            f"{hours} hours of its devices wait to be computed: try again when they are"
        )


def _refuse_unfit(made: Made, asked: Asked) -> None:
    if made.provenance != Provenance.REAL and not asked.demo:
        raise StepRefusedError(
            f"{scope_text(made.scope)} is {made.provenance}: only real periods are closed"
        )
    if not made.ended:
        reached = rfc3339(instant(made.basis.as_of)) if made.basis.as_of else "no data at all"
        raise StepRefusedError(
            f"period {made.days.label} is not over, or was not 48 hours ago: figures reach"
            f" {reached}"
        )


def _new(made: Made, cause: dict[str, Any]) -> NewRevision:
    return NewRevision(
        scope=scope_text(made.scope),
        period=made.days.label,
        provenance=made.provenance,
        content=made.body,
        sha256=made.sha256,
        basis=made.basis,
        cause=cause,
        pages=made.pages,
    )


def _moved_facts(connection: sa.Connection, before: Revision, made: Made) -> list[tuple[str, str]]:
    """Return the device-days that are not what a revision rests on."""
    then = pages.by_key(pinned_facts(connection, before), "device", "day")
    now = pages.by_key([fact_row(fact) for fact in made.facts], "device", "day")
    keys = then.keys() | now.keys()
    return sorted((key[0], key[1]) for key in keys if then.get(key) != now.get(key))


def pinned_facts(connection: sa.Connection, revision: Revision) -> pages.Rows:
    """Return the device-days that a revision rests on."""
    pinned = revisions.pinned(connection, revision.id)
    names = {digest for name, digest in pinned.items() if name.kind == FACTS}
    found = pages.get(connection, names)
    return [row for name in sorted(names) for row in found[name]]
