"""Chunks to queryable: through the real pipeline over embedded parts, until the last is read back.

A chunk is an hour of 20 lamps: 12 times, 10 metrics, 2,400 values. Groups are as large as ingest
makes them where many gateways have a backlog; beside that, as large as one gateway's window.
Forming the chunks is the field's work and is not counted.
"""

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Final

from api.catalog import ready_catalog
from gateway.window import Pace
from ingest.archive import Archive, Message
from ingest.collecting import rare_collections
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant, micros
from ingest.home import Home
from ingest.pipeline import Pipeline, Publisher, Step
from ingest.registry.current import CurrentRegistry
from ingest.registry.model import Entry
from ingest.registry.tables import append
from ingest.storage.block import Block, Reading
from ingest.storage.duckdb import DuckdbStore
from ingest.storage.port import ReadingStore
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.load import (
    DEVICES,
    LEVELS,
    ROWS,
    START,
    STEP,
    TIMES,
    VALUES,
    registry_entries,
    sealed_chunks,
)

Opening = Callable[[Home], ReadingStore]

CHUNKS: Final = 512
_SEED: Final = 1
_WIDE: Final = 256  # chunks a group
_SHARES: Final = {
    Step.ARCHIVED: "archive",
    Step.STORED: "decode_and_intake",
    Step.WRITTEN_DOWN: "catalog",
    Step.ACKNOWLEDGED: "acknowledge",
}


class _TimedStore:
    """A store that knows how long its writes took."""

    def __init__(self, store: ReadingStore) -> None:
        self._store = store
        self.seconds = 0.0

    def write(self, blocks: Sequence[Block]) -> None:
        began = time.perf_counter()
        self._store.write(blocks)
        self.seconds += time.perf_counter() - began

    def read(
        self,
        device_class: DeviceClass,
        devices: Collection[DeviceId],
        period: Period,
        metrics: Collection[str] | None = None,
    ) -> Block:
        return self._store.read(device_class, devices, period, metrics)

    def latest(self, device_class: DeviceClass, devices: Collection[DeviceId]) -> Sequence[Reading]:
        return self._store.latest(device_class, devices)

    def close(self) -> None:
        self._store.close()


class Mailbox:
    """Collects what is published."""

    def __init__(self) -> None:
        self.payload_bytes = 0

    def publish(self, topic: str, payload: bytes) -> None:
        """Count the bytes of a message that would go out."""
        self.payload_bytes += len(topic) + len(payload)


def _in_home(home: Home) -> ReadingStore:
    return DuckdbStore(home.store_path)


def measure(chunks: int = CHUNKS, opening: Opening = _in_home) -> Figures:
    """Push chunks through into an empty store, and tell how fast they were there to be read."""
    messages = list(sealed_chunks(chunks, seed=_SEED))
    seconds, busy, spent = _timed(messages, opening, group=_WIDE)
    narrow, _, _ = _timed(messages, opening, group=Pace().window)
    return {
        "values_per_second": Measured(chunks * VALUES / seconds, "/s"),
        "values_per_second_of_one_window": Measured(chunks * VALUES / narrow, "/s"),
        "own_cpu_per_million_values": Measured(1e6 * busy / (chunks * VALUES), "s"),
        "chunks_per_second": Measured(chunks / seconds, "/s"),
        "values": Measured(chunks * VALUES, "1"),
        "seconds": Measured(seconds, "s"),
        "wire_bytes_per_chunk": Measured(sum(len(m.payload) for m in messages) / chunks, "By"),
        **{
            f"share_{step}": Measured(100 * taken / seconds, "%")
            for step, taken in sorted(spent.items(), key=lambda item: -item[1])
        },
    }


def _timed(
    messages: Sequence[Message], opening: Opening, *, group: int
) -> tuple[float, float, dict[str, float]]:
    """Return the seconds until all is readable, those of our own CPU, and those of each step."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        home = Home.create(Path(directory) / "home")
        store = _TimedStore(opening(home))
        stack.callback(store.close)
        now = instant(messages[-1].received_at)
        entries = registry_entries()
        pipeline = a_pipeline(stack, home, store, entries=entries, now=now, publisher=Mailbox())
        stack.enter_context(rare_collections())
        began, idle = time.perf_counter(), time.process_time()
        spent = _push(pipeline, messages, group)
        _read_last(store, len(messages))
        seconds, busy = time.perf_counter() - began, time.process_time() - idle
    spent["decode_and_intake"] -= store.seconds
    spent["store"] = store.seconds
    return seconds, busy, spent


def a_pipeline(
    stack: ExitStack,
    home: Home,
    store: ReadingStore,
    *,
    entries: Sequence[Entry],
    now: datetime,
    publisher: Publisher,
) -> Pipeline:
    """Return ingest's pipeline over a home, with a registry, closed by the stack."""
    catalog = ready_catalog(f"sqlite:{home.path / 'catalog.sqlite'}")
    stack.callback(catalog.dispose)
    with catalog.begin() as connection:
        entered = [(0, entry) for entry in entries]
        append(connection, entered, actor="bench", source="bench", known_at=now)
    return Pipeline(
        worker="w1",
        archive=stack.enter_context(Archive(home.archive_dir, "w1")),
        store=store,
        catalog=catalog,
        registry=CurrentRegistry(catalog),
        publisher=publisher,
        clock=ManualClock(now),
    )


def _push(pipeline: Pipeline, messages: Sequence[Message], group: int) -> dict[str, float]:
    """Commit all messages in groups; return the seconds that each step took."""
    spent = dict.fromkeys(_SHARES.values(), 0.0)
    for first in range(0, len(messages), group):
        before = time.perf_counter()
        for step in pipeline.commit(messages[first : first + group]):
            now = time.perf_counter()
            spent[_SHARES[step]] += now - before
            before = now
    return spent


def _read_last(store: _TimedStore, chunks: int) -> None:
    last = micros(START + (chunks * TIMES - 1) * STEP)
    block = store.read(DeviceClass.STREETLIGHT, DEVICES, Period(last, last + 1))
    if len(block) != ROWS // TIMES or block.readings != len(DEVICES) * len(LEVELS):
        raise MeasuringFailedError(f"{block.readings} readings at the last instant")
