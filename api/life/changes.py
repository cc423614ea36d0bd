"""Changes of counters over HTTP: entered with a replacement, taken back where one was mistyped."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends

from analytics.counter_changes import CounterChange
from analytics.service.decisions import Decision
from analytics.service.touching import touched_by_change
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.decisions.book import Book
from api.decisions.forms import Number, Signed, signed
from api.instants import shown
from api.paging import Asked, Page
from api.sources import Given
from ingest.registry.registry import Registry

router = APIRouter(tags=["devices"])

MayEnter = Annotated[Actor, Depends(Require(Permission.ENTER_FIELDWORK))]


class ChangeShown(Signed):
    """A counter's change as it stands, in the unit of the metric."""

    device: str
    metric: str
    at: str | None
    old_end: float
    new_start: float
    text: str


@router.get("/counter-changes")
def changes(sources: Given, place: Asked) -> Page[ChangeShown]:
    """Return the changes of counters in the order they were entered, withdrawn ones too."""
    return _BOOK.listed(sources, place, _shown)


@router.post("/counter-changes/{number}/withdraw")
def withdraw(number: Number, sources: Given, actor: MayEnter) -> ChangeShown:
    """Take a change back: hours are computed again as if there had been none."""
    return _shown(_BOOK.withdraw(sources, actor, number))


def _is_seen(registry: Registry, what: CounterChange) -> bool:
    return registry.device(what.device) is not None


_BOOK: Final = Book(kind=CounterChange, seen=_is_seen, touched=touched_by_change)


def _shown(decision: Decision[CounterChange]) -> ChangeShown:
    what = decision.what
    return ChangeShown.model_validate(
        signed(decision)
        | {
            "device": what.device,
            "metric": what.metric,
            "at": shown(what.at),
            "old_end": what.old_end,
            "new_start": what.new_start,
            "text": what.text,
        }
    )
