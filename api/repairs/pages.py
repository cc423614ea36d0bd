"""The board's repair list: for a telephone at the pole, for a printer, and as CSV."""

from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from api.accounts.actor import Actor, Permission
from api.accounts.forms import Posted
from api.alarms.endpoints import Reader
from api.problems import unprocessable
from api.repairs import handling
from api.repairs.endpoints import Mender, Number
from api.repairs.worth import ways
from api.results import GivenResults
from api.showing import GivenShowing
from api.sources import Given
from dashboards.board.repairs import Looked, repairs_csv, repairs_view
from dashboards.wording.wording import Wording
from ingest.contract.period import micros

router = APIRouter(prefix="/board", include_in_schema=False)

_LONGEST_TEXT: Final = 300


class Deed(StrEnum):
    """What the form of a job does."""

    TAKE = "take"
    CLOSE = "close"


def looked_at(
    zone: str = "",
    number: Annotated[str, Query(max_length=60)] = "",
    start: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Looked:
    """Return what of the list is asked for."""
    return Looked(zone=zone or None, number=number.strip(), start=start)


GivenLook = Annotated[Looked, Depends(looked_at)]


@router.get("/repairs")
def listed(
    sources: Given,
    results: GivenResults,
    actor: Reader,
    showing: GivenShowing,
    looked: GivenLook,
) -> Response:
    """Return the page."""
    view = repairs_view(
        ways(sources, actor, results),
        sources.registry(),
        looked,
        may_mend=actor.may(Permission.HANDLE_REPAIR),
        now=micros(sources.clock.now()),
    )
    return showing.page(view)


@router.get("/repairs.csv")
def as_csv(
    sources: Given, results: GivenResults, actor: Reader, showing: GivenShowing, looked: GivenLook
) -> Response:
    """Return the list as CSV."""
    text = repairs_csv(
        ways(sources, actor, results),
        sources.registry(),
        looked,
        Wording(showing.language),
        micros(sources.clock.now()),
    )
    named = {"Content-Disposition": 'attachment; filename="repairs.csv"'}
    # With a byte order mark spreadsheets read the signs of every language.
    return Response("\ufeff" + text, media_type="text/csv; charset=utf-8", headers=named)


@router.post("/repairs/{number}")
def handle(number: Number, fields: Posted, sources: Given, actor: Mender) -> Response:
    """Do what the form says, and lead back to the list."""
    with sources.catalog.connect() as connection:
        handling.the_ticket(connection, actor, sources, number)
    match fields.get("deed"):
        case Deed.TAKE:
            handling.assign(sources, actor, number, actor.name)
        case Deed.CLOSE:
            _close(number, sources, actor, _text(fields.get("cause")), _text(fields.get("parts")))
        case _:
            raise unprocessable(f"deed: expected one of {', '.join(Deed)}")
    return RedirectResponse("/board/repairs", HTTPStatus.SEE_OTHER)


def _close(number: int, sources: Given, actor: Actor, cause: str, parts: str) -> None:
    if not cause:
        raise unprocessable("cause: expected what was found")
    handling.close(sources, actor, number, cause=cause, parts=parts)


def _text(given: str | None) -> str:
    return (given or "").strip().replace("\x00", "")[:_LONGEST_TEXT]
