"""Who may sign or judge a scope's period: whoever sees the whole of it."""

from analytics.report import Scope
from api.accounts.actor import Actor
from ingest.registry.registry import Registry


def sees(actor: Actor, registry: Registry, scope: Scope) -> bool:
    """Tell whether somebody sees the whole of a scope."""
    if not actor.restricted:
        return True
    if scope.kind == "programme":
        return False
    found = registry.zone(scope.id)
    own = {"zone": {scope.id}, "country": set[str]()}.get(scope.kind, set())
    countries = {scope.id} if scope.kind == "country" else {found.country} if found else set()
    return all(
        part.everything
        or own & part.zones
        or countries & part.countries
        or (scope.kind == "aid-batch" and scope.id in part.aid_batches)
        for part in actor.scopes
    )
