"""Serve the API and the board on this machine."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket

    from api.background import Background
    from api.sources import Sources

_PORT: Final = 8080


def main(argv: list[str] | None = None) -> int:
    """Run the server until it is told to stop, and return an exit status."""
    args = _parser().parse_args(argv)
    from api.server import PortInUseError
    from ingest.catalog import CatalogError
    from ingest.home import NoHomeError
    from ingest.settings import SettingsError
    from ingest.storage.port import StoreError

    try:
        _open_and_serve(args)
    except (NoHomeError, CatalogError, SettingsError, StoreError, PortInUseError) as error:
        sys.stderr.write(f"zonewatch api: {error}\n")
        return 2
    return 0


def _open_and_serve(args: argparse.Namespace) -> None:
    import asyncio
    from contextlib import ExitStack
    from importlib.metadata import version

    from api.background import Background
    from api.catalog import ready_catalog
    from api.notices.settings import NoticeSettings
    from api.server import listen
    from api.sources import Sources
    from api.subscriptions.settings import mail_server
    from api.visiting import grafana_of, language_of
    from ingest.contract.clock import SystemClock
    from ingest.contract.logs import log_to_stderr
    from ingest.control_socket import SocketControl
    from ingest.home import Home
    from ingest.registry.current import CurrentRegistry
    from ingest.settings import StageSettings, disk_of, given_settings, home_of
    from ingest.storage.opening import open_store

    given = given_settings(args.config, os.environ)
    home = Home.open(home_of(args.home, given))
    settings, telling = StageSettings.of(given, home), NoticeSettings.of(os.environ)
    mail = mail_server(given)
    with ExitStack() as stack:
        catalog = ready_catalog(settings.catalog)
        stack.callback(catalog.dispose)
        store = open_store(settings.store)
        stack.callback(store.close)
        if args.check:
            for name, value in (settings.shown() | telling.shown()).items():
                sys.stdout.write(f"{name:<8} {value}\n")
            sys.stdout.write(f"mail     {mail.host if mail else 'nobody is sent any'}\n")
            sys.stdout.write(f"{home.path}: ready to be served\n")
            return
        sources = Sources(
            catalog=catalog,
            store=store,
            registry=CurrentRegistry(catalog),
            clock=SystemClock(),
            software=version("zonewatch"),
            control=SocketControl(home),
            home=home,
            disk=disk_of(given, home, SystemClock()),
            demo=home.is_demo,
            grafana=grafana_of(given),
            language=language_of(given),
        )
        log_to_stderr()
        listening = stack.enter_context(listen(args.port))
        background = Background.of(sources, home, telling=telling, mail=mail)
        asyncio.run(_until_told_to_stop(listening, sources, background))


async def _until_told_to_stop(
    listening: "socket.socket", sources: "Sources", background: "Background"
) -> None:
    import asyncio

    from api.server import HOST, serve
    from ingest.contract.stopping import until_stopped

    sys.stderr.write(f"zonewatch api: http://{HOST}:{listening.getsockname()[1]}/board/\n")

    async def service() -> None:
        async with asyncio.TaskGroup() as tasks:
            serving = serve(listening, sources, desk=background.notices.desk)
            tasks.create_task(serving, name="api")
            tasks.create_task(background.run(), name="background")

    await until_stopped(service())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch api", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=_PORT, help=f"0 takes any free one (default {_PORT})"
    )
    parser.add_argument("--home", type=Path, help="where the embedded parts keep their files")
    parser.add_argument("config", nargs="?", type=Path, help="a TOML file with settings")
    parser.add_argument("--check", action="store_true", help="open everything, and stop")
    return parser
