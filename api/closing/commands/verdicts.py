"""What `verify` is asked, carried out and told."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.closing import revisions
from api.closing.bundle import BundleUnreadableError, open_bundle
from api.closing.bundling import verify_bundle
from api.closing.commands.opening import asked_of, opened
from api.closing.digest import (
    Digest,
    DigestUnreadableError,
    chain_found,
    kept_found,
    signature_found,
)
from api.closing.digest import every as every_digest
from api.closing.found import Found, Kind
from api.closing.revisions import Revision
from api.closing.signing import KeyUnusableError, public_key
from api.closing.verifying import Verdict, Verifier
from ingest.audit.journal import BrokenChainError
from ingest.audit.journal import verify as follow_journal
from ingest.commands.opening import BadInputError
from ingest.home import Home, NoHomeError, home_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that was verified."""

    what: str
    about: dict[str, Any]
    notes: tuple[str, ...]
    found: tuple[Found, ...]


def of_period(args: argparse.Namespace) -> Iterator[Told]:
    """Verify a revision of one period."""
    home = Home.open(home_path(args.home))
    with opened(home) as catalog:
        with catalog.connect() as connection:
            asked = asked_of(connection, args, home)
            known = revisions.history(connection, *asked.key)
        revision = chosen(known, args.revision, " ".join(asked.key))
        verifier = Verifier(home=home, catalog=catalog)
        yield _told(verifier.verify(revision, from_archive=args.from_archive))


def of_everything(args: argparse.Namespace) -> Iterator[Told]:
    """Verify every revision, the journal and the digests."""
    home = Home.open(home_path(args.home))
    with opened(home) as catalog:
        with catalog.connect() as connection:
            known = revisions.every(connection)
            try:
                rows, broken = follow_journal(connection), None
            except BrokenChainError as error:
                rows, broken = 0, Found(kind=Kind.JOURNAL, what=f"row {error.number}")
            digests = _digests(connection, home)
        found = () if broken is None else (broken,)
        yield Told(what="journal", about={"rows": rows}, notes=(), found=found)
        yield digests
        verifier = Verifier(home=home, catalog=catalog)
        for revision in known:
            yield _told(verifier.verify(revision))


def told(verdicts: Iterator[Told], *, as_json: bool) -> int:
    """Print verdicts and return 1 where anything differs."""
    all_told = []
    for one in verdicts:
        all_told.append(one)
        if not as_json:
            sys.stdout.write(_text(one))
    same = not any(one.found for one in all_told)
    if as_json:
        document = {"same": same, "verified": [_document(one) for one in all_told]}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    return 0 if same else 1


def chosen(known: list[Revision], number: int | None, name: str) -> Revision:
    """Return a revision by number, the newest where None, or raise BadInputError."""
    if not known:
        raise BadInputError(f"{name}: nothing is closed or prepared there")
    if number is None:
        return known[-1]
    for revision in known:
        if revision.number == number:
            return revision
    raise BadInputError(f"{name}: no revision {number}, the newest is {known[-1].number}")


def _told(verdict: Verdict) -> Told:
    revision = verdict.revision
    return Told(
        what=f"{revision.scope} {revision.period} revision {revision.number}",
        about={"sha256": revision.sha256, "status": revision.state, "source": verdict.source},
        notes=tuple(verdict.notes),
        found=tuple(verdict.found),
    )


def _document(one: Told) -> dict[str, Any]:
    return {
        "what": one.what,
        **one.about,
        "same": not one.found,
        "notes": list(one.notes),
        "differences": [each.shown() for each in one.found],
    }


def _text(one: Told) -> str:
    about = ", ".join(f"{name} {value}" for name, value in one.about.items())
    verdict = f"{len(one.found)} DIFFERENCES" if one.found else "the same digits"
    lines = [f"{one.what}: {verdict} ({about})", *(f"  {note}" for note in one.notes)]
    return "\n".join([*lines, *(f"  {each.line()}" for each in one.found), ""])


def of_file(args: argparse.Namespace) -> Iterator[Told]:
    """Verify a bundle or a digest that others keep."""
    try:
        trusted = None if args.key is None else public_key(args.key)
        with args.file.open("rb") as file:
            is_digest = file.read(1) == b"{"
        yield _of_digest(args, trusted) if is_digest else _of_bundle(args.file, trusted)
    except (BundleUnreadableError, DigestUnreadableError, KeyUnusableError) as error:
        raise BadInputError(str(error)) from error


def _of_bundle(path: Path, trusted: str | None) -> Told:
    verdict = verify_bundle(open_bundle(path), software=version("zonewatch"), trusted=trusted)
    about = dict(verdict.about)
    return Told(
        what=about.pop("what"), about=about, notes=tuple(verdict.notes), found=tuple(verdict.found)
    )


def _of_digest(args: argparse.Namespace, trusted: str | None) -> Told:
    """Verify a digest's signature and, where a home is there, the home against it."""
    digest = Digest.read(args.file)
    found = list(signature_found(digest, trusted))
    notes = [] if trusted else ["no --key was given: who signed it is not verified"]
    try:
        home = Home.open(home_path(args.home))
    except NoHomeError:
        if args.home is not None:
            raise
        notes.append("no home: nothing that it names is looked at")
    else:
        with opened(home) as catalog, catalog.connect() as connection:
            found += kept_found(connection, digest, home.archive_dir)
    about = {"sha256": digest.sha256, "key": digest.key}
    what = f"digest of {digest.told['day']}"
    return Told(what=what, about=about, notes=tuple(notes), found=tuple(found))


def _digests(connection: sa.Connection, home: Home) -> Told:
    known = every_digest(connection)
    found = list(chain_found(known))
    for digest in known[-1:]:  # it names all that the earlier ones do
        found += kept_found(connection, digest, home.archive_dir)
    return Told(what="digests", about={"days": len(known)}, notes=(), found=tuple(found))
