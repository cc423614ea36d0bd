"""Ingest, analytics and API as commands: what they check, refuse, tell, and how they end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from api.catalog import ready_catalog
from ingest.broker.process import mosquitto
from ingest.home import Home
from ingest.mqtt import BrokerAddress
from simulators.demo.broker import embedded_broker, free_port

_ROOT = Path(__file__).parent.parent.parent
_PATIENCE_S = 40.0

needs_mosquitto = pytest.mark.skipif(
    mosquitto() is None and "CI" not in os.environ, reason="Mosquitto is not installed"
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home.create(tmp_path / "home")
    ready_catalog(home.catalog_url({})).dispose()
    return home


def said(home: Home, *arguments: str, **settings: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "zonewatch", *arguments],
        cwd=_ROOT,
        env=_environment(home, settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_S,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("stage", ["ingest", "analytics"])
def test_a_stage_refuses_a_store_that_has_one_process(home: Home, stage: str) -> None:
    status, _, error = said(home, stage, ZONEWATCH_BROKER="mqtt://u:secret@127.0.0.1:1")

    assert status == 2
    assert error.startswith(f"zonewatch {stage}: ZONEWATCH_STORE: a DuckDB file has one process")
    assert error.count("\n") == 1


def test_without_a_brokers_address_it_says_what_is_needed(home: Home) -> None:
    status, _, error = said(home, "ingest", ZONEWATCH_STORE="memory:")

    assert status == 2
    assert error.startswith("zonewatch ingest: ZONEWATCH_BROKER: expected the broker's address")
    assert error.count("\n") == 1


@needs_mosquitto
async def test_a_check_tries_everything_and_shows_no_secret(home: Home, tmp_path: Path) -> None:
    async with embedded_broker(tmp_path / "broker") as broker:
        url = f"mqtt://ingest:hidden@{broker.host}:{broker.port}"
        settings = {"ZONEWATCH_STORE": "memory:", "ZONEWATCH_BROKER": url}
        status, told, error = await asyncio.to_thread(
            lambda: said(home, "ingest", "--check", **settings)
        )

    assert (status, error) == (0, "")
    assert f"broker   mqtt://ingest@{broker.host}:{broker.port}\n" in told
    assert "store    memory:\n" in told
    assert "hidden" not in told


def test_a_check_names_a_broker_that_is_not_there(home: Home) -> None:
    settings = {
        "ZONEWATCH_STORE": "memory:",
        "ZONEWATCH_BROKER": f"mqtt://ingest:hidden@127.0.0.1:{free_port()}",
    }
    status, told, error = said(home, "ingest", "--check", **settings)

    assert status == 2
    assert error.startswith("zonewatch ingest: broker: cannot be reached")
    assert error.count("\n") == 1
    assert "hidden" not in told + error


def test_a_check_names_a_catalog_that_is_not_there(home: Home) -> None:
    settings = {
        "ZONEWATCH_STORE": "memory:",
        "ZONEWATCH_CATALOG": f"sqlite:{home.path}/none/catalog.sqlite",
    }
    status, told, error = said(home, "analytics", "--check", **settings)

    assert status == 2
    assert error.startswith("zonewatch analytics: catalog: does not answer")
    assert "store    memory:\n" in told


def test_settings_may_stand_in_a_file(home: Home, tmp_path: Path) -> None:
    config = tmp_path / "analytics.toml"
    config.write_text(f'ZONEWATCH_STORE = "memory:"\nZONEWATCH_HOME = "{home.path}"\n')

    status, told, error = said(home, "analytics", str(config), "--check")

    assert (status, error) == (0, "")
    assert "store    memory:\n" in told


@needs_mosquitto
async def test_ingest_is_ready_once_it_is_subscribed_and_ends_when_told(
    home: Home, tmp_path: Path
) -> None:
    port = free_port()
    async with embedded_broker(tmp_path / "broker") as broker:
        async with _running(home, "ingest", port, broker) as process:
            told = await _answer(port, "/health/ready", 200)
            assert json.loads(told) == {"status": "ready"}
            assert "zonewatch_ingest_messages_total 0.0" in await _answer(port, "/metrics", 200)
            second, _, error = await asyncio.to_thread(
                lambda: said(
                    home, "ingest", ZONEWATCH_STORE="memory:", ZONEWATCH_BROKER=_url(broker)
                )
            )
        assert second == 2
        assert "another process takes in messages here" in error
    assert process.returncode == 0


async def test_ingest_without_its_broker_lives_and_is_not_ready(home: Home) -> None:
    port = free_port()
    nowhere = BrokerAddress(host="127.0.0.1", port=free_port())
    async with _running(home, "ingest", port, nowhere) as process:
        told = await _answer(port, "/health/ready", 503)
        assert json.loads(told)["wrong"] == {"broker": "not subscribed"}
        await _answer(port, "/health/live", 200)
    assert process.returncode == 0


@needs_mosquitto
async def test_below_the_floor_of_its_disk_ingest_is_not_ready(home: Home, tmp_path: Path) -> None:
    port = free_port()
    floor = str(2**40)  # MiB
    async with (
        embedded_broker(tmp_path / "broker") as broker,
        _running(home, "ingest", port, broker, ZONEWATCH_DISK_FLOOR_MIB=floor),
    ):
        told = await _answer(port, "/health/ready", 503)
        metrics = await _answer(port, "/metrics", 200)

    assert "MiB are free, less than the floor" in json.loads(told)["wrong"]["disk"]
    assert "zonewatch_disk_days_left NaN" in metrics
    assert f"zonewatch_disk_floor_bytes {float(2**60)!r}" in metrics


def test_a_floor_that_is_no_number_is_one_line(home: Home) -> None:
    settings = {
        "ZONEWATCH_STORE": "memory:",
        "ZONEWATCH_BROKER": "mqtt://127.0.0.1:1",
        "ZONEWATCH_DISK_FLOOR_MIB": "much",
    }
    status, _, error = said(home, "ingest", "--check", **settings)

    assert status == 2
    assert error == (
        "zonewatch ingest: ZONEWATCH_DISK_FLOOR_MIB: expected a whole number, not 'much'\n"
    )


async def test_analytics_is_ready_and_ends_when_told(home: Home) -> None:
    port = free_port()
    async with _running(home, "analytics", port) as process:
        await _answer(port, "/health/ready", 200)
        assert "zonewatch_feed_rows 0.0" in await _answer(port, "/metrics", 200)
    assert process.returncode == 0


@asynccontextmanager
async def _running(
    home: Home, stage: str, port: int, broker: BrokerAddress | None = None, **more: str
) -> AsyncGenerator["subprocess.Popen[bytes]"]:
    settings = {"ZONEWATCH_STORE": "memory:", "ZONEWATCH_METRICS_PORT": str(port), **more}
    if broker is not None:
        settings["ZONEWATCH_BROKER"] = _url(broker)
    with (home.path / f"{stage}.log").open("wb") as log:
        command = [sys.executable, "-m", "zonewatch", stage]
        process = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time
            command, cwd=_ROOT, env=_environment(home, settings), stderr=log
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, _PATIENCE_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


async def _answer(port: int, path: str, expected: int) -> str:
    """Return the answer once it has the status expected."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        status, told = await asyncio.to_thread(_ask, port, path)
        if status == expected:
            return told
        assert time.monotonic() < deadline, (status, told)
        await asyncio.sleep(0.05)


def _ask(port: int, path: str) -> tuple[int, str]:
    try:
        url = f"http://127.0.0.1:{port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


def _environment(home: Home, settings: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZONEWATCH_")}
    return kept | {"ZONEWATCH_HOME": str(home.path)} | settings


def _url(broker: BrokerAddress) -> str:
    return f"mqtt://ingest:hidden@{broker.host}:{broker.port}"
