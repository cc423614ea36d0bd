"""Evidence: files kept under the hash of their content, and what each is of.

Equal content is kept once. What kind of file it is, its first bytes say, never its name.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from api.accounts.forms import Upload
from api.tables import EVIDENCE
from ingest.contract.period import micros
from ingest.home import Home

_BEGINS: Final = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"%PDF-": "application/pdf",
}


class EvidenceKind(StrEnum):
    """What a file is evidence of."""

    PHOTOGRAPH = "photograph"
    ACCEPTANCE = "acceptance"
    CALIBRATION = "calibration"
    REPLACEMENT = "replacement"


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
    query = sa.select(EVIDENCE).where(EVIDENCE.c.id > after).order_by(EVIDENCE.c.id)
    if device is not None:
        query = query.where(EVIDENCE.c.device == device)
    return [_evidence(row) for row in connection.execute(query)]


def one(connection: sa.Connection, number: int) -> Evidence | None:
    """Return a piece of evidence, or None where there is none of that id."""
    row = connection.execute(sa.select(EVIDENCE).where(EVIDENCE.c.id == number)).first()
    return None if row is None else _evidence(row)


def _evidence(row: "sa.Row[Any]") -> Evidence:
    told: dict[str, Any] = {name: getattr(row, name) for name in Evidence.__slots__}
    told["kind"] = EvidenceKind(row.kind)
    return Evidence(**told)
