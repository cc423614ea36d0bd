"""What this installation counts, for Prometheus: read from the ledger when asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import sqlalchemy as sa
from fastapi import APIRouter, Response
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from api.notices import deliveries
from api.notices.deliveries import State
from api.sources import Given
from ingest import presence
from ingest.catalog import snapshot
from ingest.contract.identity import GatewayId
from ingest.disk import disk_gauges
from ingest.ledger import Line, lines
from ingest.presence import Presence
from ingest.tables import QUARANTINE

router = APIRouter(tags=["health"])

_STATES: Final = (
    "assigned",
    "stored",
    "repeated",
    "quarantined",
    "thinned",
    "pending",
    "missing",
    "redelivered",
    "unnumbered",
)


_TOLD: Final[Sequence[tuple[str, str, Callable[[Presence], float]]]] = (
    ("alive", "1 where a gateway is connected.", lambda one: one.alive),
    ("clock_steps", "Steps of its clock that its boot tells of.", lambda one: len(one.clock_steps)),
    ("not_taken", "Records its boot had no room for.", lambda one: one.not_taken),
)


@router.get("/metrics")
def metrics(sources: Given) -> Response:
    """Return the counters in Prometheus' text format."""
    with snapshot(sources.catalog) as connection:
        account = {key: line for key, line in lines(connection).items() if sources.sees(key[0])}
        heard = [each for each in presence.every(connection) if sources.sees(each.gateway)]
        entries = connection.scalar(sa.select(sa.func.count()).select_from(QUARANTINE)) or 0
        told = {} if sources.restricted else deliveries.counts(connection)
    registry = CollectorRegistry()
    registry.register(Counts(_by_gateway(account), heard, entries))
    registry.register(Told(told))
    if sources.disk is not None and not sources.restricted:
        disk_gauges(registry, sources.disk)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class Counts(Collector):
    """The counts of one moment. A record moves between states, so all are gauges."""

    def __init__(
        self, account: Mapping[GatewayId, Line], heard: list[Presence], entries: int
    ) -> None:
        self._account = account
        self._heard = heard
        self._entries = entries

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics."""
        records = GaugeMetricFamily(
            "zonewatch_ledger_records", "Records by state.", labels=["gateway", "state"]
        )
        balanced = GaugeMetricFamily(
            "zonewatch_ledger_balanced", "1 where the account balances.", labels=["gateway"]
        )
        for gateway, line in self._account.items():
            for state in _STATES:
                records.add_metric([gateway, state], getattr(line, state))
            balanced.add_metric([gateway], float(line.balanced))
        yield from (records, balanced, *self._presence())
        yield GaugeMetricFamily(
            "zonewatch_quarantine_entries", "Entries in the quarantine.", value=self._entries
        )

    def _presence(self) -> Iterator[Metric]:
        for name, told, of in _TOLD:
            family = GaugeMetricFamily(f"zonewatch_gateway_{name}", told, labels=["gateway"])
            for each in self._heard:
                family.add_metric([each.gateway], float(of(each)))
            yield family


class Told(Collector):
    """What became of notices to people. A delivery moves between states, so these are gauges."""

    def __init__(self, counts: Mapping[State, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        """Yield the metric."""
        told = GaugeMetricFamily(
            "zonewatch_deliveries", "Notices to people, by state.", labels=["state"]
        )
        for state, count in self._counts.items():
            told.add_metric([state], count)
        yield told


def _by_gateway(account: Mapping[tuple[GatewayId, date], Line]) -> dict[GatewayId, Line]:
    counts: dict[GatewayId, Line] = {}
    for (gateway, _), line in account.items():
        counts[gateway] = counts.get(gateway, Line()) + line
    return counts
