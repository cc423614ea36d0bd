"""The same lamp over Modbus and through its vendor's cloud is one lamp, with both its records."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import paho.mqtt.client as paho

from gateway.profile_file import load_profiles
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from simulators.boxes.cloud import CloudBox
from simulators.boxes.modbus import ModbusBox
from tests.builders import a_device, a_registry
from tests.system.harness import running_bench

ROOT = Path(__file__).parents[2]
LAMP = DeviceId("kh-lamp-1")
SITE = """
gateway = "kh-gw-1"
home = "home"
interval_s = 1
[broker]
url = "mqtt://{host}:{broker}"
protocol = "{protocol}"
[[line]]
url = "modbus+tcp://127.0.0.1:{line}"
device = [{{ id = "kh-lamp-1", profile = "srne_streetlight", unit = 1 }}]
[[cloud]]
url = "{cloud}"
mapping = "vendor.toml"
token_variable = "VENDOR_TOKEN"
interval_s = 1
[cloud.devices]
"SN-1" = "kh-lamp-1"
"""
MAPPING = """
source = "made for this test"
items = "data.list"
device = "sn"
[time]
field = "ts"
format = "unix_ms"
[[value]]
field = "watts"
metric = "load_power"
[paging]
kind = "page"
parameter = "page"
[window]
from = "start"
to = "end"
format = "unix_ms"
"""


async def test_a_lamp_that_comes_by_two_ways_is_one(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    earlier = now - timedelta(hours=1)
    (tmp_path / "vendor.toml").write_text(MAPPING, encoding="utf-8")
    async with running_bench(tmp_path, a_registry(a_device(LAMP)), now) as bench:
        protocol = "5" if bench.client.protocol == paho.MQTTv5 else "3.1.1"
        with CloudBox(token="t") as cloud:  # noqa: S106
            cloud.rows = [{"sn": "SN-1", "ts": micros(earlier) // 1_000, "watts": 42}]
            async with ModbusBox({1: load_profiles()["srne_streetlight"]}) as box:
                box.set(1, {"load_power": 60.0})
                site = tmp_path / "site.toml"
                site.write_text(
                    SITE.format(
                        host=bench.client.host,
                        broker=bench.client.port,
                        protocol=protocol,
                        line=box.port,
                        cloud=cloud.url,
                    ),
                    encoding="utf-8",
                )
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "gateway", str(site)),
                    cwd=ROOT,
                    env=os.environ | {"VENDOR_TOKEN": "t"},
                    stderr=asyncio.subprocess.PIPE,
                )
                try:
                    await bench.until(lambda: bench.account().stored >= 3)
                finally:
                    process.terminate()
                    await process.communicate()
        span = Period.between(earlier - timedelta(hours=1), now + timedelta(hours=1))
        block = bench.backend.sources.store.read(DeviceClass.STREETLIGHT, [LAMP], span)
        quarantined, account = bench.quarantined(), bench.account()

    powers = [float(value) for value in block.values["load_power"]]
    assert powers[0] == 42.0
    assert set(powers[1:]) == {60.0}
    assert list(block.names) == [LAMP]
    assert (quarantined, account.balanced, account.missing) == ([], True, 0)
