"""Evidence: files kept under the hash of their content, and what each is of.

Equal content is kept once. What kind of file it is, its first bytes say, never its name.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from api.accounts.forms import Upload
from api.tables import EVIDENCE, EVIDENCE_ERASED, FINDING, VISIT
from ingest.contract.period import micros
from ingest.durable import sync
from ingest.home import Home

_BEGINS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


_EVERY: Final = sa.select(
    EVIDENCE, EVIDENCE_ERASED.c.erased_by, EVIDENCE_ERASED.c.erased_at
).select_from(EVIDENCE.outerjoin(EVIDENCE_ERASED))


class EvidenceKind(StrEnum):
    """What a file is evidence of."""

    PHOTOGRAPH = "photograph"
    ACCEPTANCE = "acceptance"
    CALIBRATION = "calibration"
    REPLACEMENT = "replacement"


class CitedError(Exception):
    """Evidence that cannot be erased, because something rests on it."""


class NotEvidenceError(ValueError):
    """A file of a kind that is not kept."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: expected a JPEG, a PNG or a PDF")
        self.name = name


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a file is of."""

    kind: EvidenceKind
    device: str
    dated: date  # the day it speaks of


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A file that is kept, and what it is of."""

    id: int
    kind: EvidenceKind
    device: str
    dated: date
    name: str
    sha256: str
    media_type: str
    size: int
    entered_by: str
    entered_at: int  # microseconds
    erased_by: str | None = None
    erased_at: int | None = None  # microseconds


def shelf_of(home: Home, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of evidence: ZONEWATCH_EVIDENCE, else one in the home."""
    named = environment.get("ZONEWATCH_EVIDENCE")
    return Path(named) if named else home.path / "evidence"


def media_type_of(upload: Upload) -> str:
    """Return what kind of file it is, or raise NotEvidenceError."""
    for begin, media_type in _BEGINS.items():
        if upload.content.startswith(begin):
            return media_type
    raise NotEvidenceError(upload.name)


def put(shelf: Path, content: bytes) -> str:
    """Keep a content and return its hash; it is on the disk, whole, when this returns."""
    digest = sha256(content).hexdigest()
    path = place_of(shelf, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{digest}.{os.getpid()}.partial")
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    return digest


def place_of(shelf: Path, digest: str) -> Path:
    """Return where a content lies."""
    return shelf / digest[:2] / digest


def add(
    connection: sa.Connection,
    upload: Upload,
    *,
    about: About,
    digest: str,
    entered_by: str,
    at: datetime,
) -> Evidence:
    """Write down what a file that is kept is of."""
    values: dict[str, Any] = {
        "kind": about.kind,
        "device": about.device,
        "dated": about.dated,
        "name": upload.name,
        "sha256": digest,
        "media_type": media_type_of(upload),
        "size": len(upload.content),
        "entered_by": entered_by,
        "entered_at": micros(at),
    }
    key = connection.execute(sa.insert(EVIDENCE).values(values)).inserted_primary_key
    assert key is not None  # noqa: S101 - of one inserted row there always is one
    return Evidence(id=key[0], **values)


def of(
    connection: sa.Connection, *, after: int = 0, device: str | None = None
) -> Sequence[Evidence]:
    """Return evidence in the order it came, behind an id; of one device, or of all."""
    query = _EVERY.where(EVIDENCE.c.id > after).order_by(EVIDENCE.c.id)
    if device is not None:
        query = query.where(EVIDENCE.c.device == device)
    return [_evidence(row) for row in connection.execute(query)]


def one(connection: sa.Connection, number: int) -> Evidence | None:
    """Return a piece of evidence, or None where there is none of that id."""
    row = connection.execute(_EVERY.where(EVIDENCE.c.id == number)).first()
    return None if row is None else _evidence(row)


def erase(
    connection: sa.Connection, found: Evidence, *, why: str, actor: str, at: datetime
) -> Evidence:
    """Write down that a photograph is erased; its hash, its day and its device stay.

    Raises:
        CitedError: It is no photograph, or somebody refers to it.
    """
    if found.kind is not EvidenceKind.PHOTOGRAPH:
        raise CitedError(f"a certificate of {found.kind}: figures rest on it")
    for table, name in ((VISIT, "visit"), (FINDING, "finding of a sample")):
        cited = sa.select(table.c.id).where(table.c.evidence == found.id)
        if (number := connection.scalar(cited)) is not None:
            raise CitedError(f"{name} {number} refers to it")
    values = {"evidence": found.id, "why": why, "erased_by": actor, "erased_at": micros(at)}
    connection.execute(sa.insert(EVIDENCE_ERASED).values(values))
    return replace(found, erased_by=actor, erased_at=micros(at))


def is_wanted(connection: sa.Connection, digest: str) -> bool:
    """Tell whether any evidence that is not erased has a content."""
    query = _EVERY.where(EVIDENCE.c.sha256 == digest, EVIDENCE_ERASED.c.erased_at.is_(None))
    return connection.execute(query).first() is not None


def take_away(shelf: Path, digest: str) -> None:
    """Remove a content, for good once this returns."""
    path = place_of(shelf, digest)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync(path.parent)


def _evidence(row: "sa.Row[Any]") -> Evidence:
    told: dict[str, Any] = {name: getattr(row, name) for name in Evidence.__slots__}
    told["kind"] = EvidenceKind(row.kind)
    return Evidence(**told)
