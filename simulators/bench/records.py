"""Single records to queryable: what waits at a real broker, through ingest, into InfluxDB 2.

A message is one record of one device in plain JSON, 10 values, QoS 1. All of them wait at a private
Mosquitto in ingest's session before the clock starts; it stops when ingest has taken them from
there, archived, stored, counted and acknowledged them, and the last can be read back. Publishing
them is the field's work and is not counted; the broker, which keeps its sessions in memory only,
and the store run on this machine, too.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ingest.archive import Message
from ingest.broker.process import mosquitto
from ingest.collecting import rare_collections
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant, micros
from ingest.contract.topic import Kind, Topic
from ingest.home import Home
from ingest.mqtt import BrokerAddress, MqttLink, trust
from ingest.pipeline import Pipeline
from ingest.service import IngestService
from ingest.storage.influx import InfluxStore
from ingest.storage.port import ReadingStore
from simulators.bench.chunks import a_pipeline
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.load import LEVELS, START, STEP, registry_entries
from simulators.demo.broker import embedded_broker
from simulators.influxd import FIRST_BUCKET, ORG, TOKEN, influxd, running_influxd

RECORDS: Final = 30_000  # fewer than the broker keeps for one session
_DEVICES: Final = 8_500  # as many as the programme has
_SEED: Final = 1
_WORKER: Final = "bench-ingest"
_PATIENCE_S: Final = 120.0
_UNDER_WAY: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Load:
    """What is published, and by whom."""

    devices: Sequence[DeviceId]
    messages: Sequence[Message]


def measure(records: int = RECORDS) -> Figures:
    """Let records wait at a broker, take them in, and tell how fast that was."""
    program = influxd()
    if program is None or mosquitto() is None:
        raise MeasuringFailedError("influxd or Mosquitto is not installed: make servers")
    load = _load(records, seed=_SEED)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(running_influxd(program, directory))
        store = InfluxStore(server.url, org=ORG, bucket=FIRST_BUCKET, token=TOKEN)
        stack.callback(store.close)
        seconds, busy = asyncio.run(_measured(load, store, directory))
    return {
        "records_per_second": Measured(records / seconds, "/s"),
        "values_per_second": Measured(records * len(LEVELS) / seconds, "/s"),
        "own_cpu_per_million_values": Measured(1e6 * busy / (records * len(LEVELS)), "s"),
        "records": Measured(records, "1"),
        "seconds": Measured(seconds, "s"),
        "wire_bytes_per_record": Measured(
            sum(len(m.payload) for m in load.messages) / records, "By"
        ),
    }


async def _measured(load: _Load, store: ReadingStore, directory: Path) -> tuple[float, float]:
    """Return the seconds until all can be read, and those of our own CPU."""
    now = instant(load.messages[-1].received_at)
    async with embedded_broker(directory / "broker", durable=False) as address:
        with ExitStack() as stack:
            link = _link(address, now_us=load.messages[-1].received_at)
            home = Home.create(directory / "home")
            entries = registry_entries([load.devices], profile="plain")
            pipeline = a_pipeline(stack, home, store, entries=entries, now=now, publisher=link)
            await asyncio.to_thread(_wait_at_the_broker, load, address)
            stack.enter_context(rare_collections())
            began, idle = time.perf_counter(), time.process_time()
            await _take_in(link, pipeline, len(load.messages))
            _read_last(store, load)
            return time.perf_counter() - began, time.process_time() - idle


def _link(address: BrokerAddress, *, now_us: int) -> MqttLink:
    return MqttLink(address, client_id=_WORKER, clock=ManualClock(instant(now_us)))


def _wait_at_the_broker(load: _Load, address: BrokerAddress) -> None:
    """Open ingest's session, leave it, and publish everything into it."""
    with _link(address, now_us=0) as link:
        if not link.subscribed.wait(_PATIENCE_S):
            raise MeasuringFailedError("the broker did not let ingest subscribe")
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    trust(client, address)
    client.max_inflight_messages_set(_UNDER_WAY)
    client.connect(address.host, address.port)
    client.loop_start()
    # paho looks through all that is not yet confirmed at each confirmation.
    for first in range(0, len(load.messages), _UNDER_WAY):
        some = load.messages[first : first + _UNDER_WAY]
        for sent in [client.publish(message.topic, message.payload, qos=1) for message in some]:
            sent.wait_for_publish(_PATIENCE_S)
    client.disconnect()
    client.loop_stop()


async def _take_in(link: MqttLink, pipeline: Pipeline, records: int) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    taken = 0

    def committed(count: int) -> None:
        nonlocal taken
        taken += count
        if taken >= records:
            loop.call_soon_threadsafe(over.set)

    service = IngestService(link=link, pipeline=pipeline, on_commit=committed)
    running = asyncio.create_task(service.run(), name="ingest")
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await over.wait()
    except TimeoutError:
        raise MeasuringFailedError(f"{taken} of {records} records came") from None
    finally:
        running.cancel()
        await asyncio.wait([running])


def _read_last(store: ReadingStore, load: _Load) -> None:
    records, devices = len(load.messages), len(load.devices)
    at = micros(START + (records - 1) // devices * STEP)
    last = load.devices[(records - 1) % devices]
    block = store.read(DeviceClass.STREETLIGHT, [last], Period(at, at + 1))
    if block.readings != len(LEVELS):
        raise MeasuringFailedError(f"{block.readings} readings of the last record")


def _load(records: int, *, seed: int) -> _Load:
    """Return records of all devices in turn, with the digits that a lamp's registers have."""
    devices = [DeviceId(f"bench-lamp-{number:04}") for number in range(1, _DEVICES + 1)]
    chance = np.random.default_rng(seed)
    means, spreads = np.array(list(LEVELS.values())).T
    values = np.abs(chance.normal(means, spreads, (records, len(LEVELS)))).round(2).tolist()
    received_at = micros(START + (records // _DEVICES + 1) * STEP)
    return _Load(
        devices=devices,
        messages=[
            _message(devices[row % _DEVICES], row // _DEVICES, said, received_at)
            for row, said in enumerate(values)
        ],
    )


def _message(device: DeviceId, step: int, said: Sequence[float], received_at: int) -> Message:
    body = {
        "measured_at": micros(START + step * STEP) // 1_000,
        "values": dict(zip(LEVELS, said, strict=True)),
    }
    topic = str(Topic(GatewayId(device), Kind.READING))
    return Message(topic=topic, payload=orjson.dumps(body), received_at=received_at)
