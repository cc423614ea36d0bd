"""Taking a step on a period as somebody who is logged in, for HTTP and the board alike."""

from analytics.closing.states import State
from analytics.periods import Days
from analytics.report import Scope
from api.accounts import people
from api.accounts.actor import Actor
from api.closing.closing import Asked, take
from api.closing.revisions import Revision
from api.sources import Sources


def take_step(sources: Sources, actor: Actor, wanted: State, scope: Scope, days: Days) -> Revision:
    """Take a step on the whole of a scope; raise NotPermittedError or StepRefusedError."""
    asked = Asked(
        registry=sources.registry(),
        scope=scope,
        days=days,
        software=sources.software,
        demo=sources.demo,
    )
    with sources.catalog.begin() as connection:
        account = people.find(connection, actor.name)
        role = "" if account is None else account.role
        at = sources.clock.now()
        return take(connection, asked, wanted, actor=actor, role=role, at=at)
