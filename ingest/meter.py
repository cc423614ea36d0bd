"""What ingest counts while it runs, for Prometheus: a counter for every way a record can go."""

from collections import Counter as Tally
from collections.abc import Callable, Mapping
from functools import partial
from time import time
from typing import Final

import sqlalchemy as sa
from prometheus_client import Counter, Gauge
from prometheus_client.registry import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from ingest.archive import Frame
from ingest.intake import Intake, Refusal
from ingest.ledger import BootAccount, BootKey
from ingest.tables import FEED

_WAYS: Final = ("stored", "quarantined", "redelivered", "thinned", "replayed", "unnumbered")
_CLASSES: Final = (
    ("unknown gateway", "unknown_gateway"),
    ("unknown device", "unknown_device"),
    ("unknown topic", "unknown_topic"),
    ("payload", "unreadable"),
    ("no metric of", "no_metric"),
    ("no mapping", "no_mapping"),
    ("impossible time", "impossible_time"),
)
_OTHERS_DEVICE: Final = "belongs to another gateway"
_UNKNOWN_METRIC: Final = "not a metric of"


class Meter:
    """The counters of one ingest process."""

    def __init__(self) -> None:
        self.counts: Final = CollectorRegistry()
        self._messages = self._counter("messages", "Messages taken in.")
        self._bytes = self._counter("bytes", "Payload bytes taken in.")
        self._groups = self._counter("groups", "Groups committed.")
        self._records = self._counter("records", "Records, by the way they went.", "way")
        self._reasons = self._counter(
            "quarantined", "Entries in the quarantine, by reason.", "reason"
        )
        self._seconds = self._counter("step_seconds", "Seconds in each step of a commit.", "step")
        self._failures = self._counter("failures", "Commits that have to be tried again.")
        self._committed_at = 0.0
        age = Gauge(
            "zonewatch_ingest_last_commit_age_seconds",
            "Seconds since the last commit; NaN before any.",
            registry=self.counts,
        )
        age.set_function(self._age)
        for way in _WAYS:
            self._records.labels(way)

    def took(self, frame: Frame, intake: Intake, before: Mapping[BootKey, BootAccount]) -> None:
        """Count a frame that is written down."""
        self._groups.inc()
        self._messages.inc(len(frame.messages))
        self._bytes.inc(sum(len(message.payload) for message in frame.messages))
        for way, number in _ways(intake, before).items():
            self._records.labels(way).inc(number)
        for refusal in intake.refusals:
            self._reasons.labels(reason_class(refusal)).inc()
        self._committed_at = time()

    def spent(self, step: str, seconds: float) -> None:
        """Count the time that a step took."""
        self._seconds.labels(step.replace(" ", "_")).inc(seconds)

    def failed(self) -> None:
        """Count a commit that did not get through."""
        self._failures.inc()

    def _age(self) -> float:
        return time() - self._committed_at if self._committed_at else float("nan")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"zonewatch_ingest_{name}", what, labels, registry=self.counts)


def feed_gauge(counts: CollectorRegistry, catalog: sa.Engine) -> None:
    """Let a registry tell how many rows wait on the change feed."""

    def waiting(connection: sa.Connection) -> float:
        return connection.scalar(sa.select(sa.func.count()).select_from(FEED)) or 0

    gauge = Gauge("zonewatch_feed_rows", "Rows that wait on the change feed.", registry=counts)
    gauge.set_function(partial(asked, catalog, waiting))


def asked(catalog: sa.Engine, question: Callable[[sa.Connection], float]) -> float:
    """Return what a catalog answers, NaN while it does not."""
    try:
        with catalog.connect() as connection:
            return question(connection)
    except SQLAlchemyError:
        return float("nan")


def reason_class(refusal: Refusal) -> str:
    """Return one of a few classes for a reason, so that a label has few values."""
    reason = refusal.reason
    if _OTHERS_DEVICE in reason:
        return "anothers_device"
    if _UNKNOWN_METRIC in reason:
        return "unknown_metric"
    return next((name for start, name in _CLASSES if reason.startswith(start)), "malformed")


def _ways(intake: Intake, before: Mapping[BootKey, BootAccount]) -> Tally[str]:
    ways: Tally[str] = Tally()
    for moved in intake.settlements:
        ways["redelivered"] += moved.redelivered
        ways["unnumbered"] += moved.unnumbered
        ways["replayed"] += max(-moved.quarantined, 0)
        ways["quarantined"] += max(moved.quarantined, 0)
        ways["stored"] += max(moved.stored, 0)
    ways["stored"] -= ways["replayed"]
    for key, account in intake.accounts.items():
        known = before[key].thinned if key in before else None
        ways["thinned"] += account.thinned.count - (known.count if known is not None else 0)
    return ways
