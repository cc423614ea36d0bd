"""A subscription, and what has to go out because of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from analytics.closing.states import State
from api.closing.revisions import Revision
from dashboards.report.formats import Format
from ingest.contract.period import instant, micros

_OVER_AFTER: Final = timedelta(days=3)
"""A month is over, and no longer provisional, in every zone there is."""


class Means(StrEnum):
    """How something goes out."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class Occasion(StrEnum):
    """Why something goes out."""

    MONTHLY = "monthly"  # a month is over, whether or not somebody closes it
    APPROVED = "approved"
    REVISED = "revised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What an account wants to be sent; times in microseconds, UTC."""

    id: int
    account: str  # who subscribed: nothing goes out that this account does not see
    means: Means
    target: str  # an address, or a URL
    scope: str
    occasions: frozenset[Occasion]
    language: str
    formats: tuple[Format, ...]  # of what is attached to a mail
    made_at: int
    ended_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One thing that a subscription has to be told of."""

    occasion: Occasion
    period: str
    revision: int | None  # None: as it is when it goes out
    at: int  # microseconds, UTC

    @property
    def key(self) -> str:
        """What names it among all that a subscription is ever told of."""
        return f"{self.occasion}:{self.period}:{self.revision or 0}"


def occurrences(
    subscription: Subscription, revisions: Iterable[Revision], *, now: datetime
) -> Sequence[Occurrence]:
    """Return what a subscription is to be told of until now, the first first.

    Args:
        subscription: Whose; what happened before it was made is not told.
        revisions: Of any scope.
        now: Until when.
    """
    every = [*_steps(subscription, revisions), *_months(subscription, now)]
    wanted = [
        one
        for one in every
        if one.occasion in subscription.occasions
        and subscription.made_at <= one.at <= (subscription.ended_at or micros(now))
    ]
    return sorted(wanted, key=lambda one: (one.at, one.key))


def _steps(subscription: Subscription, revisions: Iterable[Revision]) -> Iterator[Occurrence]:
    told = {State.APPROVED: Occasion.APPROVED, State.REVISED: Occasion.REVISED}
    for revision in revisions:
        if revision.scope != subscription.scope:
            continue
        for step in revision.steps:
            if step.state in told:
                yield Occurrence(
                    occasion=told[step.state],
                    period=revision.period,
                    revision=revision.number,
                    at=step.at,
                )


def _months(subscription: Subscription, now: datetime) -> Iterator[Occurrence]:
    """Yield the months that were over since it was made."""
    first = instant(subscription.made_at).date().replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    while (over := _over(month)) <= now:
        yield Occurrence(
            occasion=Occasion.MONTHLY, period=f"{month:%Y-%m}", revision=None, at=micros(over)
        )
        month = _next(month)


def _over(month: date) -> datetime:
    return datetime.combine(_next(month), time(0), UTC) + _OVER_AFTER


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)
