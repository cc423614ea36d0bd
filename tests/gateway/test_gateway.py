"""The gateway as a process: its exit statuses, and a device's silence carried to the broker."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli import main
from gateway.outbox import Outbox
from gateway.service import OUTBOX_FILE
from ingest.broker.process import mosquitto as broker_program
from ingest.contract.lifecycle import Death
from ingest.contract.period import micros
from ingest.contract.ranges import Ranges
from simulators.conductor import Conductor
from simulators.demo.broker import free_port
from tests.gateway.brokers import (
    GATEWAY,
    PATIENCE_S,
    Listener,
    Mosquitto,
    broker_at,
)
from tests.gateway.builders import FIRST_BOOT, NOON, records_of

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 24, tzinfo=UTC)

SITE = """
gateway = "{gateway}"
home = "home"
[broker]
url = "mqtt://127.0.0.1:{broker}"
{clock}
[[line]]
url = "modbus+tcp://127.0.0.1:{line}"
timeout_ms = 100
retries = 0
[[line.device]]
id = "lamp-1"
profile = "srne_streetlight"
unit = 1
[[line.device]]
id = "lamp-2"
profile = "srne_streetlight"
unit = 2
"""


def site_file(folder: Path, *, broker: int = 1883, clock: int | None = None) -> Path:
    """A site whose devices nobody answers for."""
    follow = "" if clock is None else f'[clock]\nfollow = "127.0.0.1:{clock}"'
    text = SITE.format(gateway=GATEWAY, broker=broker, clock=follow, line=free_port())
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    return path


@asynccontextmanager
async def a_gateway(config: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A gateway in a process of its own, killed at the end unless it ended before."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", str(config), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """A running Mosquitto."""
    program = broker_program()
    if program is None:
        pytest.skip("Mosquitto is not installed")
    broker = Mosquitto(tmp_path, program)
    await broker.start()
    yield broker
    await broker.kill()


async def test_devices_nobody_answers_for_are_told_unreachable_once(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with (
        asyncio.timeout(PATIENCE_S),
        Conductor(START) as conductor,
        Listener.at(broker_at(mosquitto.port)) as ingest,
        a_gateway(site_file(tmp_path, broker=mosquitto.port, clock=conductor.port)) as process,
    ):
        await conductor.gather(1)
        birth = await ingest.hear_birth()
        await conductor.run(START + timedelta(hours=6))
        chunk = await ingest.hear_chunk()
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
        while not isinstance(end := await ingest.hear(), Death):
            pass

    assert [(one.device, one.profile) for one in birth.devices] == [
        ("lamp-1", "srne_streetlight"),
        ("lamp-2", "srne_streetlight"),
    ]
    assert {"reachable", "load_power"} <= set(birth.devices[0].metrics)
    assert birth.boot.startswith("b20261124t000000-")
    assert end.ends(birth)
    assert (chunk.account.head, chunk.numbers) == (2, Ranges.of((1, 2)))
    five_past_ms = micros(START + timedelta(minutes=5)) // 1_000
    assert [(part.device, part.measured_at, part.values) for part in chunk.parts] == [
        ("lamp-1", [five_past_ms], {"reachable": [0.0]}),
        ("lamp-2", [five_past_ms], {"reachable": [0.0]}),
    ]


async def test_a_killed_gateway_sends_what_it_held_under_its_old_boot(
    tmp_path: Path, mosquitto: Mosquitto
) -> None:
    async with (
        asyncio.timeout(PATIENCE_S),
        Conductor(START) as conductor,
        Listener.at(broker_at(mosquitto.port)) as ingest,
    ):
        config = site_file(tmp_path, broker=mosquitto.port, clock=conductor.port)
        async with a_gateway(config) as process:
            await conductor.gather(1)
            await conductor.run(START + timedelta(minutes=5))
            first = await ingest.hear_chunk()
            process.kill()
            await process.wait()
        async with a_gateway(config):
            again = await ingest.hear_chunk()
            await ingest.acknowledge({again.account.boot: again.numbers})

    assert again.account.boot == first.account.boot
    assert again.parts == first.parts
    assert len(again.held) == 1


async def test_a_gateway_whose_clock_is_gone_stops(tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE_S):
        async with Conductor(START) as conductor:
            running = a_gateway(site_file(tmp_path, clock=conductor.port))
            process = await running.__aenter__()
            await conductor.gather(1)
        _, log = await process.communicate()

    assert process.returncode == 1
    assert log.decode().splitlines()[-1].startswith("zonewatch gateway: clock 127.0.0.1:")


async def test_ctrl_c_is_status_130(tmp_path: Path) -> None:
    async with (
        asyncio.timeout(PATIENCE_S),
        Conductor(START) as conductor,
        a_gateway(site_file(tmp_path, clock=conductor.port)) as process,
    ):
        await conductor.gather(1)
        process.send_signal(signal.SIGINT)
        await process.wait()

        assert process.returncode == 130


def test_check_says_what_is_there_and_opens_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = site_file(tmp_path)

    assert main([str(config), "--check"]) == 0
    assert capsys.readouterr().out == f"{config}: 2 devices on 1 lines\n"
    assert sorted(tmp_path.iterdir()) == [config]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            "unit = 2", "unit = two", "expected TOML: Invalid value (at line 18", id="toml"
        ),
        pytest.param(
            'id = "lamp-2"\nprofile = "srne_streetlight"',
            'id = "lamp-2"\nprofile = "nobody_knows"',
            "line.device.profile: expected one of air_station_template, ",
            id="unknown profile",
        ),
        pytest.param('"lamp-2"', '"lamp-1"', "lamp-1 is there twice", id="twice"),
    ],
)
def test_a_wrong_site_file_is_status_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, complaint: str
) -> None:
    config = site_file(tmp_path)
    config.write_text(config.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    assert main([str(config)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"zonewatch gateway: {config}: ")
    assert complaint in said
    assert said.count("\n") == 1


def test_a_home_that_is_no_outbox_is_status_2_and_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = site_file(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    (home / OUTBOX_FILE).write_bytes(b"something else entirely" * 100)

    assert main([str(config)]) == 2
    assert f"{home / OUTBOX_FILE}: file is not a database" in capsys.readouterr().err


def test_the_outbox_can_be_counted_from_outside(tmp_path: Path) -> None:
    path = tmp_path / OUTBOX_FILE
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            assert reader.execute("SELECT COUNT(*) FROM record").fetchone() == (3,)
        finally:
            reader.close()
