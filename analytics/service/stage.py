"""Analytics as a stage: passes over the change feed, one after another."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
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
    """Runs a feeder until it is cancelled; a store, catalog or disk that is away is waited for."""

    feeder: Feeder
    meter: PassMeter | None = None
    then: Sequence[Callable[[], object]] = ()
    """What follows each pass, in order."""
    pause: timedelta = timedelta(seconds=1)
    """Between two passes, in real time."""

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
        """Run until cancelled; a pass that has begun is finished."""
        while True:
            await finish_in_thread(self._pass)
            await asyncio.sleep(self.pause.total_seconds())

    def _pass(self) -> None:
        began = perf_counter()
        try:
            taken = self.feeder.step()
            if self.feeder.watch is not None:
                self.feeder.watch.look()
            for follows in self.then:
                follows()
        except (StoreUnavailableError, OperationalError, OSError) as error:
            _LOG.error("cannot compute yet: %s", str(error).splitlines()[0])
            if self.meter:
                self.meter.failed()
            return
        _LOG.debug("analytics took %d changes", taken)
        if self.meter:
            self.meter.passed(taken, perf_counter() - began)
