"""Zones' figures in the catalog, kept up with the facts they are of."""

import logging
from dataclasses import asdict
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from analytics.factors.grid import FactorNotFoundError
from analytics.result import Basis, open_window, zone_result
from analytics.service import facts
from analytics.service.basis import read_figures_basis
from analytics.service.tables import ZONE_FIGURE
from analytics.zonefigures import ZoneFigure, zone_figures
from ingest.contract.period import Period
from ingest.registry.model import Provenance, Zone
from ingest.registry.registry import Registry

_FIGURES: Final = "zone_figures"
_LOG: Final = logging.getLogger(__name__)


def keep_up(connection: sa.Connection, registry: Registry) -> bool:
    """Write the figures anew where facts have moved on; return whether they were."""
    reached = facts.progress(connection)
    if reached.since is None or reached == facts.progress(connection, of=_FIGURES):
        return False
    write(connection, registry)
    facts.put_progress(connection, reached, of=_FIGURES)
    return True


def behind_us(connection: sa.Connection) -> int:
    """Return how far the figures are behind the facts, in microseconds."""
    reached = facts.progress(connection)
    return reached.as_of - facts.progress(connection, of=_FIGURES).as_of


def write(connection: sa.Connection, registry: Registry) -> None:
    """Compute the figures until now, which takes all facts, and write them."""
    basis = read_figures_basis(connection, registry)
    since = facts.progress(connection).since
    start = basis.as_of if since is None else since
    span = Period(start, max(start, basis.as_of))
    put(connection, [row for zone in registry.zones() for row in _of_zone(basis, zone, span)])


def put(connection: sa.Connection, figures: list[ZoneFigure]) -> None:
    """Put figures in the place of all there were."""
    connection.execute(sa.delete(ZONE_FIGURE))
    if figures:
        connection.execute(sa.insert(ZONE_FIGURE), [_row(figure) for figure in figures])


def every(connection: sa.Connection, *, zone: str | None = None) -> list[ZoneFigure]:
    """Return the figures that were written last, of a zone or of all."""
    table = ZONE_FIGURE
    query = sa.select(table).order_by(table.c.zone, table.c.figure, table.c.device_class)
    if zone is not None:
        query = query.where(table.c.zone == zone)
    return [
        ZoneFigure(
            zone=row.zone,
            figure=row.figure,
            device_class=row.device_class,
            value=row.value,
            unit=row.unit,
            coverage_percent=None if row.coverage_percent is None else str(row.coverage_percent),
            provenance=Provenance(row.provenance),
            as_of=row.as_of,
        )
        for row in connection.execute(query)
    ]


def _of_zone(basis: Basis, zone: Zone, span: Period) -> list[ZoneFigure]:
    try:
        return zone_figures(zone_result(basis, zone, open_window(zone, span)), basis.as_of)
    except FactorNotFoundError as error:
        _LOG.warning("no figures of zone %s: %s", zone.id, error)
        return []


def _row(figure: ZoneFigure) -> dict[str, object]:
    def number(digits: str | None) -> Decimal | None:
        return None if digits is None else Decimal(digits)

    return {
        **asdict(figure),
        "number": number(figure.value),
        "coverage_percent": number(figure.coverage_percent),
    }
