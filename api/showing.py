"""How a page is handed over: to whom, and in the language they chose or their browser asks for."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.accounts.log_in import GivenPerson
from api.reports.negotiation import best_language
from dashboards.board.pages import Shown, page
from dashboards.board.views import MissingView, Person
from dashboards.wording.wording import SOURCE, languages

COOKIE: Final = "zonewatch_language"
_LASTS_S: Final = 365 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """Who looks at a page, and in which language."""

    person: Person | None
    language: str
    chosen: bool  # just now, so the browser is to remember it
    secure: bool  # whether the page travels encrypted

    def missing(self, what: str) -> Response:
        """Return the page of something that is not there."""
        return self.page(MissingView(what=what), HTTPStatus.NOT_FOUND)

    def page(self, view: Shown, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Return a page."""
        response = HTMLResponse(page(view, person=self.person, language=self.language), status)
        if self.chosen:
            response.set_cookie(
                COOKIE,
                self.language,
                max_age=_LASTS_S,
                secure=self.secure,
                httponly=True,
                samesite="lax",
            )
        return response


def showing_of(
    request: Request, person: GivenPerson, lang: Annotated[str | None, Query()] = None
) -> Showing:
    """Return who looks; a language that there is no catalogue of is not taken."""
    known = (each for each in (lang, request.cookies.get(COOKIE)) if each in languages())
    asked = best_language(request.headers.get("Accept-Language"), languages())
    language = next(known, None) or asked or SOURCE
    return Showing(
        person=person,
        language=language,
        chosen=lang == language,
        secure=request.url.scheme == "https",
    )


GivenShowing = Annotated[Showing, Depends(showing_of)]
