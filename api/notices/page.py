"""The page behind a notice's link: it shows the alarm, and its button takes it.

Previews and scanners of mail fetch every link, so a GET changes nothing.
"""

from http import HTTPStatus
from math import ceil
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from analytics.alarms.alarm import Alarm
from analytics.alarms.notice import Notice, NoticeId, NoticeKind
from api.abuse.rates import network_of
from api.accounts.caller import address_of
from api.accounts.guard import Guard
from api.notices.desk import Desk
from api.notices.links import PATH, Ticket
from api.notices.told import Told, told_of
from api.notices.wording import facts, heading, local, title
from api.problems import too_many
from api.sources import Sources, Whole
from dashboards.board.pages import page
from dashboards.board.told import Answer, ToldFact, ToldView
from dashboards.wording.wording import Wording, languages
from ingest.contract.period import micros
from ingest.registry.model import Person

router = APIRouter(prefix=PATH.rstrip("/"), include_in_schema=False)


def desk_of(request: Request) -> Desk:
    """Return the desk of the app that was asked."""
    return cast("Desk", request.app.state.desk)


GivenDesk = Annotated[Desk, Depends(desk_of)]


class ByLink(Guard):
    """A dependency that lets through whoever has a link of ours, and returns what it is for."""

    def __call__(
        self, token: str, request: Request, sources: Whole, desk: GivenDesk
    ) -> Ticket | None:
        """Return the link's ticket; None where it is not ours, which may not be tried often."""
        if desk.links is None:
            return None
        address = network_of(address_of(request))
        if (wait := desk.wrong.enter(address)) is not None:
            raise too_many(ceil(wait.total_seconds()))
        ticket = desk.ticket(token, micros(sources.clock.now()))
        if ticket is not None:
            desk.wrong.undo(address)
        return ticket


GivenTicket = Annotated[Ticket | None, Depends(ByLink())]


@router.get("/{token}")
def show(token: str, ticket: GivenTicket, sources: Whole, desk: GivenDesk) -> HTMLResponse:
    """Return the page."""
    person = None if ticket is None else sources.registry().person(ticket.person)
    if ticket is None or person is None:
        return _gone()
    with sources.catalog.connect() as connection:
        alarm = desk.source.alarm(connection, ticket.alarm)
    told = None if alarm is None else _told(alarm, sources)
    if told is None:
        return _gone()
    view = _view(told, person, sources, f"{PATH}{token}")
    return HTMLResponse(page(view, language=person.language))


@router.post("/{token}")
def take(
    token: str, request: Request, ticket: GivenTicket, sources: Whole, desk: GivenDesk
) -> Response:
    """Acknowledge the alarm, and show the page again."""
    if ticket is None or sources.registry().person(ticket.person) is None:
        return _gone()
    with sources.catalog.begin() as connection:
        desk.take(
            connection,
            ticket.alarm,
            ticket.person,
            address=address_of(request),
            clock=sources.clock,
        )
    return RedirectResponse(f"{PATH}{token}", HTTPStatus.SEE_OTHER)


def _told(alarm: Alarm, sources: Sources) -> Told | None:
    now = micros(sources.clock.now())
    kind = NoticeKind.RAISED if alarm.cleared_at is None else NoticeKind.CLEARED
    notice = Notice(id=NoticeId(0), kind=kind, step=0, due_at=now, alarm=alarm)
    return told_of(notice, sources.registry())


def _view(told: Told, person: Person, sources: Sources, action: str) -> ToldView:
    words, alarm = Wording(person.language), told.alarm
    answer, at = Answer.OPEN, None
    if alarm.cleared_at is not None:
        answer, at = Answer.OVER, alarm.cleared_at
    elif alarm.acknowledged_at is not None:
        answer, at = Answer.TAKEN, alarm.acknowledged_at
    taker = sources.registry().person(alarm.acknowledged_by or "")
    return ToldView(
        answer=answer,
        title=title(told, words),
        heading=heading(told, words),
        person=person.title,
        facts=tuple(
            ToldFact(label=words(f"notices.long.{key}"), value=value, is_link=key == "map")
            for key, value in facts(told, words)
        ),
        action=action,
        of_the_air=told.of_the_air,
        who=alarm.acknowledged_by or "" if taker is None else taker.title,
        at="" if at is None else local(at, told.zone.timezone),
    )


def _gone() -> HTMLResponse:
    view = ToldView(
        answer=Answer.GONE,
        title="",
        heading="",
        person="",
        facts=(),
        action="",
        of_the_air=False,
        apologies=tuple(Wording(each)("notices.page.gone") for each in languages()),
    )
    return HTMLResponse(page(view), HTTPStatus.NOT_FOUND)
