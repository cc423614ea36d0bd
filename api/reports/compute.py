"""From a scope and a period to the document, for HTTP and the command line alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

import sqlalchemy as sa

from analytics.air.release import Release, is_released
from analytics.alarms.reported import reported
from analytics.claims.claim import Claim
from analytics.factors.grid import GridFactor
from analytics.methods.method import Choices
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Beside, Scope, report
from analytics.result import Avoided, Basis, ZoneResult, period_window, zone_result
from analytics.service.basis import read_basis
from analytics.service.decisions import standing
from analytics.service.repairs import tickets_told
from api.reports.part import AID_BATCH, in_scope, lots_of, of_lots
from ingest.contract.period import Period
from ingest.registry.model import Provenance, Zone
from ingest.registry.registry import Registry

PROGRAMME: Final = Scope(kind="programme", id="programme")
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2099
_LONGEST_DAYS: Final = 3_660  # ten years
_ORDER: Final = (Provenance.REAL, Provenance.SIMULATED, Provenance.RECORDED)


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
        repairs=_repairs(connection, part, quoted),
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


def _repairs(
    connection: sa.Connection, registry: Registry, results: Iterable[ZoneResult]
) -> list[Document]:
    """Return the repairs of the period; those of another provenance are in another report."""
    spans: dict[str, Period] = {result.zone.id: result.window.by_day.span for result in results}
    if not spans:
        return []
    start, end = min(one.start for one in spans.values()), max(one.end for one in spans.values())
    return reported(tickets_told(connection, start, end), spans, registry)


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


_Result = TypeVar("_Result", ZoneResult, Avoided)


def of_one_provenance(results: Iterable[_Result]) -> list[_Result]:
    """Return the results with equipment of the first provenance that has devices: real first.

    What was handed over and has no device yet is real.
    """
    there = list(results)
    heard = {result.provenance for result in there if result.devices}
    chosen = next((each for each in _ORDER if each in heard), Provenance.REAL)
    return [each for each in there if each.provenance is chosen and each.equipment.count]


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
