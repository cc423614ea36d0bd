"""Where the board's pages are made: all of the sources, and who looks in which language."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends
from fastapi.responses import HTMLResponse

from api.accounts.log_in import GivenPerson
from api.sources import Sources, Whole
from dashboards.board.pages import Shown as Page
from dashboards.board.pages import page
from dashboards.board.views import Person
from dashboards.board.visit import CURRENT


@dataclass(frozen=True, slots=True)
class Desk:
    """All of the sources, whoever looks, and the language that is asked for."""

    sources: Sources
    person: Person | None
    language: str

    def shown(self, view: Page, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
        """Return a page."""
        return HTMLResponse(page(view, person=self.person, language=self.language), status)


def _desk(sources: Whole, person: GivenPerson) -> Desk:
    return Desk(sources, person, CURRENT.get().language)


AtDesk = Annotated[Desk, Depends(_desk)]
