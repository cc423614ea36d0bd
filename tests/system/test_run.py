"""The backend as a process of its own, between real gateways and HTTP, against the truth log.

Devices and gateways live in simulated time; broker and backend are what a small machine would run.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.broker.process import mosquitto
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.home import Home
from ingest.mqtt import BrokerAddress
from ingest.registry.model import Provenance
from ingest.storage.duckdb import DuckdbStore
from simulators.chain import run as chain
from simulators.chain.home import prepare
from simulators.chain.run import Plan
from simulators.chain.site import Surroundings
from simulators.conductor import Conductor
from simulators.demo.broker import embedded_broker, free_port
from simulators.demo.plan import FILES, demo_plan
from simulators.truth import read_truth
from tests.system import truth_by_hand as by_hand

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 120.0
ZONES = ("kh-sihanoukville", "la-saysettha", "sc-mahe")

pytestmark = pytest.mark.skipif(
    mosquitto() is None and "CI" not in os.environ, reason="Mosquitto is not installed"
)


@dataclass(frozen=True)
class Seen:
    """What a day of three zones left: the answers of the backend while it ran, and its home."""

    home: Home
    answers: Mapping[str, Any]
    metrics: Mapping[str, float]
    status: int
    log: list[str]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return asyncio.run(_a_day(tmp_path_factory.mktemp("run")))


def test_every_reading_of_the_truth_log_is_in_the_store(seen: Seen) -> None:
    compared = 0
    store = DuckdbStore(seen.home.store_path)
    try:
        for zone in ZONES:
            for (device, at), values in _truth(seen, zone).items():
                kept = seen_values(store, device, at)
                for metric, value in values.items():
                    if value is not None:
                        assert kept[metric] == pytest.approx(value, rel=1e-9), (device, at, metric)
                        compared += 1
    finally:
        store.close()
    assert compared > 10_000


def test_the_account_balances_and_every_record_is_settled(seen: Seen) -> None:
    read = sum(len(_truth(seen, zone)) for zone in ZONES)
    total = seen.answers["ledger"]["total"]

    assert total["balanced"] is True
    assert (total["pending"], total["missing"], total["thinned"], total["quarantined"]) == (0,) * 4
    assert total["stored"] + total["repeated"] == total["assigned"]
    assert read <= total["assigned"] <= read + 10  # besides, a record of each silence noticed


def test_emissions_avoided_are_those_of_the_truth_log(seen: Seen) -> None:
    for zone in ZONES:
        told = seen.answers[f"zones/{zone}/summary"]
        kg = by_hand.zone_kg(by_hand.by_device(seen.home.path, zone), told["country"])

        expected = str(kg.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))
        assert kg > 1
        assert told["emissions_avoided"]["value"] == expected


def test_the_counters_say_what_the_account_says(seen: Seen) -> None:
    total = seen.answers["ledger"]["total"]
    counted = {
        way: seen.metrics[f'zonewatch_ingest_records_total{{way="{way}"}}']
        for way in ("stored", "quarantined", "redelivered", "thinned", "replayed")
    }

    assert counted["stored"] == total["stored"] + total["repeated"]
    assert (counted["quarantined"], counted["thinned"], counted["replayed"]) == (0, 0, 0)
    assert counted["redelivered"] == total["redelivered"]
    assert seen.metrics["zonewatch_feed_rows"] == 0
    assert seen.metrics["zonewatch_ingest_bytes_total"] > 10_000


def test_told_to_stop_it_ends_cleanly(seen: Seen) -> None:
    assert seen.status == 0


def test_its_log_is_json_with_the_gateway_and_boot(seen: Seen) -> None:
    events = [json.loads(line) for line in seen.log if line.startswith("{")]

    births = [one for one in events if one["message"] == "a gateway is there"]
    assert len({one["gateway"] for one in births}) == 3
    assert all(one["boot"] for one in births)
    assert not [one for one in events if one["level"] in ("ERROR", "CRITICAL")]


async def _a_day(folder: Path) -> Seen:
    home = Home.create(folder / "home")
    registry = prepare(home, FILES, provenance=Provenance.SIMULATED)
    plan = demo_plan(home, registry, days=1, seed=1, now=datetime.now(UTC))
    field = Home.create(folder / "field")
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(embedded_broker(folder / "broker"))
        metrics_port = free_port()
        backend, port = await _started(home, broker, metrics_port)
        stack.callback(ended, backend)
        ready = f"http://127.0.0.1:{metrics_port}/health/ready"
        await until(lambda: status_of(ready) == 200)
        outboxes = await stack.enter_async_context(lived(field, plan, lambda _: broker))
        await until(lambda: not any(map(chain.held, outboxes)))
        await until(lambda: metrics_of(metrics_port)["zonewatch_feed_rows"] == 0)
        await until(lambda: metrics_of(metrics_port)["zonewatch_figures_behind_seconds"] == 0)
        wanted = ["ledger", *(f"zones/{zone}/summary" for zone in ZONES)]
        token = await asyncio.to_thread(a_readers_token, home)
        answers = {name: get_json(f"http://127.0.0.1:{port}/v1/{name}", token) for name in wanted}
        counted = metrics_of(metrics_port)
        backend.send_signal(signal.SIGTERM)
        status = await asyncio.to_thread(backend.wait, PATIENCE_S)
    (field.path / "truth").rename(home.path / "truth")
    log = (home.path / "run.log").read_text().splitlines()
    return Seen(home, answers, counted, status, log)


async def _started(
    home: Home, broker: BrokerAddress, metrics_port: int
) -> tuple["subprocess.Popen[bytes]", int]:
    """Start `zonewatch run` and return it with the port of its API."""
    log = home.path / "run.log"
    told = {
        "ZONEWATCH_BROKER": f"mqtt://ingest:secret@{broker.host}:{broker.port}",
        "ZONEWATCH_METRICS_PORT": str(metrics_port),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "zonewatch", "run", "--home", str(home.path), "--port", "0"]
    with log.open("wb") as said:
        backend = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time
            command, cwd=ROOT, env=os.environ | told, stderr=said
        )
    await until(lambda: b"/board/" in log.read_bytes())
    (line,) = [one for one in log.read_text().splitlines() if one.endswith("/board/")]
    return backend, int(line.rpartition(":")[2].partition("/")[0])


@asynccontextmanager
async def lived(
    home: Home, plan: Plan, broker: Callable[[GatewayId], BrokerAddress]
) -> AsyncGenerator[list[Path]]:
    """Let devices and gateways live, each gateway by its broker; yield the gateways' outboxes."""
    async with AsyncExitStack() as stack:
        conductor = await stack.enter_async_context(Conductor(plan.start))
        lines = await stack.enter_async_context(chain.living_devices(home, plan, conductor.port))
        outboxes: list[Path] = []
        for each in plan.played:
            around = Surroundings(
                home=home.path / "gateways" / each.site.gateway,
                broker=broker(each.site.gateway),
                clock_port=conductor.port,
                line_port=lines[each.site.gateway],
            )
            await stack.enter_async_context(chain.running_gateway(each, around))
            outboxes.append(around.home / "outbox.db")
        await conductor.gather(1 + len(outboxes))
        await conductor.run(plan.until)
        yield outboxes


