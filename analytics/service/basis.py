"""Reading from the catalog what results are computed from."""

from datetime import date

import sqlalchemy as sa

from analytics.factors.grid import grid_factors
from analytics.result import Basis, ZoneResult, open_window, zone_result
from analytics.service import facts
from ingest.contract.period import Period
from ingest.registry.registry import Registry


def read_basis(
    connection: sa.Connection,
    registry: Registry,
    *,
    first: date | None = None,
    last: date | None = None,
) -> Basis:
    """Return the facts of some days, both included, with all else a result needs."""
    return Basis(
        registry=registry,
        facts=facts.device_days(connection, first=first, last=last),
        factors=grid_factors(),
        as_of=facts.progress(connection).as_of,
    )


def results_so_far(connection: sa.Connection, registry: Registry) -> list[ZoneResult]:
    """Return every zone's result from the first hour ever touched until now."""
    reached = facts.progress(connection)
    if reached.since is None:
        return []
    basis = read_basis(connection, registry)
    span = Period(reached.since, max(reached.since, reached.as_of))
    return [zone_result(basis, zone, open_window(zone, span)) for zone in registry.zones()]
