"""A chain from the first instant that is played to its end: processes, clock and backend."""

import asyncio
import pickle
import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from socket import socket
from typing import Final

import orjson

from api.accounts.port import LoopbackVisitors
from api.backend import Backend
from api.notices.settings import NoticeSettings
from gateway.config import PASSWORD_VARIABLE
from ingest.contract.identity import GatewayId
from ingest.home import Home
from ingest.mqtt import BrokerAddress
from simulators.chain.children import child
from simulators.chain.devices import Orders, Played
from simulators.chain.home import Memory, remember
from simulators.chain.site import Surroundings, site_file
from simulators.conductor import Conductor
from simulators.demo.broker import embedded_broker

_GLANCE_S: Final = 0.05  # other processes tell nobody when they are done
_AN_INSTANT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be played, and how much of it now."""

    memory: Memory  # what is played, and from when on this run goes on
    until: datetime
    played: tuple[Played, ...]

    @property
    def start(self) -> datetime:
        """When this run begins."""
        return self.memory.until

    @property
    def hours(self) -> float:
        """How long this run is, in the time of its devices."""
        return (self.until - self.start) / timedelta(hours=1)

    def share_at(self, now: datetime) -> float:
        """Return how much of this run is over at an instant: 0 to 1."""
        return min(max((now - self.start) / max(self.until - self.start, _AN_INSTANT), 0.0), 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A running chain: time, backend, and the gateways' outboxes."""

    plan: Plan
    broker: BrokerAddress
    conductor: Conductor
    backend: Backend
    outboxes: Sequence[Path]

    async def catch_up(self, told: Callable[[float], None]) -> None:
        """Live until the plan's end, and wait until every record has arrived and counts."""
        reporting = asyncio.create_task(self._report(told), name="progress")
        try:
            await self.conductor.run(self.plan.until)
            await self._settled()
        finally:
            reporting.cancel()
            with suppress(asyncio.CancelledError):
                await reporting
        told(1.0)

    async def _report(self, told: Callable[[float], None]) -> None:
        while True:
            told(self.plan.share_at(self.conductor.now()))
            await asyncio.sleep(0.5)

    async def _settled(self) -> None:
        """Wait until the gateways hold nothing and the change feed is empty."""
        while await asyncio.to_thread(lambda: any(map(held, self.outboxes))):  # noqa: ASYNC110
            await asyncio.sleep(_GLANCE_S)
        while not await asyncio.to_thread(self.backend.is_idle):  # noqa: ASYNC110
            await asyncio.sleep(_GLANCE_S)


def held(outbox: Path) -> int:
    """Return how many records a gateway's outbox file holds."""
    if not outbox.exists():
        return 1
    with closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True, timeout=5)) as database:
        return int(database.execute("SELECT COUNT(*) FROM record").fetchone()[0])


@asynccontextmanager
async def running_chain(
    home: Home,
    plan: Plan,
    *,
    listening: socket | None,
    telling: NoticeSettings | None = None,
) -> AsyncGenerator[Chain]:
    """Run everything a plan needs for as long as the context lasts."""
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(embedded_broker(home.path / "broker"))
        conductor = await stack.enter_async_context(Conductor(plan.start))
        remember(home, plan.memory)
        stack.callback(lambda: remember(home, replace(plan.memory, until=conductor.now())))
        backend = stack.enter_context(
            Backend.build(
                home,
                broker=broker,
                clock=conductor,
                software=version("zonewatch"),
                telling=telling,
            )
        )
        await stack.enter_async_context(_running(backend, listening))
        lines = await stack.enter_async_context(living_devices(home, plan, conductor.port))
        homes: list[Path] = []
        for each in plan.played:
            around = Surroundings(
                home=home.path / "gateways" / each.site.gateway,
                broker=broker,
                clock_port=conductor.port,
                line_port=lines[each.site.gateway],
            )
            homes.append(around.home)
            await stack.enter_async_context(running_gateway(each, around))
        await conductor.gather(1 + len(homes))
        outboxes = [gateway_home / "outbox.db" for gateway_home in homes]
        yield Chain(
            plan=plan, broker=broker, conductor=conductor, backend=backend, outboxes=outboxes
        )


@asynccontextmanager
async def _running(backend: Backend, listening: socket | None) -> AsyncGenerator[None]:
    """Run the backend beside the context; if it fails, the context is cancelled and fails too."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(
            backend.run(listening=listening, accounts=LoopbackVisitors()), name="backend"
        )
        try:
            yield
        finally:
            running.cancel()


@asynccontextmanager
async def living_devices(
    home: Home, plan: Plan, clock_port: int
) -> AsyncGenerator[dict[GatewayId, int]]:
    """Let the devices live; yield at which port each gateway's line answers."""
    truth = home.path / "truth"
    truth.mkdir(exist_ok=True)
    feed = pickle.dumps(Orders(played=plan.played, clock_port=clock_port, truth=truth))
    log = home.path / "devices.log"
    async with child("simulators.chain.devices", log=log, feed=feed) as process:
        line = await process.stdout.readline() if process.stdout else b""
        yield orjson.loads(line)


@asynccontextmanager
async def running_gateway(played: Played, around: Surroundings) -> AsyncGenerator[None]:
    """Run a site's gateway in a process of its own."""
    around.home.mkdir(parents=True, exist_ok=True)
    config = _write_site_file(played, around)
    password = around.broker.password
    secrets = {} if password is None else {PASSWORD_VARIABLE: password}
    async with child("gateway", str(config), log=around.home / "gateway.log", secrets=secrets):
        yield


def _write_site_file(played: Played, around: Surroundings) -> Path:
    config = around.home / "site.toml"
    text = site_file(played.site, around, interval=played.play.step)
    config.write_text(text, encoding="utf-8")
    return config
