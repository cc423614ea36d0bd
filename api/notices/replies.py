"""Replies by SMS and Telegram: one digit takes the alarm that it stands for.

Whoever brings a reply shows the secret that is set for it. Who answered is known by the number or
the chat that is set for them.
"""

from http import HTTPStatus
from math import ceil
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from api.abuse.rates import network_of
from api.accounts.caller import address_of
from api.accounts.forms import Fields, Posted
from api.accounts.guard import Guard
from api.accounts.secrets import fits
from api.notices.desk import Desk, alarm_of, person_at
from api.notices.page import GivenDesk
from api.problems import Problem, too_many, unprocessable
from api.sources import Sources, Whole

router = APIRouter(prefix="/notices/replies", tags=["alarms"])

_HEADERS: Final = ("X-Zonewatch-Secret", "X-Telegram-Bot-Api-Secret-Token")
_FROM: Final = ("from", "From", "sender", "msisdn")  # what gateways call them
_TEXT: Final = ("text", "Body", "message", "body")


class BySecret(Guard):
    """A dependency that lets through whoever shows the shared secret."""

    def __call__(self, request: Request, desk: GivenDesk) -> None:
        """Refuse whoever does not; and soon whoever tries often."""
        if desk.secret is None:
            raise _refused()
        address = network_of(address_of(request))
        if (wait := desk.wrong.enter(address)) is not None:
            raise too_many(ceil(wait.total_seconds()))
        shown = next((request.headers[name] for name in _HEADERS if name in request.headers), "")
        if not fits(shown, desk.secret):
            raise _refused()
        desk.wrong.undo(address)


class Answered(BaseModel):
    """What became of a reply."""

    alarm: int | None  # None: it is nobody's, or no digit that stands for one
    acknowledged: bool


async def body_of(request: Request) -> object:
    """Return a JSON body, None where it is something else."""
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return None


GivenBody = Annotated[object, Depends(body_of)]


@router.post("/sms", dependencies=[Depends(BySecret())])
def sms(
    request: Request, body: GivenBody, form: Posted, sources: Whole, desk: GivenDesk
) -> Answered:
    """Take a reply by SMS, from JSON or a form with `from` and `text`."""
    fields = {**_texts(body), **form}
    sender, text = _first(fields, _FROM), _first(fields, _TEXT)
    if sender is None or text is None:
        raise unprocessable("from, text: expected both")
    return _answered(sources, desk, sender, text, address_of(request))


@router.post("/telegram", dependencies=[Depends(BySecret())])
def telegram(request: Request, body: GivenBody, sources: Whole, desk: GivenDesk) -> Answered:
    """Take an update of Telegram's; what is not a message with a text is none of ours."""
    told = _mapping(_mapping(body).get("message"))
    chat, text = _mapping(told.get("chat")).get("id"), told.get("text")
    if chat is None or not isinstance(text, str):
        return Answered(alarm=None, acknowledged=False)
    return _answered(sources, desk, str(chat), text, address_of(request))


def _refused() -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "a reply comes with the secret that is set for it")


def _answered(sources: Sources, desk: Desk, sender: str, text: str, address: str) -> Answered:
    person = person_at(sources.registry(), desk.targets, sender)
    if person is None:
        return Answered(alarm=None, acknowledged=False)
    with sources.catalog.begin() as connection:
        alarm = alarm_of(connection, person, text)
        if alarm is None:
            return Answered(alarm=None, acknowledged=False)
        taken = desk.take(connection, alarm, person.id, address=address, clock=sources.clock)
    return Answered(
        alarm=alarm, acknowledged=taken is not None and taken.acknowledged_at is not None
    )


def _mapping(value: object) -> dict[str, object]:
    return {str(key): each for key, each in value.items()} if isinstance(value, dict) else {}


def _texts(body: object) -> Fields:
    return {key: str(value) for key, value in _mapping(body).items()}


def _first(fields: Fields, names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if fields.get(name)), None)
