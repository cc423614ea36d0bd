"""A station's frame all the way: socket, gateway process, broker, ingest, store."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho

from ingest.contract.catalog import metric
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block
from simulators.boxes.hj212 import Hj212Box, Manners, Said
from simulators.demo.broker import free_port
from tests.builders import a_device, a_registry
from tests.system.harness import Bench, running_bench

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
BEIJING = timedelta(hours=8)
MN = "ZWKH0000000000000000A001"
AIR = DeviceId("kh-air-1")
REGISTRY = a_registry(
    a_device(AIR, device_class=DeviceClass.AIR_STATION, profile="hj212_air_station")
)
SITE = """
gateway = "kh-gw-1"
home = "home"
[broker]
url = "mqtt://{host}:{broker}"
protocol = "{protocol}"
[[listener]]
url = "hj212+tcp://127.0.0.1:{port}"
[[listener.station]]
id = "kh-air-1"
map = "hj212_air_station"
mn = "ZWKH0000000000000000A001"
password = "123456"
units = {{ a34004 = "mg/m3" }}
"""


@asynccontextmanager
async def a_gateway(folder: Path, bench: Bench, port: int) -> AsyncGenerator[None]:
    """A gateway process that listens on a port and publishes to the bench's broker."""
    protocol = "5" if bench.client.protocol == paho.MQTTv5 else "3.1.1"
    text = SITE.format(
        host=bench.client.host, broker=bench.client.port, protocol=protocol, port=port
    )
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", str(path), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield
    finally:
        process.terminate()
        await process.communicate()


async def connected(box: Hj212Box) -> Hj212Box:
    """Connect as soon as somebody listens."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await box.__aenter__()
            except OSError:
                await asyncio.sleep(0.05)


async def test_what_a_station_says_is_stored_with_unit_and_quality(tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    shown = (now + BEIJING).replace(tzinfo=None)
    good = {
        "a34004": {"Rtd": "0.021", "Flag": "N"},
        "a34002": {"Rtd": "0", "Flag": "D"},
        "a01006": {"Rtd": "101.02"},
        "a21005": {"Rtd": "5", "Flag": "F"},
        "a01001": {"Rtd": "99", "Flag": "N"},
    }
    port = free_port()
    async with running_bench(tmp_path, REGISTRY, now) as bench, a_gateway(tmp_path, bench, port):
        box = await connected(Hj212Box(port=port, mn=MN))
        try:
            box.manners = Manners(noise=b"\xff##", piece=50)
            assert await box.say(Said(at=shown, items=good))
            box.manners = Manners(wrong_check=True)
            await box.say(Said(at=shown - timedelta(minutes=1), items=good), timeout_s=0.0)
            box.manners = Manners()
            means = {"a34004": {"Avg": "0.030", "Flag": "N"}}
            earlier = shown.replace(minute=0, second=0) - timedelta(hours=2)
            assert await box.say(Said(at=earlier, items=means, command="2061"))
        finally:
            await box.__aexit__(None, None, None)
        await bench.until(lambda: bench.account().stored >= 3)
        account, quarantined = bench.account(), bench.quarantined()
        block = bench.backend.sources.store.read(
            DeviceClass.AIR_STATION,
            [AIR],
            Period.between(now - timedelta(hours=4), now + timedelta(minutes=1)),
        )

    assert (account.balanced, account.missing, quarantined) == (True, 0, [])
    assert values(block, "pm25") == [(21.0, Quality.GOOD)]
    assert values(block, "pm10") == [(0.0, Quality.BAD)]
    assert values(block, "pressure") == [(1010.2, Quality.GOOD)]
    assert values(block, "temperature") == [(99.0, Quality.BAD)]
    assert values(block, "pm25_1h") == [(30.0, Quality.GOOD)]
    assert values(block, "reachable") == [(1.0, Quality.GOOD)]
    assert values(block, "co") == [(None, Quality.MISSING)]


def values(block: Block, name: str) -> list[tuple[float | None, int]]:
    """A metric's readings with their flags, in its only unit; None where it is missing."""
    assert metric(DeviceClass.AIR_STATION, name) is not None
    found = zip(block.values[name], block.flags[name], strict=True)
    return [(None if flag == Quality.MISSING else float(n), int(flag)) for n, flag in found if flag]
