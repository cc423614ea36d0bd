"""Analytics as a stage: passes over the change feed, and beside them looks of the watch.

What is computed of a flood may take long; what is live waits for none of it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from time import perf_counter
from typing import Self

import sqlalchemy as sa
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from analytics.service.alarmkeeper import AlarmKeeper
from analytics.service.feeder import Feeder, MeansCopy
from analytics.service.hourfiles import HourFiles
from analytics.service.meter import PassMeter, behind_gauge
from analytics.service.watch import Watch
from ingest.contract.clock import Clock
from ingest.finishing import finish_in_thread
from ingest.health import Check
from ingest.registry.registry import Registry
from ingest.stage import catalog_check, store_check
from ingest.storage.port import ReadingStore, StoreUnavailableError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyticsStage:
    """Runs feeder and watch until cancelled; store, catalog or disk that is away is waited for.

    They share nothing but what the feeder tells the watch.
    """

    feeder: Feeder
    meter: PassMeter | None = None
    then: Sequence[Callable[[], object]] = ()
    """What follows each look of the watch, in order."""
    pause: timedelta = timedelta(seconds=1)
    """Between two passes, and between two looks, in real time."""

    @classmethod
    def of(
        cls,
        *,
        store: ReadingStore,
        catalog: sa.Engine,
        files: HourFiles,
        registry: Callable[[], Registry],
        clock: Clock,
        means: MeansCopy | None,
        counts: CollectorRegistry,
    ) -> Self:
        """Wire the feeder with its watch over faults, and the keeper of alarms behind it."""
        feeder = Feeder(
            store=store,
            catalog=catalog,
            files=files,
            registry=registry,
            clock=clock,
            means=means,
            keeps_months=catalog.dialect.name == "postgresql",  # which dashboards ask
            watch=Watch(store=store, catalog=catalog, registry=registry, clock=clock),
        )
        behind_gauge(counts, catalog)
        alarms = AlarmKeeper(catalog=catalog, registry=registry, clock=clock)
        return cls(feeder=feeder, meter=PassMeter(counts), then=(alarms.step,))

    @property
    def checks(self) -> Mapping[str, Check]:
        """What has to be well for the stage to be ready."""
        return {
            "catalog": lambda: catalog_check(self.feeder.catalog),
            "store": lambda: store_check(self.feeder.store),
        }

    async def run(self) -> None:
        """Run until cancelled; what has begun is finished."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._again(self._pass), name="feeder")
            tasks.create_task(self._again(self._look), name="watch")

    async def _again(self, work: Callable[[], None]) -> None:
        while True:
            await finish_in_thread(partial(self._patiently, work))
            await asyncio.sleep(self.pause.total_seconds())

    def _patiently(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (StoreUnavailableError, OperationalError, OSError) as error:
            _LOG.error("cannot compute yet: %s", str(error).splitlines()[0])
            if self.meter:
                self.meter.failed()

    def _pass(self) -> None:
        began = perf_counter()
        taken = self.feeder.step()
        _LOG.debug("analytics took %d changes", taken)
        if self.meter:
            self.meter.passed(taken, perf_counter() - began)

    def _look(self) -> None:
        """Look for faults and tell of them, and only then at what is history."""
        watch = self.feeder.watch
        if watch is not None:
            watch.look()
        for follows in self.then:
            follows()
        if watch is not None:
            watch.look_back()
        if self.meter:
            self.meter.looked()
