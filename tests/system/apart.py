"""Every stage in a process of its own, behind the door, over a real broker, store and catalog.

What an operator would type is typed: the registry is imported, the broker's files are written from
it, accounts are made, and each process is told the rest by its environment.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ingest.catalog import open_catalog
from ingest.contract.identity import GatewayId
from ingest.contract.tls import TlsFiles
from ingest.home import Home
from ingest.mqtt import BrokerAddress
from ingest.registry.registry import Registry
from ingest.registry.tables import load
from simulators.chain import run as chain
from simulators.chain.run import Plan
from simulators.demo.broker import free_port
from simulators.influxd import TOKEN, Influxd
from tests.ingest.broker.door import Door, a_door
from tests.system.test_run import (
    PATIENCE_S,
    ROOT,
    a_readers_token,
    ended,
    get_json,
    lived,
    metrics_of,
    status_of,
    until,
    zonewatch,
)

_STAGES = ("ingest", "analytics", "api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """The running stages, and the door that gateways come in by."""

    home: Home
    door: Door
    settings: Mapping[str, str]
    ports: Mapping[str, int]
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def broker(self, gateway: GatewayId) -> BrokerAddress:
        """Return where a gateway goes, as itself."""
        return BrokerAddress(
            host="127.0.0.1",
            port=self.door.port,
            password=self.door.passwords[gateway],
            tls=TlsFiles(ca=self.door.ca),
        )

    def registry(self) -> Registry:
        """Return what is deployed."""
        catalog = open_catalog(self.settings["ZONEWATCH_CATALOG"])
        try:
            with catalog.connect() as connection:
                return load(connection)
        finally:
            catalog.dispose()

    async def live(self, folder: Path, plan: Plan) -> None:
        """Let devices and gateways live through a plan, until all of it is computed."""
        async with lived(Home.create(folder), plan, self.broker) as outboxes:
            await until(lambda: not any(map(chain.held, outboxes)))
            await until(lambda: metrics_of(self.ports["analytics"])["zonewatch_feed_rows"] == 0)

    async def figured(self) -> None:
        """Wait until zones' figures are those of all that was computed."""
        port = self.ports["analytics"]
        await until(lambda: metrics_of(port)["zonewatch_figures_behind_seconds"] == 0)

    def reader(self) -> Callable[[str], Any]:
        """Return what reads a path of the API, as somebody who may."""
        token = a_readers_token(self.home, self.settings)
        return lambda path: get_json(f"http://127.0.0.1:{self.ports['api']}/v1/{path}", token)

    def stop(self) -> list[int]:
        """Tell every stage to end, and return how each did."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        return [process.wait(PATIENCE_S) for process in self.processes]

    def logs(self) -> str:
        """Return all that the stages have said."""
        return "".join(path.read_text() for path in self.home.path.glob("*.log"))


@asynccontextmanager
async def stages_apart(
    folder: Path, registry: Sequence[Path], *, server: Influxd, bucket: str, catalog: str
) -> AsyncGenerator[Apart]:
    """Import a registry, open the door for its gateways, and start each stage."""
    server.new_bucket(bucket)
    settings = {
        "ZONEWATCH_HOME": str(folder / "home"),
        "ZONEWATCH_CATALOG": catalog,
        "ZONEWATCH_STORE": server.setting(bucket),
        "ZONEWATCH_STORE_TOKEN": TOKEN,
    }
    await asyncio.to_thread(zonewatch, settings, "registry", "import", *map(str, registry))
    home = Home.open(folder / "home")
    async with AsyncExitStack() as stack:
        door = stack.enter_context(a_door(folder, home=home.path, settings=settings))
        settings |= {
            "ZONEWATCH_BROKER": f"mqtts://ingest:{door.passwords['ingest']}@127.0.0.1:{door.port}",
            "ZONEWATCH_BROKER_CA": str(door.ca),
        }
        ports = {stage: free_port() for stage in _STAGES}
        apart = Apart(home=home, door=door, settings=settings, ports=ports)
        for stage, port in ports.items():
            apart.processes.append(_started(stage, port, apart))
            stack.callback(ended, apart.processes[-1])
        for port in ports.values():
            await until(partial(_is_ready, port))
        yield apart


def columns_of(told: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Yield metric, instant and value of every reading that the API tells of a device."""
    for column in told["columns"]:
        for at, value in zip(told["measured_at"], column["values"], strict=True):
            if value is not None:
                yield column["metric"], at, value


def _is_ready(port: int) -> bool:
    return status_of(f"http://127.0.0.1:{port}/health/ready") == 200


def _started(stage: str, port: int, apart: Apart) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "zonewatch", stage]
    command += ["--port", str(port)] if stage == "api" else []
    told = {"ZONEWATCH_METRICS_PORT": str(port), "OPENBLAS_NUM_THREADS": "1"}
    with (apart.home.path / f"{stage}.log").open("wb") as said:
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | apart.settings | told, stderr=said
        )
