"""One gateway with 300 lamps at 5-minute intervals: its memory, and its share of a core.

The devices are real Modbus servers, the broker is a real one, and somebody acknowledges as ingest
would, ten times a round. Time is simulated, so that rounds follow each other as fast as they can:
what is measured is the processor time that the gateway's process takes for a round, held against
the 300 s that a round lasts; waiting in between costs next to nothing. Memory is the most that the
process ever had (VmHWM), with all that its interpreter and libraries take. A quarter of the rounds
pass without an acknowledgement, so that a backlog drains, too.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import aiomqtt

from gateway.profile_file import load_profiles, named
from gateway.wire import decode, encode
from ingest.contract.ack import Ack, form_ack
from ingest.contract.chunk import parse_chunk
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import EMPTY, Ranges
from ingest.contract.topic import Kind, Topic
from ingest.mqtt import BrokerAddress
from simulators.bench.figure import Figures, Measured
from simulators.bench.load import LEVELS
from simulators.bench.process import busy_s, memory_bytes
from simulators.boxes.modbus import ModbusBox
from simulators.chain.children import child
from simulators.chain.run import held
from simulators.conductor import Conductor
from simulators.demo.broker import embedded_broker

ROUNDS: Final = 48
DEVICES: Final = 300

_LINES: Final = 2  # a line has 247 addresses
_INTERVAL: Final = timedelta(minutes=5)
_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_GATEWAY: Final = GatewayId("bench-gateway")
_PROFILE: Final = "srne_streetlight"
_ACKS: Final = 10  # a round: ingest repeats them every 30 s
_GLANCE_S: Final = 0.02


def measure(rounds: int = ROUNDS, devices: int = DEVICES) -> Figures:
    """Poll so many devices so often."""
    with tempfile.TemporaryDirectory() as directory:
        return asyncio.run(_measure(Path(directory), rounds, devices))


async def _measure(folder: Path, rounds: int, devices: int) -> Figures:
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(embedded_broker(folder / "broker"))
        conductor = await stack.enter_async_context(Conductor(_START))
        units = devices // _LINES
        boxes = [await stack.enter_async_context(_lamps(units)) for _ in range(_LINES)]
        site = _site_file(folder, broker, conductor.port, [box.port for box in boxes], units)
        process = await stack.enter_async_context(
            child("gateway", str(site), log=folder / "gateway.log")
        )
        await conductor.gather(1)
        ingest = await stack.enter_async_context(_acknowledging(broker))
        await _play(conductor, boxes, ingest, rounds=2)  # what happens once
        await _until_settled(folder / "home" / "outbox.db")
        before, began = busy_s(process.pid), ingest.records
        await _play(conductor, boxes, ingest, rounds=rounds)
        await _until_settled(folder / "home" / "outbox.db")
        spent = busy_s(process.pid) - before
        return {
            "share_of_a_core": Measured(100 * spent / (rounds * _INTERVAL.total_seconds()), "%"),
            "peak_resident_bytes": Measured(memory_bytes(process.pid, "VmHWM"), "By"),
            "cpu_per_round": Measured(1e3 * spent / rounds, "ms"),
            "devices": Measured(units * _LINES, "1"),
            "rounds": Measured(rounds, "1"),
            "records": Measured(ingest.records - began, "1"),
        }


@asynccontextmanager
async def _lamps(units: int) -> AsyncGenerator[ModbusBox]:
    profile = named(load_profiles(), _PROFILE)
    async with ModbusBox(dict.fromkeys(range(1, units + 1), profile)) as box:
        yield box


async def _play(
    conductor: Conductor, boxes: Sequence[ModbusBox], ingest: "_Ingest", *, rounds: int
) -> None:
    """Let rounds pass; what lamps say changes, and a quarter of the time nobody acknowledges."""
    for number in range(rounds):
        ingest.silent = rounds // 2 <= number < 3 * rounds // 4
        for box in boxes:
            for unit in box.units:
                moved = (unit * 7 + number * 3) % 10 / 10
                box.set(unit, {name: round(mean + moved, 1) for name, (mean, _) in LEVELS.items()})
        await conductor.run(conductor.now() + _INTERVAL)
        for _ in range(_ACKS):
            await ingest.acknowledge()


class _Ingest:
    """Settles whatever arrives."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._settled: dict[BootId, Ranges] = {}
        self.records = 0
        self.silent = False

    async def run(self) -> None:
        """Take chunks in until cancelled."""
        async for message in self._client.messages:
            chunk, _ = parse_chunk(decode(message.payload))
            known = self._settled.get(chunk.account.boot, EMPTY)
            now = known | chunk.numbers | chunk.account.thinned
            self.records += now.count - known.count
            self._settled[chunk.account.boot] = now
            await self.acknowledge()

    async def acknowledge(self) -> None:
        """Tell what is settled, unless it is time to be silent."""
        if not self.silent:
            ack = Ack(sent_at=_START, settled=self._settled)
            topic = str(Topic(_GATEWAY, Kind.ACK))
            await self._client.publish(topic, encode(form_ack(ack)), qos=1, retain=True)


@asynccontextmanager
async def _acknowledging(broker: BrokerAddress) -> AsyncGenerator[_Ingest]:
    version = aiomqtt.ProtocolVersion(broker.version)
    async with aiomqtt.Client(broker.host, broker.port, protocol=version) as client:
        await client.subscribe(str(Topic(_GATEWAY, Kind.CHUNK)), qos=1)
        ingest = _Ingest(client)
        running = asyncio.create_task(ingest.run(), name="acknowledging")
        try:
            yield ingest
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def _until_settled(outbox: Path) -> None:
    while await asyncio.to_thread(held, outbox):  # noqa: ASYNC110 - another process's file
        await asyncio.sleep(_GLANCE_S)


def _site_file(
    folder: Path, broker: BrokerAddress, clock: int, lines: Sequence[int], units: int
) -> Path:
    protocol = {3: "3.1.1", 4: "3.1.1", 5: "5"}[broker.version]
    text = f"""\
gateway = "{_GATEWAY}"
home = "home"
interval_s = {_INTERVAL // timedelta(seconds=1)}
[broker]
url = "mqtt://{broker.host}:{broker.port}"
protocol = "{protocol}"
[clock]
follow = "127.0.0.1:{clock}"
"""
    for line, port in enumerate(lines):
        text += f'[[line]]\nurl = "modbus+tcp://127.0.0.1:{port}"\n'
        for unit in range(1, units + 1):
            device = f"lamp-{line}-{unit:03}"
            text += f'[[line.device]]\nid = "{device}"\nprofile = "{_PROFILE}"\nunit = {unit}\n'
    site = folder / "site.toml"
    site.write_text(text, encoding="utf-8")
    return site
