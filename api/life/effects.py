"""What a device's life means for figures: counters that begin anew, and time that is taken out."""

from collections.abc import Iterator

import sqlalchemy as sa

from analytics.counter_changes import CounterChange
from analytics.holders import Holder, Of
from analytics.service import decisions
from analytics.service.touching import touched_by_change, touched_by_exclusion
from analytics.uptime.exclusions import Exclusion, Reason
from api.accounts.actor import Actor, Permission
from api.sources import Sources
from ingest import feed
from ingest.audit import journal
from ingest.contract.identity import DeviceId
from ingest.contract.period import Period


def enter_changes(
    connection: sa.Connection, sources: Sources, actor: Actor, changes: Iterator[CounterChange]
) -> None:
    """Enter the counters of a replacement; hours from then on are computed again."""
    now = sources.clock.now()
    for each in changes:
        decisions.enter(connection, each, actor=actor.name, at=now)
        feed.add(connection, touched_by_change(sources.registry(), each))


def enter_exclusion(
    connection: sa.Connection,
    sources: Sources,
    actor: Actor,
    *,
    device: str,
    period: Period,
    reason: Reason,
    text: str,
) -> int | None:
    """Take a span out of a device's availability, where its actor may decide that.

    Return the exclusion's number; None where somebody else has to decide.
    """
    if not actor.may(Permission.DECIDE_EXCLUSION):
        return None
    now = sources.clock.now()
    what = Exclusion(
        of=Of(holder=Holder.DEVICE, id=DeviceId(device)),
        device_class=None,
        period=period,
        reason=reason,
        text=text,
    )
    entered = decisions.enter(connection, what, actor=actor.name, at=now)
    deed = actor.deed("exclusion.enter", f"exclusion:{entered.id}")
    journal.append(connection, deed, at=now)
    feed.add(connection, touched_by_exclusion(sources.registry(), what))
    return entered.id
