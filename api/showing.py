"""How a page is handed over: to whom, and in the language of the visit."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Response
from fastapi.responses import HTMLResponse

from api.accounts.log_in import GivenPerson
from dashboards.board.pages import Shown, page
from dashboards.board.views import MissingView, Person
from dashboards.board.visit import CURRENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Who looks at a page, and in which language."""

    person: Person | None
    language: str

    def missing(self, what: str) -> Response:
        """Return the page of something that is not there."""
        return self.page(MissingView(what=what), HTTPStatus.NOT_FOUND)

    def page(self, view: Shown, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Return a page."""
        return HTMLResponse(page(view, person=self.person, language=self.language), status)


def showing_of(person: GivenPerson) -> Showing:
    """Return who looks, and the language they chose or their browser asks for."""
    return Showing(person=person, language=CURRENT.get().language)


GivenShowing = Annotated[Showing, Depends(showing_of)]
