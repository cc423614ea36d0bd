"""HJ 212: frames decoded a second, and what a gateway with 50 stations takes.

A frame is decoded when its values stand as records. The gateway is a process of its own, with its
outbox on disk and without a broker; what it takes of a core is told for a frame from each station
every 30 s.
"""

import asyncio
import os
import sys
import tempfile
import time
from datetime import datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from gateway.drivers.hj212.config import StationConfig
from gateway.drivers.hj212.frames import Frame, FrameReader
from gateway.drivers.hj212.segment import read_segment
from gateway.drivers.hj212.station import Station
from gateway.drivers.hj212.station_map import load_maps
from ingest.contract.clock import SystemClock
from ingest.contract.identity import DeviceId
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.tree import resident_bytes
from simulators.boxes.hj212 import Hj212Box, Manners, Said, framed
from simulators.demo.broker import free_port

FRAMES: Final = 20_000
STATIONS: Final = 50
ROUNDS: Final = 60
_INTERVAL_S: Final = 30.0
_PIECE: Final = 4_096  # bytes that come at a time
_PATIENCE_S: Final = 120.0
_ROOT: Final = Path(__file__).parents[2]
_CODES: Final = (
    *("a34004", "a34002", "a21026", "a21004", "a05024", "a21005"),
    *("a01001", "a01002", "a01006", "a01007", "a01008"),
)


def measure(frames: int = FRAMES, rounds: int = ROUNDS) -> Figures:
    """Decode frames of an air station, and let a gateway take them from many."""
    return _decoding(frames) | asyncio.run(_serving(rounds))


def _said(number: int) -> Said:
    at = datetime(2026, 3, 10, 12) + timedelta(seconds=number)  # noqa: DTZ001 - a station's clock
    items = {code: {"Rtd": f"{20 + number % 100 / 10:.1f}", "Flag": "N"} for code in _CODES}
    return Said(at=at, items=items)


def _decoding(frames: int) -> dict[str, Measured]:
    head = "QN=20260310120000001;ST=22;CN=2011;PW=123456;MN=BENCH;Flag=5;CP=&&"
    different = [framed(f"{head}{_said(n).area()}&&".encode(), Manners()) for n in range(500)]
    stream = b"".join(islice(cycle(different), frames))
    config = StationConfig(id=DeviceId("air"), mn="BENCH", map=load_maps()["hj212_air_station"])
    station, reader, now, read = Station(config), FrameReader(), SystemClock().now(), 0
    began = time.perf_counter()
    for start in range(0, len(stream), _PIECE):
        for found in reader.feed(stream[start : start + _PIECE]):
            if isinstance(found, Frame):
                read += len(station.records(read_segment(found.segment), received_at=now))
    seconds = time.perf_counter() - began
    if read != frames:
        raise MeasuringFailedError(f"{read} records of {frames} frames")
    return {
        "frames_decoded": Measured(frames / seconds, "1/s"),
        "bytes_a_frame": Measured(len(stream) / frames, "By"),
    }


async def _serving(rounds: int) -> dict[str, Measured]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site.toml"
        site.write_text(_site(port), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", str(site)),
            cwd=_ROOT,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(_PATIENCE_S):
                return await _taken(process.pid, port, rounds)
        finally:
            process.terminate()
            await process.wait()


def _site(port: int) -> str:
    stations = "".join(
        f'[[listener.station]]\nid = "air-{n}"\nmap = "hj212_air_station"\nmn = "MN{n}"\n'
        for n in range(STATIONS)
    )
    return (
        'gateway = "bench"\nhome = "home"\n[broker]\nurl = "mqtt://127.0.0.1:9"\n'
        f'[[listener]]\nurl = "hj212+tcp://127.0.0.1:{port}"\n{stations}'
    )


async def _taken(process: int, port: int, rounds: int) -> dict[str, Measured]:
    boxes = [Hj212Box(port=port, mn=f"MN{n}") for n in range(STATIONS)]
    for box in boxes:
        while True:
            try:
                await box.__aenter__()
                break
            except OSError:
                await asyncio.sleep(0.05)
    await asyncio.gather(*(box.say(_said(0)) for box in boxes))
    before = _cpu_s(process)
    for number in range(1, rounds + 1):
        answered = await asyncio.gather(*(box.say(_said(number)) for box in boxes))
        if not all(answered):
            raise MeasuringFailedError("a frame was not answered")
    spent, memory = _cpu_s(process) - before, resident_bytes(process)
    for box in boxes:
        await box.__aexit__(None, None, None)
    return {
        "gateway_cpu_a_frame": Measured(1_000 * spent / (rounds * STATIONS), "ms"),
        "gateway_core_share_at_30_s": Measured(100 * spent / rounds / _INTERVAL_S, "%"),
        "gateway_memory": Measured(memory / 1_048_576, "MiBy"),
        "stations": Measured(STATIONS, "1"),
    }


def _cpu_s(process: int) -> float:
    """Return the CPU time of a process, from Linux's /proc."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
