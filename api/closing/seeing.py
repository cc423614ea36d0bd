"""Who may sign or judge a scope's period, whoever sees the whole of it, and what others see."""

from collections.abc import Mapping
from typing import Any, cast

from analytics.quoting import Document
from analytics.report import Scope
from api.accounts.actor import Actor, Permission
from api.accounts.scope import Scope as Part
from api.reports.part import lots_of
from ingest.registry.registry import Registry


def sees(actor: Actor, registry: Registry, scope: Scope) -> bool:
    """Tell whether somebody sees the whole of a scope."""
    return all(part.everything or _covers(part, registry, scope) for part in actor.scopes)


def _covers(part: Part, registry: Registry, scope: Scope) -> bool:
    match scope.kind:
        case "country":
            return scope.id in part.countries
        case "zone":
            return _covers_zone(part, registry, scope.id)
        case "aid-batch":
            zones = {lot.zone for lot in lots_of(registry, scope.id)}
            return scope.id in part.aid_batches or (
                bool(zones) and all(_covers_zone(part, registry, zone) for zone in zones)
            )
        case _:
            return False


def _covers_zone(part: Part, registry: Registry, name: str) -> bool:
    zone = registry.zone(name)
    return name in part.zones or (zone is not None and zone.country in part.countries)


def as_seen(actor: Actor, found: Document) -> Document:
    """Return a document without the claims and the air that its reader may not see.

    A revision holds all of them, for its bytes are the same whoever reads it.
    """
    air, notes = found["air"], found["notes"]
    if not isinstance(air, list) or not isinstance(notes, list):
        return found
    seen: Document = dict(found)
    if not actor.may(Permission.READ_CLAIMS):
        seen["claims"] = []
    if not actor.may(Permission.READ_UNRELEASED):
        shown = [row for row in air if row["released"]]
        hidden = len(air) - len(shown)
        told = f"air of {hidden} stations is not released by the ministry"
        seen |= {"air": shown, "notes": [*notes, told] if hidden else notes}
    told_of = cast("list[dict[str, Any]]", found["revisions"])
    return seen | {"revisions": [told_as_seen(actor, each) for each in told_of]}


def told_as_seen(actor: Actor, told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of a revision without differences of what somebody may not see."""
    cause = told["cause"]
    hidden = _hidden(actor)
    if not hidden or "differences" not in cause:
        return dict(told)
    kept = [each for each in cause["differences"] if _section(each["path"]) not in hidden]
    return {**told, "cause": {**cause, "differences": kept}}


def _section(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _hidden(actor: Actor) -> set[str]:
    parts = {"claims": Permission.READ_CLAIMS, "air": Permission.READ_UNRELEASED}
    return {name for name, needed in parts.items() if not actor.may(needed)}
