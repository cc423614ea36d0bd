"""Ingest's pipeline over embedded parts, for tests that crash it."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from ingest.archive import Archive
from ingest.contract.ack import Ack, parse_ack
from ingest.contract.clock import ManualClock
from ingest.ledger import Line, lines, total
from ingest.pipeline import Pipeline, Publisher
from ingest.registry.registry import Registry
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingStore
from ingest.tables import METADATA
from ingest.wire import decode
from tests.ingest.arrivals import NOW


class Mailbox:
    """Keeps every message that was published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, bytes]] = []

    def publish(self, topic: str, payload: bytes) -> None:
        self.published.append((topic, payload))

    def last(self) -> Ack:
        """Return the newest acknowledgement."""
        return parse_ack(decode(self.published[-1][1]))


@contextmanager
def a_catalog(folder: Path) -> Generator[sa.Engine]:
    """Return a catalog with the tables of ingest."""
    engine = sa.create_engine(f"sqlite:///{folder / 'catalog.sqlite'}")
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


@contextmanager
def a_pipeline(
    folder: Path,
    registry: Registry,
    *,
    store: ReadingStore | None = None,
    mailbox: Publisher | None = None,
) -> Generator[Pipeline]:
    """Return a pipeline over files in a folder, whatever one before it has left there."""
    with a_catalog(folder) as catalog, Archive(folder / "archive", "w1") as archive:
        yield Pipeline(
            worker="w1",
            archive=archive,
            store=store or MemoryStore(),
            catalog=catalog,
            registry=lambda: registry,
            publisher=mailbox or Mailbox(),
            clock=ManualClock(NOW),
        )


def account_of(pipeline: Pipeline) -> Line:
    """Return the sum of the account."""
    with pipeline.catalog.connect() as connection:
        return total(lines(connection))
