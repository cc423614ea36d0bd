"""The journal of deeds; whoever does not see all of the programme sees their own alone."""

import re
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.instants import shown
from api.paging import Asked, Page, cursor_at
from api.problems import unprocessable
from api.sources import Given
from ingest.audit.journal import Entry, entries

router = APIRouter(tags=["audit"])

Auditor = Annotated[Actor, Depends(Require(Permission.READ_AUDIT))]
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


class EntryShown(BaseModel):
    """Who did what to which object, from where, and how it ended; a hash chains it."""

    number: int
    at: str | None
    actor: str
    action: str
    object: str
    address: str
    outcome: str
    hash: str


@router.get("/audit")
def audit(sources: Given, place: Asked, actor: Auditor) -> Page[EntryShown]:
    """Return the entries in the order they were written."""
    if place.after is not None and _NUMBER.fullmatch(place.after) is None:
        raise unprocessable("cursor: expected the `next` of a page")
    only = actor.name if actor.restricted else None
    with sources.catalog.connect() as connection:
        found = entries(connection, after=int(place.after or 0), limit=place.limit + 1, actor=only)
    here = found[: place.limit]
    more = len(found) > len(here)
    return Page(
        items=[_shown(entry) for entry in here],
        next=cursor_at(str(here[-1].number)) if more else None,
    )


def _shown(entry: Entry) -> EntryShown:
    deed = entry.deed
    return EntryShown(
        number=entry.number,
        at=shown(entry.at),
        actor=deed.actor,
        action=deed.action,
        object=deed.object,
        address=deed.address,
        outcome=deed.outcome,
        hash=entry.hash,
    )
