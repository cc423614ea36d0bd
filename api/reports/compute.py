"""From a scope and a period to the document, for HTTP and the command line alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import sqlalchemy as sa

from analytics.air.release import Release, is_released
from analytics.claims.claim import Claim
from analytics.factors.grid import GridFactor
from analytics.methods.method import Choices
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Beside, Scope, report
from analytics.result import Basis, ZoneResult, period_window, zone_result
from analytics.scopes import PROGRAMME, of_one_provenance
from analytics.service.basis import read_basis
from analytics.service.decisions import standing
from analytics.service.reportedrepairs import repairs_of
from api.reports.part import AID_BATCH, in_scope, lots_of, of_lots
from ingest.registry.model import Zone
from ingest.registry.registry import Registry

_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099
_LONGEST_DAYS: Final = 3_660  # ten years


class UnknownScopeError(LookupError):
    """A text that names nothing to report on."""

    def __init__(self, text: str) -> None:
        super().__init__(
            f"scope {text!r}: expected zone:ID, country:CODE, aid-batch:ID or programme, as known"
        )
        self.text = text


class UnreportablePeriodError(ValueError):
    """A period beyond what is ever reported on."""

    def __init__(self, days: Days) -> None:
        super().__init__(
            f"period {days.label!r}: expected at most {_LONGEST_DAYS} days,"
            f" from {_FIRST_YEAR} to {_LAST_YEAR}"
        )
        self.days = days


@dataclass(frozen=True, slots=True, kw_only=True)
class Computed:
    """The results a document is written from, all of one provenance."""

    scope: Scope
    days: Days
    results: Sequence[ZoneResult]
    by_lot: Mapping[str, ZoneResult]  # of an aid batch alone
    registry: Registry  # as far as the scope is about it
    factors: Sequence[GridFactor]
    releases: Sequence[Release]
    repairs: Sequence[Document]
    as_of: int  # microseconds, UTC


def parse_scope(text: str) -> Scope:
    """Read a scope, or raise UnknownScopeError."""
    kind, _, name = text.partition(":")
    if text == PROGRAMME.kind or (kind, name) == (PROGRAMME.kind, PROGRAMME.id):
        return PROGRAMME
    if kind not in ("zone", "country", AID_BATCH) or not name:
        raise UnknownScopeError(text)
    return Scope(kind=kind, id=name)


def compute(
    connection: sa.Connection,
    registry: Registry,
    scope: Scope,
    days: Days,
    choices: Choices | None = None,
) -> Computed:
    """Return the results in scope.

    Raises UnknownScopeError where it names no zone we have, and UnreportablePeriodError.
    """
    if not reportable(days):
        raise UnreportablePeriodError(days)
    zones, part = zones_in(registry, scope), in_scope(registry, scope)
    basis = read_basis(connection, part, days=days)
    if choices is not None:
        basis = replace(basis, choices=choices)
    results = [zone_result(basis, zone, period_window(zone, days)) for zone in zones]
    quoted = of_one_provenance(results)
    return Computed(
        scope=scope,
        days=days,
        results=quoted,
        by_lot=_by_lot(basis, scope, results),
        registry=part,
        factors=basis.factors,
        releases=standing(connection, Release),
        repairs=repairs_of(connection, part, quoted),
        as_of=basis.as_of,
    )


def _by_lot(basis: Basis, scope: Scope, results: Iterable[ZoneResult]) -> Mapping[str, ZoneResult]:
    """Return what each lot of an aid batch achieved by itself."""
    if scope.kind != AID_BATCH:
        return {}
    whole = {result.zone.id: result for result in results}
    return {
        lot.id: zone_result(
            replace(basis, registry=of_lots(basis.registry, {lot.id})),
            whole[lot.zone].zone,
            whole[lot.zone].window,
        )
        for lot in basis.registry.lots()
        if lot.zone in whole
    }


def reportable(days: Days) -> bool:
    """Tell whether a period lies within what is ever reported on."""
    return (
        days.count <= _LONGEST_DAYS
        and _FIRST_YEAR <= days.first.year <= days.last.year <= _LAST_YEAR
    )


def document(computed: Computed, *, software: str, claims: Iterable[Claim] = ()) -> Document:
    """Return the report document of what was computed, with the claims its reader may see."""
    names = {result.zone.id for result in computed.results}
    beside = Beside(
        lots=[lot for lot in computed.registry.lots() if lot.zone in names],
        factors=computed.factors,
        claims=() if computed.scope.kind == AID_BATCH else tuple(claims),  # they are of zones
        by_lot=computed.by_lot,
        is_released=partial(is_released, computed.releases, computed.registry),
        repairs=computed.repairs,
    )
    return report(
        computed.scope,
        computed.days,
        computed.results,
        beside,
        as_of=computed.as_of,
        software=software,
    )


def zones_in(registry: Registry, scope: Scope) -> list[Zone]:
    """Return the zones in a scope, or raise UnknownScopeError."""
    zones = registry.zones()
    if scope.kind == "zone":
        zones = tuple(zone for zone in zones if zone.id == scope.id)
    elif scope.kind == "country":
        zones = tuple(zone for zone in zones if zone.country == scope.id)
    elif scope.kind == AID_BATCH:
        there = {lot.zone for lot in lots_of(registry, scope.id)}
        zones = tuple(zone for zone in zones if zone.id in there)
    if not zones and scope != PROGRAMME:
        raise UnknownScopeError(f"{scope.kind}:{scope.id}")
    return list(zones)
