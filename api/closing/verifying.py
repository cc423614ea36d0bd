"""Re-running a revision and naming whatever is not as it was published."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import orjson
import sqlalchemy as sa

from analytics.periods import parse_period
from analytics.service import facts
from analytics.service.hourfiles import HourFiles
from api.closing import beside, pages, revisions
from api.closing.closing import pinned_facts
from api.closing.found import (
    Factors,
    Found,
    Kind,
    factors_of,
    in_content,
    in_facts,
    in_hours,
    in_rows,
    in_tables,
)
from api.closing.inputs import archived, finder, fold, from_messages, from_store, needed_ids
from api.closing.making import factor_rows
from api.closing.pages import FACTORS, REGISTRY, PageDamagedError, PageName, Rows, registry_rows
from api.closing.rerun import Inputs, Outcome, Target, rerun
from api.closing.revisions import Revision
from api.reports.compute import parse_scope
from ingest import taken
from ingest.archive import Position
from ingest.contract.identity import GatewayId
from ingest.contract.period import Period
from ingest.home import Home
from ingest.registry.registry import Registry
from ingest.registry.tables import load
from ingest.storage.opening import open_store
from ingest.storage.port import StoreError


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What came of a re-run."""

    revision: Revision
    source: str  # store or archive
    notes: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether every digit and everything it rests on is as it was published."""
        return not self.found


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """Re-runs revisions over a home's files."""

    home: Home
    catalog: sa.Engine

    def verify(self, revision: Revision, *, from_archive: bool = False) -> Verdict:
        """Re-run a revision from the store, or from the archive as far as it went then.

        Where messages came later that speak of the period, or the store cannot be opened, the
        archive is what is read.
        """
        verdict = Verdict(revision=revision, source="archive" if from_archive else "store")
        with self.catalog.connect() as connection:
            target = target_of(connection, revision, load(connection))
            verdict.found += kept_wrongly(connection, revision, target.registry)
            later = _later(connection, target)
            now = beside.read(connection)[beside.DECISIONS]
            decided = now != target.beside.get(beside.DECISIONS)
            changes = taken.changes(connection)
        if later and not from_archive:
            verdict.source = "archive"
            verdict.notes.append(f"{later} messages came later: read from the archive as it was")
        inputs = self._from_store(target, verdict) if verdict.source == "store" else None
        damaged: list[Position] = []
        if inputs is None:
            inputs = archive_inputs(self.home.archive_dir, target, changes, damaged)
        verdict.found += [_damage(place) for place in damaged]
        self._compare(verdict, target, rerun(inputs, target), later=bool(later) or decided)
        return verdict

    def _from_store(self, target: Target, verdict: Verdict) -> Inputs | None:
        try:
            store = open_store(self.home.store_setting())
        except StoreError as error:
            verdict.source = "archive"
            verdict.notes.append(f"read from the archive, for the store is not to be had: {error}")
            return None
        files = HourFiles(self.home.hours_dir)
        try:
            return from_store(store, files, target)
        finally:
            files.close()
            store.close()

    def _compare(self, verdict: Verdict, target: Target, outcome: Outcome, *, later: bool) -> None:
        revision = verdict.revision
        content = orjson.loads(revision.content)
        factors = factors_of(content)
        with self.catalog.connect() as connection:
            try:
                rows = pinned_facts(connection, revision)
            except PageDamagedError:
                rows = []  # told already
            if rows and not later:
                first = date.fromisoformat(min(row["day"] for row in rows))
                last = target.days.last
                ours = {row["device"] for row in rows}
                live = facts.device_days(connection, first=first, last=last)
                kept = [fact for fact in live if fact.device in ours]
                verdict.found += in_facts(rows, kept, factors, Kind.FACT)
        if not later:
            verdict.found += self._hours(target, outcome, factors)
        verdict.found += in_facts(rows, outcome.facts, factors, Kind.DEVICE_DAY) if rows else ()
        verdict.found += in_content(content, outcome.content)

    def _hours(self, target: Target, outcome: Outcome, factors: Factors) -> Iterator[Found]:
        files = HourFiles(self.home.hours_dir)
        try:
            for part in target.parts():
                kept = files.read(part.zone.id, part.device_class, part.reach)
                yield from in_hours(part, kept, outcome, factors)
        finally:
            files.close()


def target_of(connection: sa.Connection, revision: Revision, registry: Registry) -> Target:
    """Return what a revision is run again from, under the registry as it was known then."""
    return Target(
        registry=registry.as_of(revision.basis.registry_change),
        scope=parse_scope(revision.scope),
        days=parse_period(revision.period),
        basis=revision.basis,
        beside=_beside(connection, revision),
    )


def _beside(connection: sa.Connection, revision: Revision) -> dict[str, Rows]:
    pinned = revisions.pinned(connection, revision.id)
    found: dict[str, Rows] = {}
    for kind in beside.KINDS:
        digest = pinned.get(PageName(kind=kind))
        if digest is not None:
            with suppress(PageDamagedError):  # told by kept_wrongly
                found[kind] = pages.get(connection, [digest])[digest]
    return found


def archive_inputs(
    directory: Path, target: Target, changes: Mapping[taken.Place, int], damaged: list[Position]
) -> Inputs:
    """Return what a period needs from the archive as far as it was taken in."""
    store = fold(
        archived(directory, target, damaged),
        finder(directory),
        registry=target.registry,
        changes=changes,
    )
    return from_messages(store, target)


def kept_wrongly(
    connection: sa.Connection, revision: Revision, registry: Registry
) -> Iterator[Found]:
    """Yield what the catalog keeps of a revision and is not what was written."""
    if pages.called(revision.content) != revision.sha256:
        yield Found(
            kind=Kind.DOCUMENT,
            what=f"{revision.scope} {revision.period} revision {revision.number}",
            expected=revision.sha256,
            found=pages.called(revision.content),
        )
    pinned = revisions.pinned(connection, revision.id)
    bodies: dict[PageName, Rows] = {}
    for name, digest in sorted(pinned.items()):
        try:
            bodies[name] = pages.get(connection, [digest])[digest]
        except PageDamagedError as error:
            what = " ".join(filter(None, (name.kind, name.zone, name.day)))
            yield Found(kind=Kind.PAGE, what=what, expected=error.name, found=None)
    if (then := bodies.get(PageName(kind=REGISTRY))) is not None:
        now = registry_rows(registry)
        yield from in_rows(then, now, Kind.REGISTRY, "kind", "id", "valid_from", "change")
    if (tables := bodies.get(PageName(kind=FACTORS))) is not None:
        yield from in_tables(tables, factor_rows())


def _later(connection: sa.Connection, target: Target) -> int:
    """Count the messages behind a revision's watermark that speak of its period."""
    gateways = [GatewayId(name) for name in sorted(needed_ids(target))]
    spans = [part.needed for part in target.parts()]
    if not spans:
        return 0
    span = Period(min(each.start for each in spans), max(each.end for each in spans))
    ends = {mark.worker: Position(mark.file, mark.offset) for mark in target.basis.watermark}
    return sum(
        not any(
            one.place.file.startswith(f"{worker}-") and one.place < end
            for worker, end in ends.items()
        )
        for one in taken.speaking_of(connection, gateways, span)
    )


def _damage(place: Position) -> Found:
    what = f"{place.file}, the frame at byte {place.offset}"
    return Found(kind=Kind.ARCHIVE, what=what, expected="as it was chained", found="changed")
