"""Files of readings over HTTP: bringing one in, and who brought in what."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.accounts.actor import Actor, Permission
from api.accounts.forms import Posted, Upload, Uploads
from api.accounts.guard import Require
from api.imports.sheets import NobodyTakesInError, enter, known_mappings
from api.instants import shown
from api.paging import Asked, Page, cursor_at
from api.problems import Problem, unprocessable
from api.sources import Given, Sources
from ingest.entries import Entry, entries
from ingest.sheets.table import SheetError

router = APIRouter(tags=["imports"])

MayImport = Annotated[Actor, Depends(Require(Permission.IMPORT_FILES))]
_FORM: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "mapping"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "mapping": {"type": "string"},
                        "dry_run": {"type": "string", "enum": ["", "true"]},
                    },
                }
            }
        },
    }
}


class ImportShown(BaseModel):
    """What became of a file, in rows, or would become of it."""

    file: str
    sha256: str
    dry_run: bool
    rows: int
    devices: int
    fresh: int
    repeated: int
    replaced: int
    empty: int
    doubled: int


class EntryShown(BaseModel):
    """Rows of one device that were brought in at once, and by whom."""

    id: int
    entered_at: str | None
    entered_by: str
    file: str
    sha256: str
    mapping: str
    device: str
    first_at: str | None
    last_at: str | None
    records: int


@router.post("/imports", openapi_extra=_FORM)
def bring_in(fields: Posted, uploads: Uploads, sources: Given, actor: MayImport) -> ImportShown:
    """Take a file in, whole or not at all; a dry run says what would happen."""
    upload = given(uploads)
    dry_run = fields.get("dry_run") == "true"
    known = known_mappings(sources)
    mapping = known.get(fields.get("mapping", ""))
    if mapping is None:
        raise unprocessable(f"mapping: expected one of {', '.join(sorted(known))}")
    try:
        read, entering = enter(sources, actor, upload, mapping, dry_run=dry_run)
    except SheetError as error:
        raise unprocessable(str(error)) from error
    except NobodyTakesInError as error:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
    origin = read.sheet.origin
    return ImportShown(
        file=origin.file,
        sha256=origin.sha256,
        dry_run=dry_run,
        empty=read.empty,
        doubled=read.doubled,
        **asdict(entering),
    )


@router.get("/imports")
def imports(
    sources: Given, place: Asked, device: Annotated[str | None, Query(max_length=63)] = None
) -> Page[EntryShown]:
    """Return who brought in what, in the order it came; of one device, or of all that are seen."""
    with sources.catalog.connect() as connection:
        found = entries(connection, after=_number(place.after), limit=100_000, device=device)
    seen = [one for one in found if _is_seen(sources, one)]
    shown_here = seen[: place.limit]
    more = len(seen) > len(shown_here)
    return Page(
        items=[_entry(one) for one in shown_here],
        next=cursor_at(str(shown_here[-1].id)) if more else None,
    )


def given(uploads: Uploads) -> Upload:
    """Return the file that a form carries, or raise a problem."""
    if "file" not in uploads:
        raise unprocessable("file: expected a file, in a form of the kind multipart/form-data")
    return uploads["file"]


def _is_seen(sources: Sources, one: Entry) -> bool:
    return not sources.restricted or sources.registry().device(one.device) is not None


def _number(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isascii() or not after.isdecimal() or len(after) > 18:  # noqa: PLR2004 - an int64
        raise unprocessable("cursor: expected the `next` of a page")
    return int(after)


def _entry(one: Entry) -> EntryShown:
    return EntryShown(
        id=one.id,
        entered_at=shown(one.entered_at),
        device=one.device,
        first_at=shown(one.first_at),
        last_at=shown(one.last_at),
        records=one.records,
        **asdict(one.origin),
    )
