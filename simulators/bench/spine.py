"""A real broker, a real InfluxDB 2, and stages in processes of their own around them."""

import asyncio
import re
import urllib.request
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from api.catalog import ready_catalog
from ingest import ledger
from ingest.contract.clock import SystemClock
from ingest.home import Home
from ingest.ledger import Line
from ingest.mqtt import BrokerAddress
from ingest.registry.model import Entry
from ingest.registry.tables import append
from ingest.storage.influx import InfluxStore
from simulators.bench.field import Field, a_field
from simulators.bench.figure import MeasuringFailedError
from simulators.chain.children import child
from simulators.demo.broker import embedded_broker, free_port
from simulators.influxd import FIRST_BUCKET, ORG, TOKEN, influxd, running_influxd

_PATIENCE_S: Final = 60.0
_GLANCE_S: Final = 0.05
_STEP: Final = re.compile(
    r'^zonewatch_ingest_step_seconds_total{step="(\w+)"} (\S+)$', re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spine:
    """Everything from the field to the store, running."""

    field: Field
    catalog_url: str
    store_pid: int
    pids: Mapping[str, int]  # of the stages
    store: InfluxStore
    ports: Mapping[str, int]  # where each stage tells of itself

    @property
    def ingest_pid(self) -> int:
        """The id of ingest's process."""
        return self.pids["ingest"]

    def step_seconds(self) -> dict[str, float]:
        """Return how long ingest has spent in each step of its commits."""
        url = f"http://127.0.0.1:{self.ports['ingest']}/metrics"
        with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:
            told = answer.read().decode()
        return {name: float(seconds) for name, seconds in _STEP.findall(told)}

    def account(self) -> Line:
        """Return the sum of the account, as ingest has written it down."""
        catalog = ready_catalog(self.catalog_url)
        try:
            with catalog.connect() as connection:
                return ledger.total(ledger.lines(connection))
        finally:
            catalog.dispose()


@asynccontextmanager
async def running_spine(
    folder: Path,
    entries: Sequence[Entry],
    *,
    stages: Sequence[str] = ("ingest",),
    durable: bool = True,
    more: Mapping[str, str] = MappingProxyType({}),
) -> AsyncGenerator[Spine]:
    """Run it in a folder, with a registry and further settings; a broker as durable as told."""
    program = influxd()
    if program is None:
        raise MeasuringFailedError("influxd is not installed: make servers")
    home = Home.create(folder / "home")
    catalog_url = home.catalog_url(more)
    _enter(catalog_url, entries)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(running_influxd(program, folder))
        private = embedded_broker(folder / "broker", durable=durable)
        broker = await stack.enter_async_context(private)
        settings = {**_settings(home, server.setting(FIRST_BUCKET), broker), **more}
        ports = {stage: free_port() for stage in stages}
        pids = {
            stage: await _started(stack, stage, ports[stage], folder, settings) for stage in stages
        }
        for port in ports.values():
            await _until_ready(port)
        store = InfluxStore(server.url, org=ORG, bucket=FIRST_BUCKET, token=TOKEN)
        stack.callback(store.close)
        field = await stack.enter_async_context(a_field(broker))
        listening = asyncio.create_task(field.listen(), name="acknowledgements")
        try:
            yield Spine(
                field=field,
                catalog_url=catalog_url,
                store_pid=server.process.pid,
                pids=pids,
                store=store,
                ports=ports,
            )
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def _started(
    stack: AsyncExitStack, stage: str, port: int, folder: Path, settings: Mapping[str, str]
) -> int:
    told = ("--port", str(port)) if stage == "api" else ()
    running = child(
        "zonewatch",
        stage,
        *told,
        log=folder / f"{stage}.log",
        secrets={**settings, "ZONEWATCH_METRICS_PORT": str(port)},
    )
    return (await stack.enter_async_context(running)).pid


def _enter(catalog_url: str, entries: Sequence[Entry]) -> None:
    catalog = ready_catalog(catalog_url)
    try:
        with catalog.begin() as connection:
            told = [(0, entry) for entry in entries]
            now = SystemClock().now()
            append(connection, told, actor="bench", source="bench", known_at=now)
    finally:
        catalog.dispose()


def _settings(home: Home, store: str, broker: BrokerAddress) -> dict[str, str]:
    return {
        "ZONEWATCH_HOME": str(home.path),
        "ZONEWATCH_STORE": store,
        "ZONEWATCH_STORE_TOKEN": TOKEN,
        "ZONEWATCH_BROKER": f"mqtt://{broker.host}:{broker.port}",
    }


async def _until_ready(port: int) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not await asyncio.to_thread(_is_ready, port):  # noqa: ASYNC110 - another process
            await asyncio.sleep(_GLANCE_S)


def _is_ready(port: int) -> bool:
    with suppress(OSError):
        url = f"http://127.0.0.1:{port}/health/ready"
        with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004
    return False
