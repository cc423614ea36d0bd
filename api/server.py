"""The HTTP server: on this machine's loopback address alone, until cancelled."""

import asyncio
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

import uvicorn

from api.accounts.catalog import CatalogAccounts
from api.accounts.first import NAME, first_admin
from api.accounts.port import Accounts
from api.app import create_app
from api.notices.desk import Desk
from api.sources import Sources
from ingest.contract.clock import SystemClock

HOST: Final = "127.0.0.1"
_LAST_ANSWERS_S: Final = 3


class PortInUseError(Exception):
    """The port cannot be listened on."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(f"port {port} on {HOST}: {reason}")
        self.port = port


def listen(port: int) -> socket.socket:
    """Take a port, any free one where it is 0."""
    try:
        listening = socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise PortInUseError(port, reason or "cannot be used") from error
    # asyncio sets it only where a socket names its protocol; without, an answer waits 40 ms.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


async def serve(
    listening: socket.socket,
    sources: Sources,
    accounts: Accounts | None = None,
    desk: Desk | None = None,
) -> None:
    """Answer requests that come in on a socket until cancelled.

    Where no accounts are given they are the catalog's, and the first start makes an admin.
    """
    config = uvicorn.Config(
        create_app(
            sources, accounts or await asyncio.to_thread(_of_the_catalog, sources), desk=desk
        ),
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=_LAST_ANSWERS_S,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    try:
        await asyncio.shield(running)
    finally:
        server.should_exit = True
        await running


def _of_the_catalog(sources: Sources) -> Accounts:
    clock = SystemClock()
    password = first_admin(sources.catalog, clock)
    if password is not None:
        sys.stderr.write(
            f"zonewatch: the first start made the user {NAME!r}, its password is shown only now:"
            f" {password}\n"
        )
        sys.stderr.flush()
    return CatalogAccounts(sources.catalog, clock)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield
