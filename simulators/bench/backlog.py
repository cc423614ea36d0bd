"""A day's backlog of many gateways drained into InfluxDB 2, while one of them is live.

Every gateway holds back a day of 20 lamps at 5 minutes, 24 chunks of 2,400 values, and sends them
within its window; the live one has 20 records of an instant to say every second. A real Mosquitto,
ingest in a process of its own, a real InfluxDB 2. Lateness is from publishing to the
acknowledgement, which comes when a record is stored and written down. What the field's process
takes of the processor is not taken out.
"""

import asyncio
import tempfile
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from simulators.bench.field import FieldGateway, Ready
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.load import (
    DEVICES,
    LEVELS,
    ROWS,
    START,
    STEP,
    TIMES,
    VALUES,
    devices_of,
    gateway_id,
    registry_entries,
    sealed_chunks,
    sealed_polls,
)
from simulators.bench.process import busy_s, memory_bytes
from simulators.bench.spine import Spine, running_spine

GATEWAYS: Final = 60
HOURS: Final = 24
_SEED: Final = 1
_LIVE_EVERY_S: Final = 1.0
_PATIENCE_S: Final = 600.0
_GLANCE_S: Final = 0.01


def measure(gateways: int = GATEWAYS, hours: int = HOURS) -> Figures:
    """Drain the backlog of so many gateways, beside one that is live."""
    field = {number: _backlog_of(number, hours) for number in range(gateways)}
    live = [
        Ready.of(message, last=(poll + 1) * len(DEVICES))
        for poll, message in enumerate(sealed_polls(600, seed=_SEED, gateway=gateways))
    ]
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_measure(Path(directory), field, live))


def _backlog_of(number: int, hours: int) -> FieldGateway:
    chunks = enumerate(sealed_chunks(hours, seed=_SEED, gateway=number), start=1)
    return FieldGateway(waiting=deque(Ready.of(each, last=hour * ROWS) for hour, each in chunks))


async def _measure(folder: Path, field: dict[int, FieldGateway], live: list[Ready]) -> Figures:
    chunks = sum(len(gateway.waiting) for gateway in field.values())
    values = chunks * VALUES
    serving = [devices_of(number) for number in range(len(field) + 1)]
    async with running_spine(folder, registry_entries(serving)) as spine:
        live_gateway = FieldGateway(waiting=deque(), reach=None)
        spine.field.gateways |= {gateway_id(number): each for number, each in field.items()}
        spine.field.gateways[gateway_id(len(field))] = live_gateway
        living = asyncio.create_task(_live(spine, live_gateway, live), name="live")
        await _until(lambda: bool(live_gateway.lateness_s))
        busy, began = busy_s(spine.ingest_pid), time.perf_counter()
        await spine.field.send_all(field.values())
        await _until(lambda: all(gateway.is_done for gateway in field.values()))
        seconds = time.perf_counter() - began
        busy = busy_s(spine.ingest_pid) - busy
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)
        await _until(lambda: live_gateway.is_done)
        await asyncio.to_thread(_check, spine, field)
        peak = memory_bytes(spine.ingest_pid, "VmHWM")
        steps = await asyncio.to_thread(spine.step_seconds)
    chunk_lateness = [late for gateway in field.values() for late in gateway.lateness_s]
    return {
        "values_per_second": Measured(values / seconds, "/s"),
        "live_lateness_max": Measured(max(live_gateway.lateness_s), "s"),
        "backlog_lateness_max": Measured(max(chunk_lateness), "s"),
        "live_chunks": Measured(len(live_gateway.lateness_s), "1"),
        "own_cpu_per_million_values": Measured(1e6 * busy / values, "s"),
        "peak_resident_bytes": Measured(peak, "By"),
        "chunks": Measured(chunks, "1"),
        "values": Measured(values, "1"),
        "seconds": Measured(seconds, "s"),
        **{f"share_{step}": Measured(100 * spent / seconds, "%") for step, spent in steps.items()},
    }


async def _live(spine: Spine, gateway: FieldGateway, polls: list[Ready]) -> None:
    for poll in polls:
        gateway.waiting.append(poll)
        await spine.field.send(gateway)
        await asyncio.sleep(_LIVE_EVERY_S)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(_GLANCE_S)


def _check(spine: Spine, field: dict[int, FieldGateway]) -> None:
    """Read the last instant of every gateway back, and hold the account to it."""
    hours = len(next(iter(field.values())).lateness_s)
    last = micros(START + (hours * TIMES - 1) * STEP)
    for number in field:
        block = spine.store.read(
            DeviceClass.STREETLIGHT, devices_of(number), Period(last, last + 1)
        )
        if block.readings != len(DEVICES) * len(LEVELS):
            raise MeasuringFailedError(f"{block.readings} readings of gateway {number} at the end")
    account = spine.account()
    if account.stored < len(field) * hours * ROWS or not account.balanced:
        raise MeasuringFailedError(f"the account says {account}")
