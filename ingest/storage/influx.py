"""A reading store in a bucket of InfluxDB 2: see `influx_lines` for how readings stand in it.

A write goes out in requests that may run side by side, because by then each key is there once.
What the server has answered is on its disk. No reading is looked up: whether a row may replace
another is told by the newest instant of its device, which is asked for once a process.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

import numpy as np

from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.storage import influx_queries as queries
from ingest.storage.block import Block, Instants, Reading, empty
from ingest.storage.columns import Chosen, by_class, merged, taken
from ingest.storage.influx_http import Door, LinesRefusedError, Place
from ingest.storage.influx_lines import encoded, fields_of
from ingest.storage.port import ReadingsRejectedError, StoreError

_LINES: Final = 10_000  # a request; measured: 5,000 to 20,000 are equally fast
_REQUESTS: Final = 2  # at a time; one is served by little more than one core
_DEVICES: Final = 500  # a query
_NEVER: Final = int(np.iinfo(np.int64).min)


class InfluxStore:
    """Keeps readings in a bucket. Only one process at a time writes a device."""

    def __init__(self, url: str, *, org: str, bucket: str, token: str) -> None:
        place = Place(url=url, org=org, bucket=bucket)
        self._door = Door(place, token=token, connections=4 * _REQUESTS)
        self._writing = threading.Lock()
        self._newest: dict[DeviceClass, dict[DeviceId, int]] = {}
        self._requests = ThreadPoolExecutor(_REQUESTS, thread_name_prefix="influx")
        try:
            self._door.check()
        except StoreError:
            self.close()
            raise

    def write(self, blocks: Sequence[Block]) -> None:
        """Keep the readings of all blocks, those beside refused ones, too.

        Raises:
            ReadingsRejectedError: Some were refused; all others are kept.
        """
        rejected: ReadingsRejectedError | None = None
        with self._writing:
            for block in by_class(blocks):
                try:
                    self._keep(block)
                except ReadingsRejectedError as error:
                    rejected = rejected or error
        if rejected:
            raise rejected

    def read(
        self,
        device_class: DeviceClass,
        devices: Collection[DeviceId],
        period: Period,
        metrics: Collection[str] | None = None,
    ) -> Block:
        """Return what the devices measured in the half-open period."""
        known = metrics_of(device_class)
        asked = [name for name in known if metrics is None or name in metrics]
        fields = self._fields(device_class, asked)
        if not fields:
            return empty(device_class)
        pieces = (
            piece
            for group in _groups(devices)
            for document in self._door.ask(queries.read(device_class, fields, group, period))
            for piece in queries.pieces_in(document)
        )
        return queries.block_of(device_class, fields, pieces)

    def latest(self, device_class: DeviceClass, devices: Collection[DeviceId]) -> Sequence[Reading]:
        """Return each device's last reading of every metric it ever gave."""
        fields = self._fields(device_class, metrics_of(device_class))
        lasts = (
            last
            for group in _groups(devices)
            for document in self._door.ask(queries.latest(device_class, fields, group))
            for last in queries.lasts_in(document)
        )
        return queries.readings_of(fields, lasts) if fields else []

    def close(self) -> None:
        """Let go of all connections."""
        self._requests.shutdown()
        self._door.close()

    def _fields(self, device_class: DeviceClass, metrics: Iterable[str]) -> list[str]:
        """Return the fields of metrics that were ever written: others would be columns of null."""
        answer = self._door.ask(queries.fields(device_class))
        there = {name for document in answer for name in queries.fields_in(document)}
        return [field for field in fields_of(metrics) if field in there]

    def _keep(self, block: Block) -> None:
        replacing = self._replacing(block)
        bodies = encoded(block, replacing=replacing, lines=_LINES)
        sent = [self._requests.submit(self._door.insert, body) for body in bodies]
        wait(sent)
        refused, reason = [], ""
        for first, one in zip(range(0, len(block), _LINES), sent, strict=True):
            if refusal := _refusal(one):
                rows = np.arange(first, min(first + _LINES, len(block)))
                refused += self._isolated(taken(block, rows), replacing[rows])
                reason = str(refusal)
        if refused:
            raise ReadingsRejectedError(reason, refused=merged(refused))

    def _isolated(self, block: Block, replacing: Chosen) -> list[Block]:
        """Keep what can be kept of refused rows by halving them; return the rows that cannot."""
        if len(block) == 1:
            return [block]
        refused = []
        for rows in np.array_split(np.arange(len(block)), 2):
            half = taken(block, rows)
            try:
                for body in encoded(half, replacing=replacing[rows], lines=_LINES):
                    self._door.insert(body)
            except LinesRefusedError:
                refused += self._isolated(half, replacing[rows])
        return refused

    def _replacing(self, block: Block) -> Chosen:
        """Tell which rows are not newer than all their device has, and note the new ones.

        It is noted before it is written: a write that fails may have kept some of it.
        """
        newest = self._newest_of(block.device_class, block.names)
        before: Instants = np.array([newest[name] for name in block.names], np.int64)
        replacing: Chosen = block.measured_at <= before[block.devices]
        last = np.flatnonzero(np.diff(block.devices, append=-1))
        after = np.maximum(before, block.measured_at[last])
        newest.update(zip(block.names, after.tolist(), strict=True))
        return replacing

    def _newest_of(
        self, device_class: DeviceClass, devices: Iterable[DeviceId]
    ) -> dict[DeviceId, int]:
        """Return the newest instants known, having asked for those of devices not met before."""
        newest = self._newest.setdefault(device_class, {})
        if strangers := [device for device in devices if device not in newest]:
            found = dict.fromkeys(strangers, _NEVER)
            for group in _groups(strangers):
                for document in self._door.ask(queries.newest(device_class, group)):
                    found.update(queries.newest_in(document))
            newest.update(found)
        return newest


def _groups(devices: Iterable[DeviceId]) -> Iterator[Sequence[DeviceId]]:
    """Yield devices in order, as many as one query asks for."""
    ordered = sorted(set(devices))
    for first in range(0, len(ordered), _DEVICES):
        yield ordered[first : first + _DEVICES]


def _refusal(sent: "Future[None]") -> LinesRefusedError | None:
    try:
        sent.result()
    except LinesRefusedError as error:
        return error
    return None
