"""A real broker, a real InfluxDB 2, and ingest in a process of its own between them."""

import asyncio
import re
import urllib.request
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.catalog import ready_catalog
from ingest import ledger
from ingest.contract.clock import SystemClock
from ingest.home import Home
from ingest.ledger import Line
from ingest.mqtt import BrokerAddress
from ingest.registry.tables import append
from ingest.storage.influx import InfluxStore
from simulators.bench.field import Field, a_field
from simulators.bench.figure import MeasuringFailedError
from simulators.bench.load import devices_of, registry_entries
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
    home: Home
    store_pid: int
    ingest_pid: int
    store: InfluxStore
    metrics_port: int

    def step_seconds(self) -> dict[str, float]:
        """Return how long ingest has spent in each step of its commits."""
        url = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(url, timeout=_PATIENCE_S) as answer:
            told = answer.read().decode()
        return {name: float(seconds) for name, seconds in _STEP.findall(told)}

    def account(self) -> Line:
        """Return the sum of the account, as ingest has written it down."""
        catalog = ready_catalog(self.home.catalog_url())
        try:
            with catalog.connect() as connection:
                return ledger.total(ledger.lines(connection))
        finally:
            catalog.dispose()


@asynccontextmanager
async def running_spine(folder: Path, *, gateways: int) -> AsyncGenerator[Spine]:
    """Run it in a folder, with so many gateways in the registry."""
    program = influxd()
    if program is None:
        raise MeasuringFailedError("influxd is not installed: make servers")
    home = Home.create(folder / "home")
    _enter(home, gateways)
    async with AsyncExitStack() as stack:
        server = stack.enter_context(running_influxd(program, folder))
        broker = await stack.enter_async_context(embedded_broker(folder / "broker"))
        settings = _settings(home, server.setting(FIRST_BUCKET), broker)
        process = await stack.enter_async_context(
            child("zonewatch", "ingest", log=folder / "ingest.log", secrets=settings)
        )
        await _until_ready(int(settings["ZONEWATCH_METRICS_PORT"]))
        store = InfluxStore(server.url, org=ORG, bucket=FIRST_BUCKET, token=TOKEN)
        stack.callback(store.close)
        field = await stack.enter_async_context(a_field(broker))
        listening = asyncio.create_task(field.listen(), name="acknowledgements")
        try:
            yield Spine(
                field=field,
                home=home,
                store_pid=server.process.pid,
                ingest_pid=process.pid,
                store=store,
                metrics_port=int(settings["ZONEWATCH_METRICS_PORT"]),
            )
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


def _enter(home: Home, gateways: int) -> None:
    catalog = ready_catalog(home.catalog_url())
    try:
        with catalog.begin() as connection:
            serving = [devices_of(number) for number in range(gateways)]
            entries = [(0, entry) for entry in registry_entries(serving)]
            now = SystemClock().now()
            append(connection, entries, actor="bench", source="bench", known_at=now)
    finally:
        catalog.dispose()


def _settings(home: Home, store: str, broker: BrokerAddress) -> dict[str, str]:
    return {
        "ZONEWATCH_HOME": str(home.path),
        "ZONEWATCH_STORE": store,
        "ZONEWATCH_STORE_TOKEN": TOKEN,
        "ZONEWATCH_BROKER": f"mqtt://{broker.host}:{broker.port}",
        "ZONEWATCH_METRICS_PORT": str(free_port()),
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
