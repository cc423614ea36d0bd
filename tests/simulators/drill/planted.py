"""Processes with one bug planted: `planted.py BUG zonewatch|gateway ARGUMENT…`."""

# pyright: reportPrivateUsage=false

import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import sqlalchemy as sa

import gateway.outbox
from gateway.chunks import SealedChunk
from gateway.outbox_tables import connect
from gateway.publisher import Publisher
from gateway.window import Flight
from ingest import feed
from ingest.archive import Frame, Message, Position
from ingest.columns import Touched
from ingest.contract.ack import Ack, form_ack
from ingest.contract.chunk import Chunk
from ingest.contract.topic import Kind, Topic
from ingest.intake import Intake, Opened, open_messages, take_in
from ingest.ledger import BootAccount, BootKey
from ingest.mqtt import Group, MqttLink, Received
from ingest.pipeline import Pipeline, Step
from ingest.registry.registry import Registry
from ingest.storage.block import Block
from ingest.storage.influx import InfluxStore
from ingest.storage.port import StoreUnavailableError
from ingest.wire import encode
from simulators.drill import logged_gateway
from zonewatch import main as zonewatch_main

_LONG_S: Final = 0.5  # that a step takes, so that a kill falls into it


def acknowledge_before_write() -> None:
    take, commit = MqttLink.take, Pipeline.commit

    def taken(self: MqttLink, group: Group) -> Sequence[Received]:
        received = take(self, group)
        self.acknowledge(received)
        return received

    def committed(self: Pipeline, messages: Sequence[Message]) -> Iterator[Step]:
        for one in open_messages(_a_frame(messages)):
            if one.gateway is not None and isinstance(one.body, Chunk):
                settled = {one.body.account.boot: one.body.numbers}
                ack = Ack(sent_at=self.clock.now(), settled=settled)
                topic = str(Topic(one.gateway, Kind.ACK))
                self.publisher.publish(topic, encode(form_ack(ack)))
        time.sleep(_LONG_S)
        yield from commit(self, messages)

    MqttLink.take = taken  # type: ignore[method-assign]
    Pipeline.commit = committed  # type: ignore[method-assign]


def forget_on_puback() -> None:
    send = Publisher._send

    async def sent(self: Publisher, client: object, flight: Flight, chunk: SealedChunk) -> None:
        await send(self, client, flight, chunk)  # type: ignore[arg-type]
        self._dispatch.settle(flight.boot, flight.numbers)

    Publisher._send = sent  # type: ignore[method-assign]


def drop_on_503() -> None:
    write = InfluxStore.write

    def written(self: InfluxStore, blocks: Sequence[Block]) -> None:
        try:
            write(self, blocks)
        except StoreUnavailableError:
            return

    InfluxStore.write = written  # type: ignore[method-assign]


def archive_after_store() -> None:
    take = Pipeline._take

    def committed(self: Pipeline, messages: Sequence[Message]) -> Iterator[Step]:
        steps = take(self, _a_frame(messages))
        yield next(steps)
        self.archive.append(messages)
        yield Step.ARCHIVED
        yield from steps

    Pipeline.commit = committed  # type: ignore[method-assign]


def feed_before_store() -> None:
    keep, add = Pipeline._keep, feed.add

    def kept(
        self: Pipeline,
        opened: Sequence[Opened],
        accounts: Mapping[BootKey, BootAccount],
        registry: Registry,
    ) -> Intake:
        intake = take_in(opened, registry=registry, accounts=accounts)
        with self.catalog.begin() as connection:
            add(connection, intake.touched)
        return keep(self, opened, accounts, registry)

    def nothing(connection: sa.Connection, touched: Iterable[Touched]) -> None:
        del connection, touched

    Pipeline._keep = kept  # type: ignore[method-assign]
    feed.add = nothing


def commit_without_sync() -> None:
    def opened(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    gateway.outbox.__dict__.update(connect=opened)


BUGS: Final[Mapping[str, Callable[[], None]]] = {
    each.__name__: each
    for each in (
        acknowledge_before_write,
        forget_on_puback,
        drop_on_503,
        archive_after_store,
        feed_before_store,
        commit_without_sync,
    )
}


def _a_frame(messages: Sequence[Message]) -> Frame:
    nowhere = Position("none", 0)
    return Frame(start=nowhere, end=nowhere, messages=tuple(messages))


if __name__ == "__main__":
    _, bug, what, *arguments = sys.argv
    BUGS[bug]()
    sys.argv[1:] = arguments
    sys.exit(logged_gateway.main() if what == "gateway" else zonewatch_main(arguments))
