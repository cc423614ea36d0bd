"""Evidence over HTTP: putting a file in, listing what there is, and getting it back."""

from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from api.accounts.actor import Actor, Permission
from api.accounts.forms import Posted, Upload, Uploads
from api.accounts.guard import Require
from api.evidence import shelf
from api.evidence.shelf import About, CitedError, Evidence, EvidenceKind, NotEvidenceError
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.problems import Problem, not_found, unprocessable
from api.sources import Given, Sources
from ingest.audit import journal

router = APIRouter(tags=["evidence"])

MayEnter = Annotated[Actor, Depends(Require(Permission.ENTER_FIELDWORK))]
MayErase = Annotated[Actor, Depends(Require(Permission.ERASE_EVIDENCE))]
_NAMES: Final = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
Number = Annotated[int, Path(ge=1, le=2_147_483_647)]


class EvidenceShown(BaseModel):
    """A file, and what it is of."""

    id: int
    kind: EvidenceKind
    device: str
    dated: date
    name: str
    sha256: str
    media_type: str
    size: int
    entered_by: str
    entered_at: str | None
    erased_by: str | None
    erased_at: str | None


class Erasing(BaseModel):
    """Why a photograph is erased."""

    why: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]


@router.post("/evidence", status_code=HTTPStatus.CREATED)
def put_in(fields: Posted, uploads: Uploads, sources: Given, actor: MayEnter) -> EvidenceShown:
    """Keep a file; the form has `file`, `kind`, `device` and `dated`, the day it speaks of."""
    if "file" not in uploads:
        raise unprocessable("file: expected a file, in a form of the kind multipart/form-data")
    kind = fields.get("kind", "")
    if kind not in list(EvidenceKind):
        raise unprocessable(f"kind: expected one of {', '.join(EvidenceKind)}")
    about = About(
        kind=EvidenceKind(kind),
        device=fields.get("device", ""),
        dated=day_given(fields.get("dated", ""), "dated"),
    )
    return _shown(kept(sources, actor, uploads["file"], about))


@router.get("/evidence")
def evidence(
    sources: Given, place: Asked, device: Annotated[str | None, Query(max_length=63)] = None
) -> Page[EvidenceShown]:
    """Return what there is, in the order it came; of one device, or of all that are seen."""
    with sources.catalog.connect() as connection:
        found = shelf.of(connection, device=device)
    seen = [each for each in found if _is_seen(sources, each)]
    return page_of(seen, place, key=lambda each: f"{each.id:010d}", show=_shown)


@router.get("/evidence/{number}")
def of_number(number: Number, sources: Given) -> EvidenceShown:
    """Return what a file is of."""
    return _shown(_found(sources, number))


@router.get("/evidence/{number}/file", response_class=FileResponse)
def file(number: Number, sources: Given) -> FileResponse:
    """Return the file itself, never shown as a page of ours."""
    found = _found(sources, number)
    if found.erased_at is not None:
        raise Problem(HTTPStatus.GONE, f"the file of evidence {number} was erased")
    home = sources.home
    path = None if home is None else shelf.place_of(shelf.shelf_of(home), found.sha256)
    if path is None or not path.is_file():
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"the file of evidence {number} is not here")
    name = f"evidence-{number}.{_NAMES[found.media_type]}"
    return FileResponse(path, media_type=found.media_type, filename=name)


@router.post("/evidence/{number}/erase")
def erase(number: Number, asked: Erasing, sources: Given, actor: MayErase) -> EvidenceShown:
    """Erase a photograph that nothing rests on; what it was of, and its hash, stay."""
    found, home, at = _found(sources, number), sources.home, sources.clock.now()
    if found.erased_at is not None:
        raise Problem(HTTPStatus.CONFLICT, f"evidence {number} is erased already")
    if home is None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "nobody here keeps files")
    try:
        with sources.catalog.begin() as connection:
            deed = actor.deed("evidence.erase", f"evidence:{number}")
            journal.append(connection, deed, at=at)  # it takes the lock that writers wait for
            erased = shelf.erase(connection, found, why=asked.why, actor=actor.name, at=at)
            wanted = shelf.is_wanted(connection, found.sha256)
    except CitedError as error:
        raise Problem(HTTPStatus.CONFLICT, f"evidence {number}: {error}") from error
    if not wanted:
        shelf.take_away(shelf.shelf_of(home), found.sha256)
    return _shown(erased)


def kept(sources: Sources, actor: Actor, upload: Upload, about: About) -> Evidence:
    """Keep a file as evidence of a device that is seen, or raise a problem."""
    if sources.registry().device(about.device) is None:
        told = f"device: expected one that the registry knows, not {about.device!r}"
        raise unprocessable(told)
    if sources.home is None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "nobody here keeps files")
    try:
        shelf.media_type_of(upload)
    except NotEvidenceError as error:
        raise unprocessable(str(error)) from error
    digest = shelf.put(shelf.shelf_of(sources.home), upload.content)
    now = sources.clock.now()
    with sources.catalog.begin() as connection:
        journal.append(connection, actor.deed("evidence.add", f"device:{about.device}"), at=now)
        return shelf.add(
            connection, upload, about=about, digest=digest, entered_by=actor.name, at=now
        )


def day_given(text: str, name: str) -> date:
    """Return a day that a form carries, or raise a problem."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise unprocessable(f"{name}: expected a day like 2026-10-31") from None


def require_known(sources: Sources, number: int | None) -> None:
    """Make sure that evidence that is referred to is there, or raise a problem."""
    if number is not None:
        _found(sources, number)


def _found(sources: Sources, number: int) -> Evidence:
    with sources.catalog.connect() as connection:
        found = shelf.one(connection, number)
    if found is None or not _is_seen(sources, found):
        raise not_found("evidence", number)
    return found


def _is_seen(sources: Sources, each: Evidence) -> bool:
    return not sources.restricted or sources.registry().device(each.device) is not None


def _shown(each: Evidence) -> EvidenceShown:
    instants = {"entered_at": shown(each.entered_at), "erased_at": shown(each.erased_at)}
    told: dict[str, Any] = asdict(each) | instants
    return EvidenceShown(**told)
