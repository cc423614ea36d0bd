"""Ingest's memory while the store hangs and an hour of the whole programme arrives.

8,755 devices at 5 minutes say 105,060 records an hour. Here 60 gateways publish as many in chunks
of 80, and none of them holds anything back: more than real ones would, since these stop when
nothing is acknowledged. The store is a real InfluxDB 2 that is stopped (SIGSTOP), so that
it takes connections and never answers; what ingest does not take, a real Mosquitto keeps.
"""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from ingest.archive import Message
from simulators.bench.field import Ready
from simulators.bench.figure import Figures, Measured
from simulators.bench.load import (
    DEVICES,
    devices_of,
    gateway_id,
    registry_entries,
    sealed_polls,
)
from simulators.bench.process import memory_bytes
from simulators.bench.spine import Spine, running_spine

GATEWAYS: Final = 60
POLLS: Final = 22
_INSTANTS: Final = 4  # in a chunk, of 20 devices
_ROWS: Final = _INSTANTS * len(DEVICES)
_WARM: Final = 3  # polls before, so that memory is what it is in use
_PATIENCE_S: Final = 900.0
_GLANCE_S: Final = 0.2


def measure(gateways: int = GATEWAYS, polls: int = POLLS) -> Figures:
    """Have every gateway publish so many polls while the store hangs."""
    messages = [list(_ready(number, _WARM + polls)) for number in range(gateways)]
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_measure(Path(directory), messages))


def _ready(gateway: int, polls: int) -> Iterator[Ready]:
    for poll, message in enumerate(_chunks(gateway, polls), start=1):
        yield Ready.of(message, last=poll * _ROWS)


def _chunks(gateway: int, polls: int) -> Iterator[Message]:
    return sealed_polls(polls, seed=1, gateway=gateway, instants=_INSTANTS)


async def _measure(folder: Path, messages: Sequence[Sequence[Ready]]) -> Figures:
    before_all = _WARM * len(messages)
    during = sum(map(len, messages)) - before_all
    serving = [devices_of(number) for number in range(len(messages))]
    async with running_spine(folder, registry_entries(serving)) as spine:
        await _publish(spine, [each[:_WARM] for each in messages])
        await _until_stored(spine, before_all * _ROWS)
        before = memory_bytes(spine.ingest_pid)
        os.kill(spine.store_pid, signal.SIGSTOP)
        began = time.perf_counter()
        watching = asyncio.create_task(_most(spine.ingest_pid), name="memory")
        try:
            await _publish(spine, [each[_WARM:] for each in messages])
            outage = time.perf_counter() - began
        finally:
            watching.cancel()
            os.kill(spine.store_pid, signal.SIGCONT)
        most, began = await watching, time.perf_counter()
        await _until_stored(spine, (before_all + during) * _ROWS)
        recovery = time.perf_counter() - began
        return {
            "resident_before": Measured(before, "By"),
            "resident_most_during_outage": Measured(most, "By"),
            "growth": Measured(most - before, "By"),
            "resident_most_with_recovery": Measured(memory_bytes(spine.ingest_pid, "VmHWM"), "By"),
            "messages": Measured(during, "1"),
            "records": Measured(during * _ROWS, "1"),
            "outage": Measured(outage, "s"),
            "recovery": Measured(recovery, "s"),
        }


async def _publish(spine: Spine, messages: Sequence[Sequence[Ready]]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number, each in enumerate(messages):
            tasks.create_task(spine.field.publish(each), name=str(gateway_id(number)))


async def _most(process: int) -> int:
    """Return the most memory that a process was seen to have, when cancelled."""
    most = 0
    with suppress(asyncio.CancelledError):
        while True:
            most = max(most, memory_bytes(process))
            await asyncio.sleep(_GLANCE_S)
    return most


async def _until_stored(spine: Spine, records: int) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while (await asyncio.to_thread(spine.account)).stored < records:  # noqa: ASYNC110
            await asyncio.sleep(_GLANCE_S)
