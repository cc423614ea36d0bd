"""Periods as the board shows them, by what somebody sees and may do."""

from collections.abc import Iterator
from typing import Any, Final, cast

import orjson
import sqlalchemy as sa

from analytics.closing.states import State, StepRefusedError, refuse_out_of_turn, refuse_same_person
from analytics.periods import Days
from analytics.report import Scope
from analytics.scopes import PROGRAMME
from api.accounts.actor import Actor, Permission
from api.closing import findings, revisions
from api.closing.closing import NEEDED
from api.closing.findings import Finding, Said
from api.closing.making import scope_text
from api.closing.revisions import Revision
from api.closing.seeing import sees, told_as_seen
from api.reports.compute import parse_scope
from api.sources import Sources
from dashboards.board.periods import (
    ChangeRow,
    FigureRow,
    FindingView,
    PeriodRow,
    PeriodsView,
    PeriodView,
    RevisionView,
    SaidView,
)
from dashboards.report.language import Language
from ingest.registry.model import Provenance
from ingest.registry.registry import Registry

_ORDER: Final = (State.PREPARED, State.CLOSED, State.APPROVED, State.VERIFIED)


def periods_shown(
    sources: Sources, actor: Actor, language: Language, refusal: str = ""
) -> PeriodsView:
    """Return the page of what was prepared or closed, of whole scopes that are seen."""
    registry = sources.registry()
    with sources.catalog.connect() as connection:
        known = revisions.every(connection)
    seen = [each for each in reversed(known) if sees(actor, registry, parse_scope(each.scope))]
    rows = tuple(
        PeriodRow(
            scope=each.scope,
            period=each.period,
            number=each.number,
            state=each.state,
            steps=each.steps,
            cause=language.phrase(str(each.cause["text"])),
            changed=int(each.cause.get("difference_count", 0)),
        )
        for each in seen
    )
    return PeriodsView(
        rows=rows,
        scopes=tuple(scope_text(each) for each in _scopes(registry) if sees(actor, registry, each)),
        refusal=refusal,
        provenances=_provenances(seen),
    )


def period_shown(
    sources: Sources,
    actor: Actor,
    language: Language,
    scope: Scope,
    days: Days,
    *,
    refusal: str = "",
) -> PeriodView:
    """Return the page of a period: its revisions, the newest first, and what may be done."""
    name = scope_text(scope)
    with sources.catalog.connect() as connection:
        known = revisions.history(connection, name, days.label)
        told = [_revision(connection, actor, language, each) for each in reversed(known)]
        found = findings.of_period(connection, name, days.label)
    return PeriodView(
        scope=name,
        period=days.label,
        revisions=tuple(told),
        figures=tuple(_figures(known[-1])) if known else (),
        findings=tuple(map(_finding, found)),
        steps=tuple(_next(actor, known[-1] if known else None)),
        may_find=bool(known) and actor.may(Permission.LEAVE_FINDING),
        may_answer=actor.may(Permission.ANSWER_FINDING),
        refusal=language.phrase(refusal) if refusal else "",
        provenances=_provenances(known),
    )


def _scopes(registry: Registry) -> Iterator[Scope]:
    yield PROGRAMME
    for country in sorted({zone.country for zone in registry.zones()}):
        yield Scope(kind="country", id=country)
    for zone in registry.zones():
        yield Scope(kind="zone", id=zone.id)
    for batch in sorted({lot.aid_batch for lot in registry.lots()}):
        yield Scope(kind="aid-batch", id=batch)


def _next(actor: Actor, last: Revision | None) -> Iterator[State]:
    """Yield the steps that somebody may take now; what was prepared can be prepared anew."""
    for state in _ORDER:
        if actor.may(NEEDED[state]) and (state is State.PREPARED or _fits(actor, last, state)):
            yield state


def _fits(actor: Actor, last: Revision | None, state: State) -> bool:
    if last is None:
        return False
    try:
        refuse_out_of_turn(last.steps, state)
        refuse_same_person(last.steps, actor.name)
    except StepRefusedError:
        return False
    return True


def _revision(
    connection: sa.Connection, actor: Actor, language: Language, one: Revision
) -> RevisionView:
    cause = told_as_seen(actor, one.told())["cause"]
    return RevisionView(
        number=one.number,
        state=one.state,
        steps=one.steps,
        cause=language.phrase(str(cause["text"])),
        follows=cause.get("follows"),
        device_days=int(cause.get("device_days", 0)),
        days=cause.get("days", ()),
        devices=cause.get("devices", ()),
        changes=tuple(_change(each) for each in cause.get("differences", ())),
        change_count=int(cause.get("difference_count", 0)),
        told=revisions.told_of(connection, one.id),
        software=one.basis.software,
        registry_change=one.basis.registry_change,
        sha256=one.sha256,
    )


def _change(told: dict[str, Any]) -> ChangeRow:
    return ChangeRow(path=told["path"], before=_text(told["before"]), after=_text(told["after"]))


def _text(value: object) -> str | None:
    return None if value is None else value if isinstance(value, str) else str(value)


def _figures(one: Revision) -> Iterator[FigureRow]:
    for each in cast("list[dict[str, Any]]", orjson.loads(one.content)["figures"]):
        yield FigureRow(
            figure=each["id"],
            device_class=each["device_class"],
            value=each["value"],
            unit=each["unit"],
            status=each["status"],
            lineage=str(each["lineage"]).removeprefix("/v1/lineage/"),
        )


def _finding(found: Finding) -> FindingView:
    return FindingView(
        revision=found.revision, said=_said(found.said), answers=tuple(map(_said, found.answers))
    )


def _said(said: Said) -> SaidView:
    return SaidView(number=said.id, actor=said.actor, at=said.at, text=said.text)


def _provenances(known: list[Revision]) -> tuple[Provenance, ...]:
    return tuple(sorted({Provenance(each.provenance) for each in known}))
