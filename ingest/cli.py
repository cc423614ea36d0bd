"""Take in what gateways publish: one stage in a process of its own.

Settings come from the environment, over those of an optional TOML file with the same names:
ZONEWATCH_HOME, ZONEWATCH_STORE, ZONEWATCH_CATALOG, ZONEWATCH_BROKER (mqtt://USER:PASSWORD@HOST:PORT
or mqtts://…), ZONEWATCH_METRICS_PORT. SIGTERM ends it when the group in hand is taken in.
"""

import argparse
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from signal import Signals

    from ingest.disk import Disk
    from ingest.mqtt import BrokerAddress
    from ingest.settings import StageSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings:
    """What ingest needs to know."""

    stage: "StageSettings"
    broker: "BrokerAddress"
    disk: "Disk"


def main(argv: list[str] | None = None) -> int:
    """Run the stage until it is told to stop, and return an exit status."""
    from ingest.starting import stage_parser, started

    args = stage_parser("ingest", __doc__).parse_args(argv)
    return started("ingest", lambda: _run(args))


def _run(args: argparse.Namespace) -> "int | Signals | None":
    settings = _settings(args)
    if args.check:
        return _check(settings)
    return _serve(settings)


def _settings(args: argparse.Namespace) -> IngestSettings:
    from ingest.contract.clock import SystemClock
    from ingest.home import Home
    from ingest.settings import (
        StageSettings,
        broker_of,
        disk_of,
        given_settings,
        home_of,
        several_processes,
    )

    given = given_settings(args.config, os.environ)
    stage = StageSettings.of(given, Home.open(home_of(args.home, given)))
    several_processes(stage, "ingest")
    disk = disk_of(given, stage.home, SystemClock())
    return IngestSettings(stage=stage, broker=broker_of(given), disk=disk)


def _check(settings: IngestSettings) -> int:
    from ingest.checking import told, try_broker, try_catalog, try_store
    from ingest.settings import shown_broker

    wrong = {
        "store": try_store(settings.stage.store),
        "catalog": try_catalog(settings.stage.catalog),
        "broker": try_broker(settings.broker),
    }
    return told("ingest", settings.stage.shown() | {"broker": shown_broker(settings.broker)}, wrong)


def _serve(settings: IngestSettings) -> "Signals | None":
    import asyncio
    from contextlib import ExitStack

    from ingest.collecting import rare_collections
    from ingest.contract.clock import SystemClock
    from ingest.contract.logs import log_to_stderr
    from ingest.contract.stopping import until_stopped
    from ingest.health import health_server
    from ingest.registry.current import CurrentRegistry
    from ingest.stage import open_ingest
    from ingest.starting import ready_for
    from ingest.storage.opening import open_store

    log_to_stderr()
    with ExitStack() as stack:
        catalog = stack.enter_context(ready_for(settings.stage.catalog))
        store = open_store(settings.stage.store)
        stack.callback(store.close)
        stage = stack.enter_context(
            open_ingest(
                home=settings.stage.home,
                store=store,
                catalog=catalog,
                registry=CurrentRegistry(catalog),
                broker=settings.broker,
                clock=SystemClock(),
                disk=settings.disk,
            )
        )
        port = settings.stage.metrics_port
        health = health_server(port, checks=stage.checks, counts=stage.meter.counts)
        stack.enter_context(rare_collections())
        return asyncio.run(until_stopped(stage.run(), beside=health))
