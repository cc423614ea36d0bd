"""Ingest as a stage: the service wired over what a home and its settings name."""

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ingest.archive import Archive
from ingest.chirpstack.codec_files import load_codecs
from ingest.contract.clock import Clock
from ingest.contract.metric import DeviceClass
from ingest.control import Desk, Form
from ingest.control_socket import answering
from ingest.disk import Disk, disk_gauges
from ingest.health import Check
from ingest.home import Home
from ingest.mapping_files import load_mappings
from ingest.meter import Meter, feed_gauge
from ingest.mqtt import BrokerAddress, MqttLink
from ingest.owning import owned
from ingest.pipeline import Pipeline
from ingest.registry.expiry import running_out
from ingest.registry.registry import Registry
from ingest.service import IngestService
from ingest.storage.port import ReadingStore, StoreError
from ingest.tables import WATERMARK

WORKER: Final = "w1"
_LOG = logging.getLogger(__name__)
_WARN_EVERY: Final = timedelta(hours=12)  # real time: a warning twice a day is not overlooked


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestStage:
    """The service, and what surrounds it."""

    home: Home
    service: IngestService
    control: Desk
    meter: Meter
    disk: Disk

    @property
    def checks(self) -> Mapping[str, Check]:
        """What has to be well for the stage to be ready."""
        pipeline, link = self.service.pipeline, self.service.link
        return {
            "broker": lambda: None if link.subscribed.is_set() else "not subscribed",
            "catalog": lambda: catalog_check(pipeline.catalog),
            "store": lambda: store_check(pipeline.store),
            "disk": self.disk.check,
        }

    async def run(self) -> None:
        """Run until cancelled."""
        async with answering(self.home, self.control), asyncio.TaskGroup() as tasks:
            tasks.create_task(self.service.run(), name="ingest service")
            tasks.create_task(_warn_in_time(self.disk), name="disk")
            tasks.create_task(self._warn_of_cards(), name="sim cards")

    async def _warn_of_cards(self) -> None:
        pipeline = self.service.pipeline
        while True:
            registry = await asyncio.to_thread(pipeline.registry)
            for one in running_out(registry, pipeline.clock.now().date()):
                about = {"gateway": one.gateway.id}
                _LOG.warning("its SIM card has %d days left", one.days_left, extra=about)
            await asyncio.sleep(_WARN_EVERY.total_seconds())


@contextmanager
def open_ingest(
    *,
    home: Home,
    store: ReadingStore,
    catalog: sa.Engine,
    registry: Callable[[], Registry],
    broker: BrokerAddress,
    clock: Clock,
    disk: Disk,
) -> Generator[IngestStage]:
    """Own a home's archive and wire the service over it."""
    with ExitStack() as stack:
        stack.enter_context(owned(home))
        archive = stack.enter_context(Archive(home.archive_dir, WORKER, require=disk.require))
        link = MqttLink(broker, client_id=f"zonewatch-ingest-{WORKER}", clock=clock)
        meter = Meter()
        feed_gauge(meter.counts, catalog)
        disk_gauges(meter.counts, disk)
        pipeline = Pipeline(
            worker=WORKER,
            archive=archive,
            store=store,
            catalog=catalog,
            registry=registry,
            publisher=link,
            clock=clock,
            meter=meter,
            mappings=load_mappings(home.mappings_dir),
            codecs=load_codecs(home.codecs_dir),
        )
        service = IngestService(link=link, pipeline=pipeline)
        desk = Desk(
            catalog=catalog,
            clock=clock,
            commit=service.commit_between,
            find=archive.message,
            store=store,
            registry=registry,
        )
        yield IngestStage(home=home, service=service, control=desk, meter=meter, disk=disk)


async def _warn_in_time(disk: Disk) -> None:
    while True:
        room = await asyncio.to_thread(disk.look)
        if room.soon_full:
            _LOG.warning("the disk is full in %.0f days at the present rate", room.days_left)
        await asyncio.sleep(_WARN_EVERY.total_seconds())


def catalog_check(catalog: sa.Engine) -> str | None:
    """Return what is wrong with the catalog."""
    try:
        with catalog.connect() as connection:
            connection.execute(sa.select(sa.func.count()).select_from(WATERMARK))
    except SQLAlchemyError as error:
        return f"the catalog does not answer: {type(error).__name__}"
    return None


def store_check(store: ReadingStore) -> str | None:
    """Return what is wrong with the store."""
    try:
        store.latest(DeviceClass.GATEWAY, [])
    except StoreError as error:
        return str(error)
    return None


class _Nobody:
    """Publishes to nobody: a command tells no gateway, the service will."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Let it be."""


@contextmanager
def open_pipeline(
    *,
    home: Home,
    store: ReadingStore,
    catalog: sa.Engine,
    registry: Callable[[], Registry],
    clock: Clock,
) -> Generator[Pipeline]:
    """Own a home for a command, while no service runs on it."""
    with owned(home), Archive(home.archive_dir, WORKER) as archive:
        yield Pipeline(
            worker=WORKER,
            archive=archive,
            store=store,
            catalog=catalog,
            registry=registry,
            publisher=_Nobody(),
            clock=clock,
            mappings=load_mappings(home.mappings_dir),
            codecs=load_codecs(home.codecs_dir),
        )


@contextmanager
def open_desk(
    *,
    home: Home,
    store: ReadingStore,
    catalog: sa.Engine,
    registry: Callable[[], Registry],
    clock: Clock,
) -> Generator[Desk]:
    """Own a home for a command's decisions, while no service runs on it."""
    with open_pipeline(
        home=home, store=store, catalog=catalog, registry=registry, clock=clock
    ) as pipeline:
        for _ in pipeline.recover():
            pass

        def commit(form: Form) -> None:
            if messages := form():
                for _ in pipeline.commit(messages):
                    pass

        find = pipeline.archive.message
        yield Desk(
            catalog=catalog,
            clock=clock,
            commit=commit,
            find=find,
            store=store,
            registry=registry,
        )
