"""A probe as a technician runs it, on simulated devices."""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gateway.profile_file import load_profiles
from simulators.boxes.hj212 import Hj212Box, Manners, Said
from simulators.boxes.modbus import ModbusBox
from simulators.boxes.serial_line import SerialBox
from simulators.demo.broker import free_port

ROOT = Path(__file__).parents[3]
PROFILES = load_profiles()
SRNE, EPEVER = PROFILES["srne_streetlight"], PROFILES["epever_streetlight"]
HEAD = 'gateway = "gw1"\nhome = "home"\n[broker]\nurl = "mqtt://127.0.0.1"\n'
PATIENCE_S = 60.0


def a_line(url: str, *devices: tuple[str, str, int], more: str = "") -> str:
    rows = ", ".join(
        f'{{ id = "{name}", profile = "{profile}", unit = {unit}{more} }}'
        for name, profile, unit in devices
    )
    return f'[[line]]\nurl = "{url}"\ntimeout_ms = 200\nretries = 0\ndevice = [{rows}]\n'


def a_listener(port: int, *names: str) -> str:
    stations = "".join(
        f'[[listener.station]]\nid = "{name}"\nmap = "hj212_air_station"\nmn = "MN-{name}"\n'
        for name in names
    )
    return f'[[listener]]\nurl = "hj212+tcp://127.0.0.1:{port}"\n{stations}'


async def probe(folder: Path, text: str, *, patience_s: float = 0.2) -> tuple[int | None, str, str]:
    """Run it in a process of its own; return its exit status and what it said."""
    path = folder / "site.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    command = ["-m", "gateway", str(path), "--check", "--probe", "--pause", "0"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        *("--patience", str(patience_s)),
        cwd=ROOT,
        env=os.environ | {"TZ": "Asia/Phnom_Penh"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        said, complained = await process.communicate()
    return process.returncode, said.decode(), complained.decode()


async def test_devices_that_answer_are_told_with_what_they_say(tmp_path: Path) -> None:
    async with ModbusBox({1: SRNE}) as box:
        box.set(1, {"load_power": 60.0, "load_voltage": 12.6, "load_current": 4.76})
        box.set(1, {"charge_state": 5.0, "battery_soc": 87.0})
        where = f"127.0.0.1:{box.port}"
        lamp = ("lamp-1", "srne_streetlight", 1)
        status, said, _ = await probe(tmp_path, a_line(f"modbus+tcp://{where}", lamp))

    assert status == 0
    assert f"lamp-1 ({where} unit 1, srne_streetlight): answers" in said
    lines = [line.split() for line in said.splitlines()]
    assert ["load_power", "60", "W"] in lines
    assert ["charge_state", "5", "float"] in lines
    assert "IMPLAUSIBLE" not in said


async def test_one_that_does_not_answer_is_told_and_the_others_all_the_same(
    tmp_path: Path,
) -> None:
    async with ModbusBox({2: SRNE}) as box:
        box.set(2, {"pv_voltage": 14.4, "pv_current": 1.5, "pv_power": 216.0})
        devices = (("lamp-1", "srne_streetlight", 1), ("lamp-2", "srne_streetlight", 2))
        url = f"modbus+tcp://127.0.0.1:{box.port}"
        status, said, _ = await probe(tmp_path, a_line(url, *devices))

    assert status == 1
    assert "lamp-1" in said.splitlines()[0]
    assert "NO ANSWER" in said.splitlines()[0]
    assert "IMPLAUSIBLE: pv_voltage × pv_current is 21.6, but pv_power is 216" in said


async def test_a_controller_on_beijing_time_is_found_out(tmp_path: Path) -> None:
    async with SerialBox({1: EPEVER}) as box:
        box.show(1, datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=8))
        url = f"modbus+rtu://{box.path}"
        lamp = ("lamp-1", "epever_streetlight", 1)
        here = await probe(tmp_path, a_line(url, lamp))
        stated = await probe(tmp_path, a_line(url, lamp, more=", utc_offset_h = 8"))

    assert "IMPLAUSIBLE: its clock is one hour ahead, as on Beijing time" in here[1]
    assert "IMPLAUSIBLE" not in stated[1]
    assert (here[0], stated[0]) == (0, 0)


async def test_stations_are_heard_and_not_answered(tmp_path: Path) -> None:
    port = free_port()
    shown = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(hours=9)
    items = {"a34004": {"Rtd": "21.5", "Flag": "N"}, "a01006": {"Rtd": "1010", "Flag": "N"}}
    running = asyncio.create_task(
        probe(tmp_path, a_listener(port, "air-1", "air-2"), patience_s=4.0)
    )
    async with AsyncExitStack() as stack:
        boxes = [
            await stack.enter_async_context(await connecting(Hj212Box(port=port, mn=name)))
            for name in ("MN-air-1", "MN-stranger")
        ]
        await boxes[0].say(Said(at=shown - timedelta(hours=1), items=items), timeout_s=0.0)
        boxes[0].manners = Manners(modbus_check=True)
        await boxes[0].say(Said(at=shown - timedelta(hours=1), items=items), timeout_s=0.0)
        await boxes[1].say(Said(at=shown, items=items), timeout_s=0.0)
        status, said, _ = await running

    assert status == 1
    assert f"air-1 (127.0.0.1:{port} as MN-air-1, hj212_air_station): answers" in said
    assert "pm25                        21.5 ug/m3" in said
    assert "IMPLAUSIBLE: pressure 10100 hPa: is its unit another one?" in said
    assert 'its check sums are of the other kind: check = "modbus"' in said
    assert "air-2" in said
    assert "NO ANSWER: did not speak" in said
    assert "STRANGER: 127.0.0.1 calls itself 'MN-stranger': not in the site file" in said
    assert boxes[0].answers == []


async def connecting(box: Hj212Box) -> Hj212Box:
    """Wait until somebody listens."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                _, writer = await asyncio.open_connection(box.host, box.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return box


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    status, said, _ = await probe(tmp_path, a_listener(port, "air-1"))
    server.close()

    assert status == 1
    assert "cannot listen" in said
