"""A zone's summary for 50 clients, one request a second each, the whole programme loaded.

A year of all that was announced lies in the catalog: device-days, how devices spent their days, and
lamps' batteries. Clients are a process of their own. It is measured while nothing else is done, and
while the zones' figures are computed anew.
"""

import asyncio
import contextlib
import resource
import socket
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from analytics.deviceday import device_days
from analytics.lighting.battery import BatteryDay
from analytics.service import dayfacts, facts, uptime, zonefigures
from analytics.service.facts import Progress
from analytics.service.tables import DAY_FACT, DEVICE_DAY, UPTIME_DAY
from analytics.uptime.days import PROOF, UptimeDay
from api.accounts import people, tokens
from api.accounts.catalog import CatalogAccounts
from api.accounts.scope import EVERYTHING
from api.accounts.tokens import NewToken
from api.catalog import ready_catalog
from api.server import HOST, listen, serve
from api.sources import Sources
from ingest.contract.clock import SystemClock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, micros
from ingest.registry.registry import Registry
from ingest.storage.memory import MemoryStore
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.programme import a_day_of_hours, a_registry

CLIENTS: Final = 50
_YEAR: Final = 365
_SECONDS: Final = 20
_LASTS: Final = timedelta(days=1)
_ASKED: Final = "/v1/zones/bench-kh/summary"
_TIGHT: Final = 1  # of a clients' process


def measure(days: int = _YEAR, seconds: int = _SECONDS, *, share: int = 1) -> Figures:
    """Ask for a while in quiet, and for a while beside the computing of figures."""
    registry = a_registry(share)
    with tempfile.TemporaryDirectory() as directory:
        catalog = ready_catalog(f"sqlite:{Path(directory) / 'catalog.sqlite'}")
        try:
            _fill(catalog, registry, days)
            return asyncio.run(_measured(_sources(catalog, registry), seconds))
        finally:
            catalog.dispose()


def _fill(catalog: sa.Engine, registry: Registry, days: int) -> None:
    """Put a day of facts in, and copy it to the days before."""
    now = micros(SystemClock().now())
    last = date.fromordinal(SystemClock().now().toordinal() - 1)
    groups: dict[DeviceClass, list[str]] = {}
    for device in registry.devices():
        groups.setdefault(device.device_class, []).append(device.id)
    with catalog.begin() as connection:
        for device_class, names in groups.items():
            hours = a_day_of_hours(device_class, names).assign(day=last)  # type: ignore[arg-type]
            facts.put_device_days(connection, device_days(hours, device_class=device_class))
            spent = [_a_day(name, last, device_class) for name in names]
            uptime.put_uptime_days(connection, spent)
            if device_class is DeviceClass.STREETLIGHT:
                dayfacts.put(connection, [], [_a_battery(name, last) for name in names])
        for table in (DEVICE_DAY, UPTIME_DAY, DAY_FACT):
            _copy(connection, table, last, days)
        since = now - days * DAY_US
        facts.put_progress(connection, Progress(changes=1, hours=1, since=since, as_of=now))


def _a_day(name: str, day: date, device_class: DeviceClass) -> UptimeDay:
    return UptimeDay(
        device=DeviceId(name),
        day=day,
        device_class=device_class,
        base_s=36_000,
        up_s=30_000,
        down_s=600,
        excluded_s=0,
        known_down_s=600,
        counter_mwh=640_000 if device_class in PROOF else None,
        gauge_mwh=600_000 if device_class in PROOF else None,
        tail_s=0,
    )


def _a_battery(name: str, day: date) -> BatteryDay:
    return BatteryDay(
        device=DeviceId(name),
        day=day,
        charged_mwh=900_000,
        served_mwh=600_000,
        lowest_permille=400,
        highest_permille=950,
        lowest_mv=12_300,
        highest_mv=13_900,
    )


