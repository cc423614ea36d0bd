"""A backend over embedded parts with a broker of its own, for tests that publish by hand."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from analytics.result import ZoneResult
from analytics.service.basis import so_far
from api.backend import Backend
from api.catalog import ready_catalog
from api.notices.settings import NoticeSettings
from ingest import ledger, quarantine
from ingest.contract.clock import ManualClock
from ingest.contract.period import micros
from ingest.home import Home
from ingest.ledger import Line
from ingest.mqtt import BrokerAddress
from ingest.quarantine import Quarantined
from ingest.registry import tables
from ingest.registry.registry import Registry
from simulators.demo.broker import embedded_broker

_PATIENCE_S = 20.0


@dataclass(slots=True)
class Looks:
    """How often the watch has looked."""

    done: int = 0

    def count(self) -> None:
        """Take in that it has."""
        self.done += 1


@dataclass(frozen=True, slots=True)
class Bench:
    """A running backend, and a way to publish to it."""

    backend: Backend
    client: paho.Client
    looks: "Looks"

    def publish(self, topic: str, message: object) -> None:
        """Publish a mapping as plain JSON, or bytes as they are."""
        payload = message if isinstance(message, bytes) else orjson.dumps(message)
        self.client.publish(topic, payload, qos=1).wait_for_publish(_PATIENCE_S)

    async def until(self, reached: Callable[[], bool]) -> None:
        """Wait until something has come about."""
        deadline = time.monotonic() + _PATIENCE_S
        while not await asyncio.to_thread(reached):
            if time.monotonic() > deadline:
                raise TimeoutError
            await asyncio.sleep(0.02)

    async def until_settled(self, records: int) -> None:
        """Wait until so many records are settled and computed, and the watch has seen them."""

        def settled() -> bool:
            line = self.account()
            done = line.stored + line.repeated + line.quarantined
            return done >= records and self.backend.is_idle()

        await self.until(settled)
        known = self.looks.done
        await self.until(lambda: self.looks.done >= known + 2)  # the first had begun before

    def account(self) -> Line:
        """Return the whole account."""
        with self.backend.sources.catalog.connect() as connection:
            return ledger.total(ledger.lines(connection))

    def quarantined(self) -> Sequence[Quarantined]:
        """Return what lies in quarantine."""
        with self.backend.sources.catalog.connect() as connection:
            return quarantine.entries(connection)

    def results(self) -> list[ZoneResult]:
        """Return every zone's result so far."""
        with self.backend.sources.catalog.connect() as connection:
            return so_far(connection, self.backend.registry()).results

    def kg(self) -> Decimal:
        """Return the unrounded emissions avoided by all zones."""
        return sum((result.kg for result in self.results()), start=Decimal(0))


@asynccontextmanager
async def running_bench(
    path: Path,
    registry: Registry,
    now: datetime,
    *,
    uplinks: str | None = None,
    telling: NoticeSettings | None = None,
) -> AsyncGenerator[Bench]:
    """Run a backend in a folder, with a registry, at a time that stands still.

    With a filter of uplinks it takes in what ChirpStack publishes, too.
    """
    home = Home.create(path / "home")
    catalog = ready_catalog(home.catalog_url())
    with catalog.begin() as connection:
        entries = [(entry.valid_from, entry.item) for entry in registry.entries]
        tables.append(connection, entries, actor="test", source="test", known_at=now)
    catalog.dispose()
    async with embedded_broker(path / "broker") as broker:
        taken_in = replace(broker, uplinks=uplinks)
        with Backend.build(
            home, broker=taken_in, clock=ManualClock(now), software="test", telling=telling
        ) as built:
            looks = Looks()
            backend = _hurried(built, looks)
            running = asyncio.create_task(backend.run(listening=None))
            try:
                ready = backend.ingest.service.link.subscribed
                assert await asyncio.to_thread(ready.wait, _PATIENCE_S)
                yield Bench(backend, await asyncio.to_thread(_connected, broker), looks)
            finally:
                running.cancel()
                await asyncio.wait([running])


def _hurried(built: Backend, looks: Looks) -> Backend:
    """Return a backend that looks again and again, whatever its clock says."""
    short, notices = timedelta(seconds=0.05), built.background.notices
    if built.analytics.feeder.watch is not None:
        built.analytics.feeder.watch.pause = timedelta(0)
    return replace(
        built,
        analytics=replace(built.analytics, pause=short, then=(*built.analytics.then, looks.count)),
        background=replace(
            built.background, notices=replace(notices, stage=replace(notices.stage, pause=short))
        ),
    )


def _connected(broker: BrokerAddress) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id="by-hand", protocol=broker.version)
    client.username_pw_set("by-hand")
    client.connect(broker.host, broker.port)
    client.loop_start()
    return client


def milliseconds(moment: datetime) -> int:
    """Return an instant as the wire has it."""
    return micros(moment) // 1_000
