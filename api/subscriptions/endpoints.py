"""Subscriptions: what goes out to whom by itself."""

from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.closing.seeing import sees
from api.instants import shown
from api.paging import Asked, Page, page_of
from api.problems import not_found, unprocessable
from api.reports.compute import UnknownScopeError, parse_scope, zones_in
from api.sources import Sources, Whole
from api.subscriptions import kept
from api.subscriptions.subscription import Means, Occasion, Subscription
from dashboards.report.formats import Format
from dashboards.wording.wording import SOURCE, languages
from ingest.audit import journal
from ingest.contract.period import micros

router = APIRouter(tags=["subscriptions"])

Subscriber = Annotated[Actor, Depends(Require(Permission.SUBSCRIBE))]
_HIGHEST: Final = 2_147_483_647  # an INTEGER key of any database
_WIDTH: Final = 10
_ATTACHED: Final = (Format.PDF, Format.XLSX, Format.CSV, Format.JSON)


class NewSubscription(BaseModel):
    """A subscription to be entered."""

    model_config = ConfigDict(extra="forbid")

    means: Means
    target: Annotated[str, Field(min_length=3, max_length=500, pattern=r"^[\x21-\x7e]+$")]
    scope: Annotated[str, Field(max_length=80)]
    occasions: Annotated[set[Occasion], Field(min_length=1)] = set(Occasion)
    language: Annotated[str, Field(max_length=10)] = SOURCE
    formats: Annotated[list[Format], Field(min_length=1, max_length=4)] = [Format.PDF]


class SubscriptionShown(BaseModel):
    """A subscription as it stands."""

    id: int
    account: str
    means: Means
    target: str
    scope: str
    occasions: list[Occasion]
    language: str
    formats: list[Format]
    made_at: str | None
    ended_at: str | None


@router.get("/subscriptions")
def subscriptions(sources: Whole, place: Asked, actor: Subscriber) -> Page[SubscriptionShown]:
    """Return one's own subscriptions, ended ones too."""
    with sources.catalog.connect() as connection:
        own = [each for each in kept.every(connection) if each.account == actor.name]
    return page_of(own, place, key=lambda each: f"{each.id:0{_WIDTH}}", show=_shown)


@router.post("/subscriptions", status_code=HTTPStatus.CREATED)
def subscribe(new: NewSubscription, sources: Whole, actor: Subscriber) -> SubscriptionShown:
    """Subscribe to a whole scope that is seen."""
    _refuse_unfit(new, sources, actor)
    at = sources.clock.now()
    wanted = Subscription(
        id=0,
        account=actor.name,
        means=new.means,
        target=new.target,
        scope=new.scope,
        occasions=frozenset(new.occasions),
        language=new.language,
        formats=tuple(dict.fromkeys(new.formats)),
        made_at=micros(at),
    )
    with sources.catalog.begin() as connection:
        entered = kept.enter(connection, wanted)
        deed = actor.deed("subscription.enter", f"subscription:{entered.id}")
        journal.append(connection, deed, at=at)
    return _shown(entered)


@router.post("/subscriptions/{number}/end")
def end(
    number: Annotated[int, Path(ge=1, le=_HIGHEST)], sources: Whole, actor: Subscriber
) -> SubscriptionShown:
    """End one of one's own subscriptions."""
    at = sources.clock.now()
    with sources.catalog.begin() as connection:
        own = {each.id for each in kept.every(connection) if each.account == actor.name}
        if number not in own:
            raise not_found("subscription", number)
        ended = kept.end(connection, number, at=at)
        journal.append(connection, actor.deed("subscription.end", f"subscription:{number}"), at=at)
    return _shown(ended)


def _refuse_unfit(new: NewSubscription, sources: Sources, actor: Actor) -> None:
    try:
        scope = parse_scope(new.scope)
        zones_in(sources.registry(), scope)
    except UnknownScopeError as error:
        raise not_found("scope", repr(new.scope)) from error
    if not sees(actor, sources.registry(), scope):
        raise not_found("scope", repr(new.scope))
    if new.language not in languages():
        raise unprocessable(f"language: expected one of {', '.join(languages())}")
    if not set(new.formats) <= set(_ATTACHED):
        raise unprocessable(f"formats: expected some of {', '.join(_ATTACHED)}")
    if new.means is Means.MAIL and not _is_address(new.target):
        raise unprocessable("target: expected an address, as in office@example.org")
    if new.means is Means.WEBHOOK and not _is_url(new.target):
        raise unprocessable("target: expected a URL of http or https")


def _is_address(text: str) -> bool:
    name, _, host = text.rpartition("@")
    return bool(name and host) and not any(sign in text for sign in '",;<>') and "@" not in name


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _shown(one: Subscription) -> SubscriptionShown:
    return SubscriptionShown(
        id=one.id,
        account=one.account,
        means=one.means,
        target=one.target,
        scope=one.scope,
        occasions=sorted(one.occasions),
        language=one.language,
        formats=list(one.formats),
        made_at=shown(one.made_at),
        ended_at=shown(one.ended_at),
    )
