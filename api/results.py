"""Results from the first data until now, also before there are any data."""

from dataclasses import dataclass

import sqlalchemy as sa

from analytics.result import Basis, ZoneResult, open_window, zone_result
from analytics.service.basis import read_basis
from analytics.service.facts import progress
from ingest.contract.period import Period
from ingest.registry.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """Every zone's result, what it was computed from, and the span it is of."""

    results: list[ZoneResult]
    basis: Basis
    span: Period | None  # None before any data


def so_far(connection: sa.Connection, registry: Registry) -> SoFar:
    """Return every zone's result until now; before any data, of no time at all."""
    reached = progress(connection)
    basis = read_basis(connection, registry)
    since = basis.as_of if reached.since is None else reached.since
    span = Period(since, max(since, reached.as_of))
    return SoFar(
        results=[zone_result(basis, zone, open_window(zone, span)) for zone in registry.zones()],
        basis=basis,
        span=None if reached.since is None else span,
    )
