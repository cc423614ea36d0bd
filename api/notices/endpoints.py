"""What was told to whom, when, on which channel, and what became of it."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from api.accounts.actor import Permission
from api.accounts.guard import Require
from api.instants import shown
from api.notices import deliveries
from api.notices.deliveries import Delivery
from api.paging import Asked, Page, cursor_at
from api.problems import unprocessable
from api.sources import Given

router = APIRouter(tags=["alarms"])

_HIGHEST: Final = 2_147_483_647


class DeliveryShown(BaseModel):
    """One notice on its way to one person."""

    id: int
    notice: int
    alarm: int
    kind: str
    zone: str
    person: str
    text: str  # the short form
    state: str
    held: str | None
    channel: str | None
    trouble: str | None
    made_at: str | None
    due_at: str | None
    sent_at: str | None


# What is told may be of air that is not released.
@router.get("/deliveries", dependencies=[Depends(Require(Permission.READ_UNRELEASED))])
def list_deliveries(
    sources: Given,
    place: Asked,
    alarm: Annotated[int | None, Query(ge=1, le=_HIGHEST)] = None,
) -> Page[DeliveryShown]:
    """Return deliveries of zones that are seen, the first first."""
    if place.after is not None and not place.after.isdecimal():
        raise unprocessable("cursor: expected the `next` of a page")
    zones = None if not sources.restricted else [one.id for one in sources.registry().zones()]
    with sources.catalog.connect() as connection:
        found = deliveries.page(
            connection,
            after=int(place.after or 0),
            limit=place.limit + 1,
            alarm=alarm,
            zones=zones,
        )
    items = [_shown(each) for each in found[: place.limit]]
    more = len(found) > place.limit
    return Page(items=items, next=cursor_at(str(items[-1].id)) if more else None)


def _shown(each: Delivery) -> DeliveryShown:
    return DeliveryShown(
        id=each.id,
        notice=each.notice,
        alarm=each.alarm,
        kind=each.kind,
        zone=each.zone,
        person=each.person,
        text=each.short,
        state=each.state,
        held=each.held,
        channel=each.channel,
        trouble=each.trouble,
        made_at=shown(each.made_at),
        due_at=shown(each.due_at),
        sent_at=shown(each.sent_at),
    )
