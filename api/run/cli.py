"""Run the whole backend in one process, for one small machine: ingest, analytics, API and board.

Settings come from the environment: ZONEWATCH_BROKER is the broker's address,
mqtt://USER:PASSWORD@HOST:PORT or mqtts://…; without it a Mosquitto is started, which listens for
gateways as `zonewatch broker-config` says; ZONEWATCH_HOME, ZONEWATCH_STORE and ZONEWATCH_CATALOG
name other places than the usual; ZONEWATCH_METRICS_PORT is where ingest and analytics tell how
they are. ZONEWATCH_CHANNEL_… are the ways to people, as URLs of Apprise's; ZONEWATCH_URL is where
they reach this machine. SIGTERM ends it when the group in hand is taken in.
"""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from signal import Signals
    from socket import socket

    from api.backend import Backend
    from api.notices.settings import NoticeSettings
    from api.run.broker import RunBroker
    from ingest.settings import StageSettings

_PORT: Final = 8080


def main(argv: list[str] | None = None) -> int:
    """Run the backend until it is told to stop, and return an exit status."""
    args = _parser().parse_args(argv)
    from api.run.broker import REFUSED
    from api.server import PortInUseError
    from ingest.starting import started

    return started("run", lambda: _run(args), also=[PortInUseError, *REFUSED])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zonewatch run",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="try what it would use, and stop")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    parser.add_argument(
        "--port", type=int, default=_PORT, help=f"of API and board (default {_PORT}; 0: any)"
    )
    return parser


def _run(args: argparse.Namespace) -> "int | Signals | None":
    from api.notices.settings import NoticeSettings
    from api.run.broker import broker_for
    from ingest.home import Home
    from ingest.settings import StageSettings, home_of

    home = Home.create(home_of(args.home, os.environ))
    settings = StageSettings.of(os.environ, home)
    broker, telling = broker_for(home, os.environ), NoticeSettings.of(os.environ)
    if args.check:
        return _check(settings, broker, telling)
    return _serve(args, settings, broker, telling)


def _check(settings: "StageSettings", broker: "RunBroker", telling: "NoticeSettings") -> int:
    from ingest.checking import told, try_catalog, try_store

    wrong = {
        "store": try_store(settings.store),
        "catalog": try_catalog(settings.catalog),
        "broker": broker.wrong(),
    }
    shown = settings.shown() | {"broker": broker.shown()} | telling.shown()
    return told("run", shown, wrong)


def _serve(
    args: argparse.Namespace,
    settings: "StageSettings",
    broker: "RunBroker",
    telling: "NoticeSettings",
) -> "Signals | None":
    import asyncio
    from contextlib import ExitStack
    from importlib.metadata import version

    from api.backend import Backend
    from api.server import listen
    from ingest.contract.clock import SystemClock
    from ingest.contract.logs import log_to_stderr
    from ingest.contract.stopping import until_stopped
    from ingest.health import health_server

    log_to_stderr()
    with ExitStack() as stack:
        listening = stack.enter_context(listen(args.port))
        backend = stack.enter_context(
            Backend.build(
                settings.home,
                broker=broker.address(),
                clock=SystemClock(),
                software=version("zonewatch"),
                telling=telling,
            )
        )
        health = health_server(
            settings.metrics_port,
            checks={**backend.ingest.checks, **backend.analytics.checks},
            counts=backend.ingest.meter.counts,
        )
        return asyncio.run(until_stopped(_told(backend, listening, broker), beside=health))


async def _told(backend: "Backend", listening: "socket", broker: "RunBroker") -> None:
    import sys

    from api.server import HOST

    port = listening.getsockname()[1]
    async with broker.running():
        sys.stderr.write(f"zonewatch run: broker: {broker.shown()}\n")
        sys.stderr.write(f"zonewatch run: http://{HOST}:{port}/board/\n")
        sys.stderr.flush()
        await backend.run(listening=listening)
