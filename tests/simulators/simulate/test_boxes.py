"""Simulated equipment by itself, as a command: what it sends, and how it misbehaves."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.driver import DeviceUnreachableError
from gateway.drivers.hj212.crc import Convention
from gateway.drivers.hj212.frames import Found, Frame, FrameReader, Reason, SetAside
from gateway.drivers.hj212.segment import read_segment
from gateway.drivers.modbus.line import ModbusLine
from gateway.endpoints import Endpoint, SerialPort
from gateway.profile_file import load_profiles
from tests.gateway.drivers.devices import a_device

ROOT = Path(__file__).parents[3]
PATIENCE_S = 90.0
PROFILES = load_profiles()


@asynccontextmanager
async def simulate(*arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "zonewatch", "simulate", *arguments),
        cwd=ROOT,
        env=os.environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.communicate()


async def heard(*arguments: str) -> tuple[list[Found], int]:
    """What a station sends to somebody who does not answer, and how many bytes are in no frame."""
    found: list[Found] = []
    discarded = 0

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal discarded
        frames = FrameReader()
        while data := await reader.read(4_096):
            found.extend(frames.feed(data))
        frames.drop()
        discarded += frames.discarded
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    where = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with simulate("--station", where, "--count", "2", "--every", "0", *arguments) as process:
        assert await process.wait() == 0
    await asyncio.sleep(0)
    server.close()
    return found, discarded


async def test_a_station_says_what_its_map_measures() -> None:
    found, discarded = await heard("--map", "hj212_mobile_air_station", "--mn", "VAN-1")

    frames = [each for each in found if isinstance(each, Frame)]
    segment = read_segment(frames[0].segment)
    assert (len(frames), discarded) == (2, 0)
    assert (segment.mn, segment.cn, segment.st) == ("VAN-1", "2011", "22")
    assert {"a34004", "l01001", "l01002"} <= {item.code for item in segment.items}


@pytest.mark.parametrize("how", ["wrong-check", "modbus-check", "garbage", "length", "torn"])
async def test_a_station_misbehaves_as_it_is_told(how: str) -> None:
    found, discarded = await heard("--misbehave", how)

    kinds = [
        each.reason if isinstance(each, SetAside) else (each.check, each.length_ok)
        for each in found
    ]
    expected = {
        "wrong-check": [Reason.MISMATCH] * 2,
        "modbus-check": [(Convention.MODBUS, True)] * 2,
        "garbage": [(Convention.ANNEX_A, True)] * 2,
        "length": [(Convention.ANNEX_A, False)] * 2,
        "torn": [],
    }
    assert kinds == expected[how]
    assert (discarded > 0) == (how in ("wrong-check", "garbage", "torn"))


@asynccontextmanager
async def a_line(*arguments: str) -> AsyncGenerator[ModbusLine]:
    async with simulate("--line", "srne_streetlight,epever_streetlight", *arguments) as process:
        assert process.stdout is not None
        where = (await process.stdout.readline()).decode().partition(": ")[0]
        host, _, port = where.rpartition(":")
        address = Endpoint(host, int(port)) if host else SerialPort(path=where)
        async with ModbusLine(address, timeout_s=1.0, retries=0) as line:
            yield line


@pytest.mark.parametrize("arguments", [("--port", "0"), ()], ids=["TCP", "a terminal"])
async def test_a_line_answers_for_a_unit_of_each_profile(arguments: tuple[str, ...]) -> None:
    async with a_line(*arguments) as line:
        first = await line.read(a_device(PROFILES["srne_streetlight"], unit=1))
        second = await line.read(a_device(PROFILES["epever_streetlight"], unit=2))

    assert first.values["load_power"] == 100.0
    assert (second.values["battery_voltage"] or 0) > 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "0", "--misbehave", "silent"),
        ("--port", "0", "--misbehave", "exceptions"),
        ("--misbehave", "wrong-check"),
        ("--misbehave", "torn"),
    ],
)
async def test_a_line_misbehaves_as_it_is_told(arguments: tuple[str, ...]) -> None:
    async with a_line(*arguments) as line:
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device(PROFILES["srne_streetlight"], unit=1))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--line", "no-such-profile"), "profile 'no-such-profile' is unknown"),
        (("--line", "srne_streetlight", "--misbehave", "smoke"), "--misbehave: expected one of"),
        (("--station", "127.0.0.1:1", "--map", "x"), "--map: expected one of hj212_air_station"),
        (("--station", "nowhere"), "expected HOST:PORT"),
        ((), "one of the arguments --replay --station --line is required"),
    ],
)
async def test_what_nobody_has_is_told(arguments: tuple[str, ...], reason: str) -> None:
    async with simulate(*arguments) as process:
        _, complained = await process.communicate()

    assert process.returncode == 2
    assert reason in complained.decode()
