"""Making a home's store whole, wired over what the home and the environment name."""

from contextlib import ExitStack
from typing import Final

from analytics.service.hourfiles import HourFiles
from analytics.service.rebuilding import rebuild_and_compute, waiting_hours
from api.catalog import note, ready_catalog
from ingest.contract.clock import SystemClock
from ingest.home import Home
from ingest.rebuilding import Rebuilt, rebuild
from ingest.registry.current import CurrentRegistry
from ingest.stage import open_pipeline
from ingest.storage.opening import open_store

_ONE_PROCESS: Final = "duckdb:"  # holding its file, we know that nobody else computes


def make_whole(home: Home) -> tuple[Rebuilt, int]:
    """Rebuild a home's store; return what came of it, and how many hours wait for analytics."""
    clock = SystemClock()
    with ExitStack() as stack:
        catalog = ready_catalog(home.catalog_url())
        stack.callback(catalog.dispose)
        store = open_store(home.store_setting())
        stack.callback(store.close)
        pipeline = stack.enter_context(
            open_pipeline(
                home=home,
                store=store,
                catalog=catalog,
                registry=CurrentRegistry(catalog),
                clock=clock,
            )
        )
        if home.store_setting().startswith(_ONE_PROCESS):
            files = HourFiles(home.hours_dir)
            stack.callback(files.close)
            rebuilt = rebuild_and_compute(pipeline, files)
        else:
            rebuilt = rebuild(pipeline)
        note(catalog, "store.rebuild", "store", at=clock.now())
        with catalog.connect() as connection:
            return rebuilt, waiting_hours(connection)
