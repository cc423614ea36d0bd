"""Making a bundle from a home, and re-running one that came from elsewhere."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import sqlalchemy as sa

from analytics.closing.canonical import fingerprint
from analytics.periods import parse_period
from api.closing import pages, revisions
from api.closing.bundle import Bundle, Opened, Packing, pack, unpack
from api.closing.found import (
    Found,
    Kind,
    factors_of,
    in_content,
    in_facts,
    in_hours,
    in_tables,
)
from api.closing.inputs import Archived, archived, finder, fold, from_messages
from api.closing.making import factor_rows
from api.closing.pages import packed
from api.closing.rerun import Target, rerun
from api.closing.revisions import Basis, Revision
from api.closing.signing import Signer, is_signed
from api.closing.verifying import target_of
from api.reports.compute import parse_scope
from ingest import taken
from ingest.archive import Frame, Message, Position
from ingest.contract.chunk import Chunk
from ingest.contract.period import Period
from ingest.home import Home
from ingest.intake import open_messages
from ingest.markers import is_marker, parse_marker
from ingest.registry.tables import load

Find = Callable[[Position, int], Message]


class NotTheSameError(Exception):
    """A revision that does not re-run to its digits, and so is not handed out."""

    def __init__(self, found: list[Found]) -> None:
        super().__init__(f"it does not re-run to its digits: {found[0].line()}")
        self.found = found


def bundle_of(home: Home, catalog: sa.Engine, revision: Revision) -> bytes:
    """Return the bundle of a revision, re-run from the archive as it is made."""
    with catalog.connect() as connection:
        target = target_of(connection, revision, load(connection))
        pinned = revisions.pinned(connection, revision.id)
        kept = pages.get(connection, set(pinned.values()))
        changes = taken.changes(connection)
    find = finder(home.archive_dir)
    everything = list(archived(home.archive_dir, target))
    store = fold(everything, find, registry=target.registry, changes=changes)
    inputs = from_messages(store, target)
    outcome = rerun(inputs, target)
    content = orjson.loads(revision.content)
    if found := list(in_content(content, outcome.content)):
        raise NotTheSameError(found)
    chosen = list(_chosen(everything, target, finder(home.archive_dir)))
    packing = Packing(
        revision=revision,
        pages={name: packed(kept[digest]) for name, digest in pinned.items()},
        opening=inputs.opening,
        outcome=outcome,
        messages=[(one, changes.get(_place(one), target.registry.change)) for one in chosen],
    )
    return pack(packing, Signer(home.keys_dir))


@dataclass(slots=True, kw_only=True)
class BundleVerdict:
    """What came of verifying a bundle."""

    about: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)


def verify_bundle(opened: Opened, *, software: str, trusted: str | None = None) -> BundleVerdict:
    """Re-run what a bundle holds, or raise BundleUnreadableError.

    Args:
        opened: The bundle.
        software: The version that verifies.
        trusted: The public key that must have signed it; None where nobody gave one.
    """
    told = opened.manifest["revision"]
    verdict = BundleVerdict(
        about={
            "what": f"{told['scope']} {told['period']} revision {told['revision']}",
            "sha256": opened.manifest["sha256"],
            "key": opened.key,
        }
    )
    verdict.found += _signature(opened, trusted)
    if trusted is None:
        verdict.notes.append("no --key was given: who signed it is not verified")
    verdict.found += [
        Found(kind=Kind.BUNDLE, what=name, expected=expected, found=found)
        for name, expected, found in opened.changed
    ]
    _re_run(unpack(opened), verdict, software)
    return verdict


def _re_run(bundle: Bundle, verdict: BundleVerdict, software: str) -> None:
    told = bundle.manifest["revision"]
    basis = Basis.read(orjson.dumps(bundle.manifest["basis"]).decode())
    target = Target(
        registry=bundle.registry.as_of(basis.registry_change),
        scope=parse_scope(told["scope"]),
        days=parse_period(told["period"]),
        basis=basis,
        beside=bundle.beside,
    )
    there = {_place(one): one.message for one in bundle.messages}
    store = fold(
        bundle.messages,
        lambda place, index: there[place.file, place.offset, index],
        registry=target.registry,
        changes=bundle.changes,
    )
    outcome = rerun(from_messages(store, target, bundle.opening), target)
    content = orjson.loads(bundle.content)
    factors = factors_of(content)
    if pages.called(bundle.content) != bundle.manifest["sha256"]:
        verdict.found.append(
            Found(
                kind=Kind.DOCUMENT,
                what="content.json",
                expected=bundle.manifest["sha256"],
                found=fingerprint(content),
            )
        )
    if basis.software != software:
        verdict.notes.append(f"made by software {basis.software}, verified by {software}")
    verdict.found += in_tables(bundle.factors, factor_rows())
    for part in target.parts():
        if part.key in bundle.hours:
            verdict.found += in_hours(part, bundle.hours[part.key], outcome, factors)
    verdict.found += in_facts(bundle.facts, outcome.facts, factors, Kind.DEVICE_DAY)
    verdict.found += in_content(content, outcome.content)


def _signature(opened: Opened, trusted: str | None) -> Iterator[Found]:
    manifest = opened.entries["manifest.json"]
    if not is_signed(manifest, signature=opened.signature, key=opened.key):
        yield Found(kind=Kind.SIGNATURE, what="manifest.json", expected="signed", found="not")
    if trusted is not None and trusted != opened.key:
        yield Found(kind=Kind.SIGNATURE, what="key", expected=trusted, found=opened.key)


def _chosen(everything: Iterable[Archived], target: Target, find: Find) -> Iterator[Archived]:
    """Yield the messages with records of a period, and what decisions among them are about."""
    spans = [part.needed for part in target.parts()]
    chosen: dict[tuple[str, int, int], Archived] = {}
    for one in everything:
        if not _speaks(one, spans, find):
            continue
        if is_marker(one.message):
            marker = parse_marker(one.message)
            about = Archived(
                place=marker.place,
                index=marker.index,
                message=find(marker.place, marker.index),
            )
            chosen.setdefault(_place(about), about)
        chosen.setdefault(_place(one), one)
    yield from (chosen[place] for place in sorted(chosen))


def _speaks(one: Archived, spans: Iterable[Period], find: Find) -> bool:
    frame = Frame(start=one.place, end=one.place, messages=(one.message,))
    body = open_messages(frame, find)[0].body
    return isinstance(body, Chunk) and any(
        at * 1_000 in span for part in body.parts for at in part.measured_at for span in spans
    )


def _place(one: Archived) -> tuple[str, int, int]:
    return one.place.file, one.place.offset, one.index
