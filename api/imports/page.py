"""The board's form for files of readings."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from api.accounts.actor import Actor, Permission
from api.accounts.forms import Posted, Uploads
from api.accounts.guard import Require
from api.accounts.log_in import GivenPerson
from api.imports.endpoints import given
from api.imports.sheets import NobodyTakesInError, enter, known_mappings
from api.problems import unprocessable
from api.sources import Given
from dashboards.board.pages import page
from dashboards.board.views import ImportView
from ingest.sheets.table import SheetError

router = APIRouter(prefix="/board", include_in_schema=False)

MayImport = Annotated[Actor, Depends(Require(Permission.IMPORT_FILES))]


@router.get("/imports")
def show(sources: Given, person: GivenPerson, _: MayImport) -> HTMLResponse:
    """Return the form."""
    return HTMLResponse(page(ImportView(mappings=tuple(known_mappings(sources))), person=person))


@router.post("/imports")
def bring_in(
    fields: Posted, uploads: Uploads, sources: Given, person: GivenPerson, actor: MayImport
) -> HTMLResponse:
    """Take a file in or try it, and return the form with what came of it."""
    known = known_mappings(sources)
    chosen = fields.get("mapping", "")
    if chosen not in known:
        raise unprocessable(f"mapping: expected one of {', '.join(sorted(known))}")
    upload, dry_run = given(uploads), fields.get("dry_run") == "true"
    view = ImportView(mappings=tuple(known), mapping=chosen, file=upload.name, dry_run=dry_run)
    status = HTTPStatus.OK
    try:
        _, outcome = enter(sources, actor, upload, known[chosen], dry_run=dry_run)
        view = replace(view, outcome=outcome)
    except (SheetError, NobodyTakesInError) as error:
        view = replace(view, refusal=str(error))
        refused = isinstance(error, SheetError)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.SERVICE_UNAVAILABLE
    return HTMLResponse(page(view, person=person), status)
