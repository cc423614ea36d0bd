"""Repairs as the report of a period has them, read from the catalog."""

from collections.abc import Iterable

import sqlalchemy as sa

from analytics.alarms.reported import reported
from analytics.quoting import Document
from analytics.result import ZoneResult
from analytics.service.repairs import tickets_told
from ingest.contract.period import Period
from ingest.registry.registry import Registry


def repairs_of(
    connection: sa.Connection, registry: Registry, results: Iterable[ZoneResult]
) -> list[Document]:
    """Return the repairs of the period; those of another provenance are in another report."""
    spans: dict[str, Period] = {result.zone.id: result.window.by_day.span for result in results}
    if not spans:
        return []
    start, end = min(one.start for one in spans.values()), max(one.end for one in spans.values())
    return reported(tickets_told(connection, start, end), spans, registry)
