"""`run` on one small machine: its own Mosquitto, real gateways, and who may come in."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.run import cli
from ingest.broker import process
from ingest.home import Home
from simulators.conductor import Conductor
from simulators.demo.broker import free_port
from tests.ingest.broker.door import FIRST, SECOND, Door, Visitor, a_home
from tests.ingest.broker.test_chain import a_gateway
from tests.servers import needs
from tests.system.test_run import ROOT, a_readers_token, get_json, until, zonewatch

START = datetime(2026, 10, 30, 11, tzinfo=UTC)
_LISTEN = "127.0.0.1"


@pytest.fixture(name="door")
def _door(tmp_path: Path) -> Door:
    """The door that `run` opens, with a password for the first of two gateways."""
    home = a_home(tmp_path)
    door = Door(Home(home).broker_dir, home, free_port())
    where = ("--listen", _LISTEN, "--port", str(door.port), "--host", "localhost")
    write(door, *where, "--revoke", SECOND)
    return door


def write(door: Door, *options: str) -> Mapping[str, object]:
    """Run broker-config for the home's own broker, and remember the passwords it shows."""
    said = zonewatch({"ZONEWATCH_HOME": str(door.home)}, "broker-config", "--json", *options)
    document: dict[str, dict[str, str]] = json.loads(said)
    door.passwords |= document["passwords"]
    return document


@asynccontextmanager
async def run(door: Door) -> AsyncGenerator[str]:
    """Run the backend; yield the address of its API. It ends cleanly, and its broker with it."""
    log = door.home / "run.log"
    command = [sys.executable, "-m", "zonewatch", "run", "--home", str(door.home), "--port", "0"]
    with log.open("wb") as said:
        backend = subprocess.Popen(  # noqa: ASYNC220 - starting takes no time
            command, cwd=ROOT, env=settings(), stderr=said
        )
    try:
        await until(lambda: b"/board/" in log.read_bytes() or backend.poll() is not None)
        told = [line for line in log.read_text().splitlines() if line.endswith("/board/")]
        assert told, log.read_text()
        yield told[0].removesuffix("/board/").rpartition(" ")[2]
        backend.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(backend.wait, 30) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((_LISTEN, door.port), 1)
    finally:
        if backend.poll() is None:  # asked, not killed: its broker would stay
            backend.terminate()
            await asyncio.to_thread(backend.wait, 30)


def settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "ZONEWATCH_BROKER"}


@needs("mosquitto")
async def test_a_gateway_comes_in_by_its_password_and_its_record_is_settled(
    tmp_path: Path, door: Door
) -> None:
    async with run(door) as api:
        token = await asyncio.to_thread(a_readers_token, Home(door.home))

        def stored() -> int:
            return int(get_json(f"{api}/v1/ledger", token)["total"]["stored"])

        async with Conductor(START) as conductor, a_gateway(door, tmp_path, conductor.port):
            await conductor.gather(1)
            await conductor.run(START + timedelta(minutes=5))
            await until(lambda: stored() == 1)


@needs("mosquitto")
async def test_who_may_come_in_changes_by_one_command_while_it_runs(door: Door) -> None:
    async with run(door):
        with Visitor(door, FIRST) as revoked:
            assert Visitor(door, SECOND, password="guessed").enter().is_failure  # noqa: S106
            await asyncio.to_thread(write, door, "--revoke", FIRST, "--renew", SECOND)

            await until(revoked.gone.is_set)
            await until(lambda: not Visitor(door, SECOND).enter().is_failure)
            assert Visitor(door, FIRST).enter().is_failure


@needs("mosquitto")
@pytest.mark.parametrize("taken", [False, True])
def test_a_check_tells_of_the_broker_it_would_start(
    door: Door,
    taken: bool,  # noqa: FBT001
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ZONEWATCH_BROKER", raising=False)
    with socket.socket() as other:
        if taken:
            other.bind((_LISTEN, door.port))
            other.listen()
        status = cli.main(["--home", str(door.home), "--check"])

    told = capsys.readouterr()
    shown = f"own Mosquitto, TLS at {_LISTEN}, port {door.port}; let in: 2"
    assert shown in told.out
    assert status == (2 if taken else 0)
    assert (f"broker: port {door.port} cannot be listened at" in told.err) == taken


def test_without_mosquitto_it_says_so_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZONEWATCH_BROKER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(process, "_BESIDE_PATH", ())

    assert cli.main(["--home", str(tmp_path / "home")]) == 2

    said = capsys.readouterr().err
    assert said.startswith("zonewatch run: Mosquitto is not installed: install it, or let ZONEW")
    assert said.count("\n") == 1