def _copy(connection: sa.Connection, table: sa.Table, last: date, days: int) -> None:
    others = [column for column in table.columns if column.name != "day"]
    for number in range(1, days):
        day = sa.literal(last - timedelta(days=number), sa.Date)
        rows = sa.select(day, *others).where(table.c.day == last)
        names = ["day", *(column.name for column in others)]
        connection.execute(sa.insert(table).from_select(names, rows))


def _sources(catalog: sa.Engine, registry: Registry) -> Sources:
    return Sources(
        catalog=catalog,
        store=MemoryStore(),
        registry=lambda: registry,
        clock=SystemClock(),
        software="bench",
    )


async def _measured(sources: Sources, seconds: int) -> Figures:
    began, worked = time.perf_counter(), time.process_time()
    await asyncio.to_thread(_write_figures, sources)
    figures_s, figures_cpu_s = time.perf_counter() - began, time.process_time() - worked
    resident_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    secret = _token(sources)
    async with _served(sources) as port:
        quiet = await _asked(port, secret, seconds)
        over = threading.Event()
        busy = asyncio.create_task(asyncio.to_thread(_keep_busy, sources, over))
        beside = await _asked(port, secret, seconds)
        over.set()
        await busy
    return {
        "figures_of_all_zones": Measured(figures_s, "s"),
        "figures_processor_time": Measured(figures_cpu_s, "s"),
        "resident_at_most": Measured(resident_mb, "MBy"),
        **_told("quiet", quiet),
        **_told("while_figures_are_computed", beside),
    }


def _write_figures(sources: Sources) -> None:
    with sources.catalog.begin() as connection:
        zonefigures.write(connection, sources.registry())


def _keep_busy(sources: Sources, over: threading.Event) -> None:
    while not over.is_set():
        _write_figures(sources)


def _token(sources: Sources) -> str:
    now = sources.clock.now()
    with sources.catalog.begin() as connection:
        people.add(
            connection, name="bench", role="viewer", scope=EVERYTHING, password_hash=None, at=now
        )
        asked = NewToken(
            account="bench", label="bench", role="viewer", scope=EVERYTHING, lasts=_LASTS
        )
        return tokens.create(connection, asked, at=now)[1]


@contextlib.asynccontextmanager
async def _served(sources: Sources) -> AsyncGenerator[int]:
    listening: socket.socket = listen(0)
    accounts = CatalogAccounts(sources.catalog, SystemClock())
    serving = asyncio.create_task(serve(listening, sources, accounts))
    try:
        yield listening.getsockname()[1]
    finally:
        serving.cancel()
        await asyncio.wait([serving])


async def _asked(port: int, secret: str, seconds: int) -> Sequence[float]:
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(_TIGHT, mp_context=get_context("spawn")) as pool:
        return await loop.run_in_executor(pool, ask, port, secret, seconds)


def ask(port: int, secret: str, seconds: int) -> list[float]:
    """Be all clients for a while; return how long each answer took. [s]"""
    return asyncio.run(_clients(port, secret, seconds))


async def _clients(port: int, secret: str, seconds: int) -> list[float]:
    each = (_client(port, secret, seconds, number / CLIENTS) for number in range(CLIENTS))
    return [took for part in await asyncio.gather(*each) for took in part]


async def _client(port: int, secret: str, seconds: int, offset_s: float) -> list[float]:
    """Ask once a second over one connection."""
    await asyncio.sleep(1 + offset_s)
    reader, writer = await asyncio.open_connection(HOST, port)
    request = f"GET {_ASKED} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {secret}\r\n\r\n"
    took: list[float] = []
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(seconds):
        await asyncio.sleep(max(0.0, start + number - loop.time()))
        began = time.perf_counter()
        writer.write(request.encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise MeasuringFailedError(head.decode())
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        took.append(time.perf_counter() - began)
    writer.close()
    return took


def _told(when: str, took: Sequence[float]) -> dict[str, Measured]:
    ordered = sorted(took)
    median, p95 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.95))
    return {
        f"{when}_requests": Measured(float(len(ordered)), "1"),
        f"{when}_median": Measured(1_000 * median, "ms"),
        f"{when}_p95": Measured(1_000 * p95, "ms"),
    }
