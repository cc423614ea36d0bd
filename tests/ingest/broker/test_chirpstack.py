"""A ChirpStack server at a real Mosquitto: what it may do, and an uplink's way to the store."""

import asyncio
import base64
import json
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.broker.config import form_acl
from ingest.broker.passwords import CHIRPSTACK, INGEST
from ingest.chirpstack.topic import UPLINKS
from ingest.contract.catalog import METRICS
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.contract.tls import TlsFiles
from ingest.mqtt import BrokerAddress, MqttLink
from ingest.service import IngestService
from ingest.storage.block import Block
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import EVENING_MS, NOW
from tests.ingest.broker.door import FIRST, PATIENCE_S, Door, Visitor, a_door
from tests.ingest.chirpstack.events import UP, of_device
from tests.ingest.embedded import a_pipeline, account_of
from tests.servers import needs

_DENIED = "Not authorized"
_INFO = UP["deviceInfo"]
_TOPIC = f"application/{_INFO['applicationId']}/device/{_INFO['devEui']}/event/up"
_LAMP = "kh-lamp-7"


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with a_door(tmp_path, "--chirpstack") as opened:
        yield opened


@needs("mosquitto")
def test_chirpstack_writes_below_its_own_branch_alone(door: Door) -> None:
    with Visitor(door, INGEST) as ingest, Visitor(door, CHIRPSTACK) as server:
        ingest.subscribe(UPLINKS)

        assert server.publish(f"zw/1/{FIRST}/up/chunk") == _DENIED
        assert server.publish(f"zw/1/{CHIRPSTACK}/up/reading") == _DENIED
        assert server.publish("elsewhere") == _DENIED
        assert server.publish(_TOPIC, b"an uplink") == "Success"

        assert ingest.hear() == (_TOPIC, b"an uplink")


@needs("mosquitto")
def test_nobody_else_speaks_for_chirpstack(door: Door) -> None:
    with Visitor(door, FIRST) as gateway:
        assert gateway.publish(_TOPIC) == _DENIED


@needs("mosquitto")
def test_chirpstack_goes_as_it_came(door: Door) -> None:
    assert CHIRPSTACK in door.write()["users"]  # type: ignore[operator]

    assert door.write("--no-chirpstack")["removed"] == [CHIRPSTACK]


def test_where_certificates_decide_it_is_named_only_if_it_is_let_in() -> None:
    acl = form_acl([FIRST, CHIRPSTACK], by_certificate=True)

    assert "user chirpstack\ntopic write application/#\n" in acl
    assert f"zw/1/{CHIRPSTACK}/" not in acl
    assert "application" not in form_acl([FIRST], by_certificate=True)


def a_documented_uplink() -> bytes:
    """Return ChirpStack's documented event of a lamp of the template."""
    content = struct.pack(">IHHbB", EVENING_MS // 1_000, 1280, 0xFFFF, 31, 0x80 | 100)
    data = base64.b64encode(content).decode()
    event = of_device(tags={"device": _LAMP}) | {"fPort": 2, "data": data}
    return json.dumps(event).encode()


async def stored(door: Door, folder: Path, payload: bytes) -> Block:
    """Let ChirpStack publish an uplink; return what of it is stored."""
    url = f"mqtts://ingest:{door.passwords[INGEST]}@127.0.0.1:{door.port}"
    address = replace(BrokerAddress.parse(url, TlsFiles(ca=door.ca)), uplinks=UPLINKS)
    taken, loop = asyncio.Event(), asyncio.get_running_loop()

    def committed(_: int) -> None:
        loop.call_soon_threadsafe(taken.set)

    link = MqttLink(address, client_id="zonewatch-ingest-w1", clock=ManualClock(NOW))
    registry = a_registry(a_device(_LAMP, profile="lamp_template"))
    with a_pipeline(folder, registry, mailbox=link) as pipeline:
        service = IngestService(link=link, pipeline=pipeline, on_commit=committed)
        running = asyncio.create_task(service.run())
        try:
            assert await asyncio.to_thread(link.subscribed.wait, PATIENCE_S)
            with Visitor(door, CHIRPSTACK) as server:
                assert await asyncio.to_thread(server.publish, _TOPIC, payload) == "Success"
            async with asyncio.timeout(PATIENCE_S):
                await taken.wait()
        finally:
            running.cancel()
            await asyncio.wait([running])
        assert account_of(pipeline).unnumbered == 1
        span = Period(0, micros(NOW))
        return pipeline.store.read(DeviceClass.STREETLIGHT, [DeviceId(_LAMP)], span)


@needs("mosquitto")
async def test_a_published_uplink_becomes_readings_with_unit_and_quality(
    door: Door, tmp_path: Path
) -> None:
    block = await stored(door, tmp_path, a_documented_uplink())

    assert block.measured_at.tolist() == [EVENING_MS * 1_000]
    units = {metric.name: metric.unit for metric in METRICS[DeviceClass.STREETLIGHT]}
    told = {
        name: (block.values[name].tolist(), units[name], block.flags[name].tolist())
        for name in ("battery_voltage", "battery_temperature", "brightness")
    }
    assert told == {
        "battery_voltage": ([12.8], "V", [1]),
        "battery_temperature": ([31.0], "Cel", [1]),
        "brightness": ([100.0], "%", [1]),
    }
    assert "load_power" not in block.values  # its sentinel: there is none
