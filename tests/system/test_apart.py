"""Each stage in a process of its own, over InfluxDB: the same digits as in one process."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from api.catalog import ready_catalog
from ingest.home import Home
from ingest.registry.model import Provenance
from simulators.chain import run as chain
from simulators.chain.home import prepare
from simulators.demo.broker import embedded_broker, free_port
from simulators.demo.plan import FILES, demo_plan
from tests.system import truth_by_hand as by_hand
from tests.system.test_run import (
    PATIENCE_S,
    ROOT,
    ZONES,
    a_readers_token,
    ended,
    get_json,
    lived,
    metrics_of,
    status_of,
    until,
)

influx: Any = pytest.importorskip("simulators.influxd", reason="no InfluxDB adapter yet")

pytestmark = pytest.mark.skipif(
    influx.influxd() is None and "CI" not in os.environ, reason="influxd is not installed"
)


async def test_stages_apart_give_the_digits_of_the_truth_log(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")
    registry = prepare(home, FILES, provenance=Provenance.SIMULATED)
    plan = demo_plan(home, registry, days=1, seed=1, now=datetime.now(UTC))
    field = Home.create(tmp_path / "field")
    ready_catalog(home.catalog_url({})).dispose()
    ports = {stage: free_port() for stage in ("ingest", "analytics", "api")}
    async with AsyncExitStack() as stack:
        folder = tmp_path / "influx"
        folder.mkdir()
        server = stack.enter_context(influx.running_influxd(influx.influxd(), folder))
        server.new_bucket("readings")
        broker = await stack.enter_async_context(embedded_broker(tmp_path / "broker"))
        settings = {
            "ZONEWATCH_HOME": str(home.path),
            "ZONEWATCH_STORE": f"influx+{server.url}?org={influx.ORG}&bucket=readings",
            "ZONEWATCH_STORE_TOKEN": influx.TOKEN,
            "ZONEWATCH_BROKER": f"mqtt://ingest:hidden@{broker.host}:{broker.port}",
        }
        stages = [_start(stack, stage, port, settings) for stage, port in ports.items()]
        for port in ports.values():
            await until(partial(_is_ready, port))
        outboxes = await stack.enter_async_context(lived(field, plan, broker))
        await until(lambda: not any(map(chain.held, outboxes)))
        await until(lambda: metrics_of(ports["analytics"])["zonewatch_feed_rows"] == 0)
        api = f"http://127.0.0.1:{ports['api']}/v1"
        token = await asyncio.to_thread(a_readers_token, home)
        total = get_json(f"{api}/ledger", token)["total"]
        told = {zone: get_json(f"{api}/zones/{zone}/summary", token) for zone in ZONES}
        for process in stages:
            process.send_signal(signal.SIGTERM)
        ends = [await asyncio.to_thread(process.wait, PATIENCE_S) for process in stages]

    assert ends == [0, 0, 0]
    assert total["balanced"] is True
    assert (total["pending"], total["missing"], total["quarantined"]) == (0, 0, 0)
    for zone, summary in told.items():
        assert summary["emissions_avoided"]["value"] == _kg(field.path, zone, summary["country"])
    logs = "".join(path.read_text() for path in home.path.glob("*.log"))
    assert influx.TOKEN not in logs
    assert "hidden" not in logs


def _is_ready(port: int) -> bool:
    return status_of(f"http://127.0.0.1:{port}/health/ready") == 200


def _start(
    stack: AsyncExitStack, stage: str, port: int, settings: dict[str, str]
) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "zonewatch", stage]
    command += ["--port", str(port)] if stage == "api" else []
    told = settings | {"ZONEWATCH_METRICS_PORT": str(port), "OPENBLAS_NUM_THREADS": "1"}
    with (Path(settings["ZONEWATCH_HOME"]) / f"{stage}.log").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | told, stderr=said)
    stack.callback(ended, process)
    return process


def _kg(folder: Path, zone: str, country: str) -> str:
    """Work a zone's emissions avoided out from its truth log."""
    devices = {row["id"]: row for row in by_hand.registry_rows("devices.csv")}
    kg = Decimal(0)
    for name, rows in by_hand.by_device(folder, zone).items():
        if devices[name]["device_class"] == "streetlight":
            mwh, factor = by_hand.lamp_mwh(rows, country), by_hand.LAMP_FACTOR[country]
        elif devices[name]["grid_connection"] == "on":
            mwh, factor = by_hand.pv_mwh(rows, country), by_hand.PV_FACTOR[country]
        else:
            continue
        kg += by_hand.kwh(mwh) * Decimal(factor)
    return str(kg.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))