def seen_values(store: DuckdbStore, device: DeviceId, at: int) -> Mapping[str, float]:
    """Return what the store holds of a device at an instant."""
    by_instant = _kept(store, device)
    return by_instant.get(at, {})


_KEPT: dict[tuple[int, str], dict[int, dict[str, float]]] = {}


def _kept(store: DuckdbStore, device: DeviceId) -> dict[int, dict[str, float]]:
    """Return all of a device's readings, read once."""
    key = (id(store), device)
    if key not in _KEPT:
        found: dict[int, dict[str, float]] = {}
        for device_class in DeviceClass:
            block = store.read(device_class, [device], Period(0, 1 << 60))
            for name, column in block.values.items():
                for instant, value in zip(block.measured_at.tolist(), column.tolist(), strict=True):
                    if value == value:  # noqa: PLR0124 - NaN is where nothing was measured
                        found.setdefault(instant, {})[name] = value
        _KEPT[key] = found
    return _KEPT[key]


def _truth(seen: Seen, zone: str) -> dict[tuple[DeviceId, int], Mapping[str, float | None]]:
    return {
        (device, row.measured_at): values
        for row in read_truth(seen.home.path / "truth" / f"{zone}.jsonl")
        for device, values in row.devices.items()
    }


def ended(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.kill()
        process.wait()


async def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not await asyncio.to_thread(reached):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback
            return int(answer.status)
    except OSError:
        return 0


def a_readers_token(home: Home, settings: Mapping[str, str] | None = None) -> str:
    """Make an account that may read, by the commands an operator has, and a token of it."""
    told = {"ZONEWATCH_HOME": str(home.path), **(settings or {})}
    role = ("--role", "technician")  # reads air before it is released, too
    zonewatch(told, "user", "add", "reader", *role, "--scope", "all")
    return zonewatch(told, "token", "create", "reader", "--label", "test", *role).split()[-1]


def zonewatch(settings: Mapping[str, str], *arguments: str) -> str:
    """Run a command to its end, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "zonewatch", *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def get_json(url: str, token: str) -> Any:  # noqa: ANN401
    asked = urllib.request.Request(  # noqa: S310 - loopback
        url, headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def metrics_of(port: int) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}/metrics"
    with urllib.request.urlopen(url, timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}
