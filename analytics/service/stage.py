"""Analytics as a stage: passes over the change feed, one after another."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter

from sqlalchemy.exc import OperationalError

from analytics.service.feeder import Feeder
from analytics.service.meter import PassMeter
from ingest.finishing import finish_in_thread
from ingest.health import Check
from ingest.stage import catalog_check, store_check
from ingest.storage.port import StoreUnavailableError

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
