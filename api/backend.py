"""The backend in one process over embedded parts: ingest, analytics, and the API with its board."""

import asyncio
import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from socket import socket
from typing import Self

import sqlalchemy as sa

from analytics.service.hourfiles import HourFiles
from analytics.service.stage import AnalyticsStage
from api.accounts.port import Accounts
from api.background import Background
from api.catalog import ready_catalog
from api.notices.settings import NoticeSettings
from api.server import serve
from api.sources import Sources
from api.subscriptions.settings import mail_server
from api.visiting import grafana_of, language_of
from ingest.contract.clock import Clock
from ingest.home import Home
from ingest.mqtt import BrokerAddress
from ingest.registry.current import CurrentRegistry
from ingest.registry.registry import Registry
from ingest.settings import disk_of
from ingest.stage import IngestStage, open_ingest
from ingest.storage.opening import open_store, opened_means
from ingest.tables import FEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """Everything between the broker and the pages, wired."""

    ingest: IngestStage
    analytics: AnalyticsStage
    sources: Sources
    background: Background

    @classmethod
    @contextmanager
    def build(
        cls,
        home: Home,
        *,
        broker: BrokerAddress,
        clock: Clock,
        software: str,
        telling: NoticeSettings | None = None,
    ) -> "Generator[Self]":
        """Open a home's files and wire the backend over them; close them at the end.

        Without settings for telling people, what would be told is only recorded.
        """
        with ExitStack() as stack:
            catalog = ready_catalog(home.catalog_url())
            stack.callback(catalog.dispose)
            store = open_store(home.store_setting())
            stack.callback(store.close)
            means = stack.enter_context(opened_means(home.store_setting()))
            files = HourFiles(home.hours_dir)
            stack.callback(files.close)
            registry = CurrentRegistry(catalog)
            ingest = stack.enter_context(
                open_ingest(
                    home=home,
                    store=store,
                    catalog=catalog,
                    registry=registry,
                    broker=broker,
                    clock=clock,
                    disk=disk_of(os.environ, home, clock),
                )
            )
            sources = Sources(
                catalog=catalog,
                store=store,
                registry=registry,
                clock=clock,
                software=software,
                control=ingest.control,
                disk=ingest.disk,
                home=home,
                demo=home.is_demo,
                grafana=grafana_of(os.environ),
                language=language_of(os.environ),
            )
            yield cls(
                ingest=ingest,
                analytics=AnalyticsStage.of(
                    store=store,
                    catalog=catalog,
                    files=files,
                    registry=registry,
                    clock=clock,
                    means=means,
                    counts=ingest.meter.counts,
                ),
                sources=sources,
                background=Background.of(
                    sources,
                    home,
                    telling=telling or NoticeSettings.of({}),
                    mail=mail_server(os.environ),
                ),
            )

    async def run(self, *, listening: socket | None, accounts: Accounts | None = None) -> None:
        """Run until cancelled; without a socket to listen on nothing is served.

        Where no accounts are given they are the catalog's.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.ingest.run(), name="ingest")
            tasks.create_task(self.analytics.run(), name="analytics")
            if listening is None:
                tasks.create_task(self.background.notices.stage.run(), name="notices")
            else:
                serving = serve(listening, self.sources, accounts, self.background.notices.desk)
                tasks.create_task(serving, name="api")
                tasks.create_task(self.background.run(), name="background")

    def registry(self) -> Registry:
        """Return the registry as it is now."""
        return self.sources.registry()

    def is_idle(self) -> bool:
        """Tell whether nothing waits on the change feed."""
        with self.sources.catalog.connect() as connection:
            return not connection.scalar(sa.select(sa.func.count()).select_from(FEED))
