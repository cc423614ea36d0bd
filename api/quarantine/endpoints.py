"""What could not be stored, and the notes on it."""

import re
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.instants import shown
from api.paging import Asked, Page, cursor_at
from api.problems import Problem, not_found, unprocessable
from api.quarantine import notes
from api.quarantine.notes import Note
from api.sources import Given, Sources
from ingest.audit import journal
from ingest.control import Control, ControlError, EntryClosedError, Outcome, UnknownEntryError
from ingest.control_socket import NobodyThereError
from ingest.quarantine import Quarantined, State, entries, entry

router = APIRouter(tags=["quarantine"])

_HIGHEST: Final = 2_147_483_647  # an INTEGER key of any database
_MAY_NOTE: Final = Depends(Require(Permission.NOTE_QUARANTINE))
_MAY_DECIDE: Final = Depends(Require(Permission.DECIDE_QUARANTINE))


Number = Annotated[int, Path(ge=1, le=_HIGHEST)]


class EntryShown(BaseModel):
    """Records, or a whole message where no numbers could be read, that were not stored."""

    id: int
    gateway: str | None
    boot: str | None
    numbers: list[tuple[int, int]]
    reason: str
    received_at: str | None
    state: State
    replayed: list[tuple[int, int]]
    closed_at: str | None
    closed_by: str | None
    why: str | None
    refusals: int


class NoteShown(BaseModel):
    """What somebody wrote about an entry."""

    id: int
    actor: str
    noted_at: str | None
    text: str


class EntryWithNotes(EntryShown):
    """An entry with what people wrote about it."""

    notes: list[NoteShown]


class NewNote(BaseModel):
    """A note to be written."""

    text: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]


class WhyDropped(BaseModel):
    """The reason for giving an entry up."""

    why: Annotated[str, Field(min_length=1, max_length=2_000, pattern=r"^[^\x00]*$")]


class OutcomeShown(BaseModel):
    """What has become of an entry, in records."""

    id: int
    state: State
    taken: int
    left: int


@router.get("/quarantine")
def quarantine(sources: Given, place: Asked) -> Page[EntryShown]:
    """Return the entries in the order they came."""
    after = _number(place.after)
    seen = [each.id for each in sources.registry().gateways()] if sources.restricted else None
    with sources.catalog.connect() as connection:
        found = entries(connection, after=after, limit=place.limit + 1, gateways=seen)
    shown_here = found[: place.limit]
    more = len(found) > len(shown_here)
    return Page(
        items=[EntryShown.model_validate(_entry(one)) for one in shown_here],
        next=cursor_at(str(shown_here[-1].id)) if more else None,
    )


@router.get("/quarantine/{number}")
def quarantined(number: Number, sources: Given) -> EntryWithNotes:
    """Return one entry with its notes."""
    with sources.catalog.connect() as connection:
        found = _found(connection, sources, number)
        written = notes.of(connection, number)
    return EntryWithNotes.model_validate(
        _entry(found) | {"notes": [_note(note) for note in written]}
    )


@router.post("/quarantine/{number}/note", status_code=HTTPStatus.CREATED)
def add_note(
    number: Number, note: NewNote, sources: Given, actor: Annotated[Actor, _MAY_NOTE]
) -> NoteShown:
    """Write a note on an entry."""
    with sources.catalog.begin() as connection:
        _found(connection, sources, number)
        now = sources.clock.now()
        written = notes.append(connection, entry=number, actor=actor, text=note.text, at=now)
        deed = actor.deed("quarantine.note", f"quarantine:{number}")
        journal.append(connection, deed, at=now)
    return _note(written)


@router.post("/quarantine/{number}/replay")
def replay(number: Number, sources: Given, actor: Annotated[Actor, _MAY_DECIDE]) -> OutcomeShown:
    """Take an entry's records in again under today's registry; one that is closed stays so."""
    _written_down(sources, actor, "quarantine.replay", number)
    return _decided(sources, lambda control: control.replay([number], actor=actor.name)[0])


@router.post("/quarantine/{number}/drop")
def drop(
    number: Number, reason: WhyDropped, sources: Given, actor: Annotated[Actor, _MAY_DECIDE]
) -> OutcomeShown:
    """Give an entry up for good; its records stay counted as quarantined."""
    _written_down(sources, actor, "quarantine.drop", number)
    return _decided(sources, lambda control: control.drop(number, actor=actor.name, why=reason.why))


def _written_down(sources: Sources, actor: Actor, deed: str, number: int) -> None:
    """Enter a decision in the journal before it is carried out, by whoever takes messages in."""
    with sources.catalog.begin() as connection:
        _found(connection, sources, number)
        journal.append(connection, actor.deed(deed, f"quarantine:{number}"), at=sources.clock.now())


def _decided(sources: Sources, act: Callable[[Control], Outcome]) -> OutcomeShown:
    if sources.control is None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "nobody here carries decisions out")
    try:
        return OutcomeShown.model_validate(asdict(act(sources.control)))
    except UnknownEntryError as error:
        raise not_found("quarantined entry", error.number) from error
    except EntryClosedError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from error
    except (ControlError, NobodyThereError) as error:
        detail = str(error) or "no process takes in messages here"
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail) from error


def _found(connection: sa.Connection, sources: Sources, number: int) -> Quarantined:
    found = entry(connection, number)
    if found is None or not sources.sees(found.gateway):
        raise not_found("quarantined entry", number)
    return found


def _number(after: str | None) -> int:
    if after is None:
        return 0
    if re.fullmatch(r"[0-9]{1,10}", after) is None or int(after) > _HIGHEST:
        raise unprocessable("cursor: expected the `next` of a page")
    return int(after)


def _entry(one: Quarantined) -> dict[str, object]:
    return {
        "id": one.id,
        "gateway": one.gateway,
        "boot": one.boot,
        "numbers": one.numbers.to_lists(),
        "reason": one.reason,
        "received_at": shown(one.received_at),
        "state": one.state,
        "replayed": one.replayed.to_lists(),
        "closed_at": shown(one.closed_at),
        "closed_by": one.closed_by,
        "why": one.why,
        "refusals": one.refusals,
    }


def _note(note: Note) -> NoteShown:
    return NoteShown(id=note.id, actor=note.actor, noted_at=shown(note.noted_at), text=note.text)
