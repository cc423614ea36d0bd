"""Reading from the catalog what results are computed from."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from analytics.air.days import AirDay
from analytics.air.sound import NoiseDay
from analytics.lighting.battery import BatteryDay
from analytics.methods.catalog import is_yearly
from analytics.periods import Days
from analytics.pv.days import PvDay
from analytics.result import Basis, ZoneResult, open_window, zone_result
from analytics.samples import Sampled
from analytics.service import dayfacts, facts, uptime
from analytics.service.decisions import standing
from analytics.service.ownfactors import all_factors
from analytics.uptime.fleet import days_around
from ingest.contract.period import Period
from ingest.registry.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """Every zone's result, what it was computed from, and the span it is of."""

    results: list[ZoneResult]
    basis: Basis
    span: Period | None  # None before any data

    @property
    def as_of(self) -> int | None:
        """When it was so, in microseconds; None before any data."""
        return None if self.span is None else self.basis.as_of


def read_basis(connection: sa.Connection, registry: Registry, *, days: Days | None = None) -> Basis:
    """Return the facts of some days, with all else a result needs.

    Where a yearly method applies they begin with the year, for its tiers are of the year.
    """
    first, last = (None, None) if days is None else (days.first, days.last)
    around = days_around(first, last)
    if days is not None and any(map(is_yearly, registry.devices())):
        first = date(days.first.year, 1, 1)
    return Basis(
        registry=registry,
        facts=facts.device_table(connection, first=first, last=last),
        uptime=uptime.uptime_table(connection, *around),
        batteries=dayfacts.table(connection, BatteryDay, first=around[0], last=around[1]),
        air=dayfacts.read(connection, AirDay, first=around[0], last=around[1]),
        pv=dayfacts.table(connection, PvDay, first=around[0], last=around[1]),
        factors=all_factors(connection),
        as_of=facts.progress(connection).as_of,
        samples=standing(connection, Sampled),
        noise=dayfacts.read(connection, NoiseDay, first=first, last=last),
    )


def read_figures_basis(connection: sa.Connection, registry: Registry) -> Basis:
    """Return what zones' figures so far take of all that is known: nothing of air, PV and noise.

    A lamp's battery day counts there only by its charge, which tells of cloud.
    """
    return Basis(
        registry=registry,
        facts=facts.device_table(connection),
        uptime=uptime.uptime_table(connection),
        batteries=dayfacts.table(connection, BatteryDay, only=["charged_mwh"]),
        factors=all_factors(connection),
        as_of=facts.progress(connection).as_of,
        samples=standing(connection, Sampled),
    )


def so_far(connection: sa.Connection, registry: Registry) -> SoFar:
    """Return every zone's result from the first hour ever touched until now.

    Before any data it is a result of no time at all.
    """
    reached = facts.progress(connection)
    basis = read_basis(connection, registry)
    since = basis.as_of if reached.since is None else reached.since
    span = Period(since, max(since, reached.as_of))
    return SoFar(
        results=[zone_result(basis, zone, open_window(zone, span)) for zone in registry.zones()],
        basis=basis,
        span=None if reached.since is None else span,
    )
