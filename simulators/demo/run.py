"""A demo from its first simulated instant to its end: processes, clock and backend."""

import asyncio
import logging
import os
import pickle
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Final

import orjson

from api.backend import Backend
from ingest.contract.identity import GatewayId
from ingest.home import Home
from ingest.mqtt import BrokerAddress
from simulators.conductor import Conductor
from simulators.demo.broker import embedded_broker
from simulators.demo.devices import Orders
from simulators.demo.registry import DemoHomeError, Memory, recall, remember
from simulators.demo.site import DemoSite, demo_sites, site_file

_LOG = logging.getLogger(__name__)
_STEP: Final = timedelta(minutes=5)
_GRACE_S: Final = 10.0
_GLANCE_S: Final = 0.05  # other processes tell nobody when they are done


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """A world that began at an instant, and how much of it is to be lived through now."""

    world_start: datetime
    start: datetime
    until: datetime
    seed: int

    @property
    def days(self) -> int:
        """The days in which labelled causes happen: at least one."""
        return max(1, -(-(self.until - self.world_start) // timedelta(days=1)))


def make_plan(home: Home, *, days: int, seed: int, now: datetime) -> DemoPlan:
    """Return N days up to now; where the home has a demo already, what is missing up to now."""
    until = now - (now - datetime.min.replace(tzinfo=UTC)) % _STEP
    known = recall(home)
    if known is None:
        known = Memory(start=until - timedelta(days=days), seed=seed, until=None)
    elif known.seed != seed:
        raise DemoHomeError(f"{home.path}: has a demo of seed {known.seed}, not of {seed}")
    return DemoPlan(
        world_start=known.start, start=known.until or known.start, until=until, seed=seed
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demo: time, backend, and the sites' outboxes."""

    conductor: Conductor
    backend: Backend
    sites: Sequence[DemoSite]
    outboxes: Sequence[Path]

    async def catch_up(self, plan: DemoPlan, told: Callable[[float], None]) -> None:
        """Live through the plan's days, and wait until every record has arrived and counts."""
        reporting = asyncio.create_task(self._report(plan, told), name="progress")
        try:
            await self.conductor.run(plan.until)
            await self._settled()
        finally:
            reporting.cancel()
            with suppress(asyncio.CancelledError):
                await reporting
        told(1.0)

    async def _report(self, plan: DemoPlan, told: Callable[[float], None]) -> None:
        while True:
            whole = max(plan.until - plan.start, _STEP)
            done = (self.conductor.now() - plan.start) / whole
            told(min(max(done, 0.0), 1.0))
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
    with sqlite3.connect(f"file:{outbox}?mode=ro", uri=True, timeout=5) as database:
        return int(database.execute("SELECT COUNT(*) FROM record").fetchone()[0])


@asynccontextmanager
async def running_demo(home: Home, plan: DemoPlan, *, port: int | None) -> AsyncIterator[Demo]:
    """Run everything a demo needs for as long as the context lasts."""
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(embedded_broker(home.path / "broker"))
        conductor = await stack.enter_async_context(Conductor(plan.start))
        _note(home, plan, plan.start)
        stack.callback(lambda: _note(home, plan, conductor.now()))
        backend = stack.enter_context(
            Backend.build(home, broker=broker, clock=conductor, software=version("zonewatch"))
        )
        await stack.enter_async_context(_running(backend, port))
        sites = demo_sites(backend.registry(), plan.start)
        truth = home.path / "truth"
        truth.mkdir(exist_ok=True)
        orders = Orders(
            sites=sites,
            start=plan.world_start,
            days=plan.days,
            seed=plan.seed,
            clock_port=conductor.port,
            truth=truth,
        )
        lines = await stack.enter_async_context(_devices(orders, home.path / "devices.log"))
        homes = [home.path / "gateways" / site.gateway for site in sites]
        for site, gateway_home in zip(sites, homes, strict=True):
            gateway = _gateway(
                site, gateway_home, broker=broker, clock=conductor.port, line=lines[site.gateway]
            )
            await stack.enter_async_context(gateway)
        await conductor.gather(1 + len(sites))
        yield Demo(
            conductor=conductor,
            backend=backend,
            sites=sites,
            outboxes=[gateway_home / "outbox.db" for gateway_home in homes],
        )


def _note(home: Home, plan: DemoPlan, until: datetime) -> None:
    remember(home, Memory(start=plan.world_start, seed=plan.seed, until=until))


@asynccontextmanager
async def _running(backend: Backend, port: int | None) -> AsyncIterator[None]:
    """Run the backend beside the context; if it fails, the context is cancelled and fails too."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(backend.run(port=port), name="backend")
        try:
            yield
        finally:
            running.cancel()


@asynccontextmanager
async def _devices(orders: Orders, log: Path) -> AsyncIterator[dict[GatewayId, int]]:
    feed = pickle.dumps(orders)
    async with _child("simulators.demo.devices", log=log, feed=feed) as process:
        line = await process.stdout.readline() if process.stdout else b""
        yield orjson.loads(line)


@asynccontextmanager
async def _gateway(
    site: DemoSite, home: Path, *, broker: BrokerAddress, clock: int, line: int
) -> AsyncIterator[None]:
    config = _write_site_file(
        home, site_file(site, home=home, broker=broker, clock=clock, line=line)
    )
    async with _child("gateway", str(config), log=home / "gateway.log"):
        yield


def _write_site_file(home: Path, text: str) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    config = home / "site.toml"
    config.write_text(text, encoding="utf-8")
    return config


@asynccontextmanager
async def _child(
    module: str, *arguments: str, log: Path, feed: bytes = b""
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a module in a process of its own; at the end ask it to stop, and then insist."""
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            start_new_session=True,
        )
    try:
        if process.stdin:
            process.stdin.write(feed)
            process.stdin.close()
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
