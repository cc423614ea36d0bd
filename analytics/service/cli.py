"""Compute hours, device-days and results from what was taken in: one stage in a process of its own.

Settings come from the environment, over those of an optional TOML file with the same names:
ZONEWATCH_HOME, ZONEWATCH_STORE, ZONEWATCH_CATALOG, ZONEWATCH_METRICS_PORT. Only one runs against a
catalog. SIGTERM ends it when the pass in hand is done.
"""

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signal import Signals

    from ingest.settings import StageSettings


def main(argv: list[str] | None = None) -> int:
    """Run the stage until it is told to stop, and return an exit status."""
    from ingest.starting import stage_parser, started

    args = stage_parser("analytics", __doc__).parse_args(argv)
    return started("analytics", lambda: _run(args))


def _run(args: argparse.Namespace) -> "int | Signals | None":
    settings = _settings(args)
    if args.check:
        return _check(settings)
    return _serve(settings)


def _settings(args: argparse.Namespace) -> "StageSettings":
    from ingest.home import Home
    from ingest.settings import StageSettings, given_settings, home_of, several_processes

    given = given_settings(args.config, os.environ)
    settings = StageSettings.of(given, Home.open(home_of(args.home, given)))
    several_processes(settings, "analytics")
    return settings


def _check(settings: "StageSettings") -> int:
    from ingest.checking import told, try_catalog, try_store

    wrong = {"store": try_store(settings.store), "catalog": try_catalog(settings.catalog)}
    return told("analytics", settings.shown(), wrong)


def _serve(settings: "StageSettings") -> "Signals | None":
    import asyncio
    from contextlib import ExitStack
    from pathlib import Path

    from prometheus_client.registry import CollectorRegistry

    from analytics.service.hourfiles import HourFiles
    from analytics.service.stage import AnalyticsStage
    from ingest.contract.clock import SystemClock
    from ingest.contract.logs import log_to_stderr
    from ingest.contract.stopping import until_stopped
    from ingest.health import health_server
    from ingest.meter import feed_gauge
    from ingest.registry.current import CurrentRegistry
    from ingest.starting import ready_for
    from ingest.storage.opening import open_store, opened_means

    log_to_stderr()
    counts = CollectorRegistry()
    with ExitStack() as stack:
        own = Path(__file__).resolve().parent / "migrations"
        catalog = stack.enter_context(ready_for(settings.catalog, [own]))
        feed_gauge(counts, catalog)
        store = open_store(settings.store)
        stack.callback(store.close)
        files = HourFiles(settings.home.hours_dir)
        stack.callback(files.close)
        stage = AnalyticsStage.of(
            store=store,
            catalog=catalog,
            files=files,
            registry=CurrentRegistry(catalog),
            clock=SystemClock(),
            means=stack.enter_context(opened_means(settings.store)),
            counts=counts,
        )
        health = health_server(settings.metrics_port, checks=stage.checks, counts=counts)
        return asyncio.run(until_stopped(stage.run(), beside=health))
