"""What analytics counts while it runs, for Prometheus."""

from collections.abc import Callable
from functools import partial
from time import time
from typing import Final

import sqlalchemy as sa
from prometheus_client import Counter, Gauge
from prometheus_client.registry import CollectorRegistry

from analytics.service import zonefigures
from ingest.meter import asked


class PassMeter:
    """The counters of one analytics process."""

    def __init__(self, counts: CollectorRegistry) -> None:
        self._passes: Final = Counter(
            "zonewatch_analytics_passes", "Passes over the change feed.", registry=counts
        )
        self._changes: Final = Counter(
            "zonewatch_analytics_changes", "Rows taken off the change feed.", registry=counts
        )
        self._seconds: Final = Counter(
            "zonewatch_analytics_seconds", "Seconds spent in passes.", registry=counts
        )
        self._failures: Final = Counter(
            "zonewatch_analytics_failures", "Passes and looks to be tried again.", registry=counts
        )
        self._passed_at = self._looked_at = 0.0
        for name, ended_at in (
            ("pass", lambda: self._passed_at),
            ("look", lambda: self._looked_at),
        ):
            Gauge(
                f"zonewatch_analytics_last_{name}_age_seconds",
                f"Seconds since the last {name}; NaN before any.",
                registry=counts,
            ).set_function(partial(_age, ended_at))

    def passed(self, changes: int, seconds: float) -> None:
        """Count a pass."""
        self._passes.inc()
        self._changes.inc(changes)
        self._seconds.inc(seconds)
        self._passed_at = time()

    def looked(self) -> None:
        """Note that the watch has looked, and alarms are up with it."""
        self._looked_at = time()

    def failed(self) -> None:
        """Count a pass or a look that did not get through."""
        self._failures.inc()


def _age(ended_at: Callable[[], float]) -> float:
    return time() - ended_at() if ended_at() else float("nan")


def behind_gauge(counts: CollectorRegistry, catalog: sa.Engine) -> None:
    """Let a registry tell how far figures are behind the facts."""

    def behind(connection: sa.Connection) -> float:
        return zonefigures.behind_us(connection) / 1e6

    gauge = Gauge(
        "zonewatch_figures_behind_seconds",
        "Seconds that zones' figures are behind the facts.",
        registry=counts,
    )
    gauge.set_function(partial(asked, catalog, behind))
