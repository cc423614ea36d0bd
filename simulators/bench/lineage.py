"""Lineages of a closed year of the whole programme: 2,000 devices in 40 zones, 730,000 device-days.

A figure of the programme leads to its zones, a zone's part to its device-days, those to messages.
The year is also written as CSV, streamed, and the memory that takes is measured.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from analytics.closing.states import State
from analytics.periods import Days, parse_period
from analytics.scopes import PROGRAMME
from analytics.service import facts
from analytics.service.facts import Progress
from api.accounts.actor import Actor, Permission
from api.accounts.scope import EVERYTHING
from api.catalog import ready_catalog
from api.closing import revisions
from api.closing.closing import Asked, take
from api.exports.days import as_csv, rows
from api.lineage.endpoints import device_day_lineage, figure_lineage
from api.lineage.figure import Part
from api.sources import Sources
from ingest.contract.clock import ManualClock
from ingest.contract.period import micros
from ingest.home import Home
from ingest.registry.registry import Registry
from ingest.registry.tables import load
from ingest.storage.memory import MemoryStore
from simulators.bench.figure import Figures, Measured
from simulators.bench.report import DEVICES_A_ZONE, ZONES, days_of, put_registry

_YEAR: Final = "2026"
_NOW: Final = datetime(2027, 1, 10, tzinfo=UTC)
_ACTOR: Final = Actor(
    name="bench",
    permissions=frozenset({Permission.READ, Permission.PREPARE_PERIOD}),
    scopes=(EVERYTHING,),
)
_MIB: Final = 1_024  # KiB


def measure(
    zones: int = ZONES, devices_a_zone: int = DEVICES_A_ZONE, period: str = _YEAR
) -> Figures:
    """Prepare a year and walk down from its figure."""
    days = parse_period(period)
    with tempfile.TemporaryDirectory() as directory:
        catalog = ready_catalog(Home.create(Path(directory) / "home").catalog_url({}))
        try:
            registry = _fill(catalog, zones, devices_a_zone, days)
            preparing = _prepare(catalog, registry, days)
            sources = Sources(
                catalog=catalog,
                store=MemoryStore(),
                registry=lambda: registry,
                clock=ManualClock(_NOW),
                software="bench",
                demo=True,
            )
            found = _walked(sources, period) | _written(sources, days)
        finally:
            catalog.dispose()
    return {"prepare_seconds": Measured(preparing, "s")} | found


def _fill(catalog: sa.Engine, zones: int, devices_a_zone: int, days: Days) -> Registry:
    with catalog.begin() as connection:
        devices = put_registry(connection, zones, devices_a_zone)
        for device in devices:
            facts.put_device_days(connection, days_of(device, days))
        reached = Progress(changes=1, hours=1, since=micros(_NOW), as_of=micros(_NOW))
        facts.put_progress(connection, reached)
        return load(connection)


def _prepare(catalog: sa.Engine, registry: Registry, days: Days) -> float:
    asked = Asked(registry=registry, scope=PROGRAMME, days=days, software="bench", demo=True)
    began = time.perf_counter()
    with catalog.begin() as connection:
        take(connection, asked, State.PREPARED, actor=_ACTOR, role="", at=_NOW)
    return time.perf_counter() - began


def _walked(sources: Sources, period: str) -> dict[str, Measured]:
    """Time each step of a walk, the second time in its process, written as JSON."""
    registry = sources.registry()
    device = next(iter(registry.devices()))
    zone, day = registry.zone_of(device).id, parse_period(period).first
    month = f"{day.isoformat()}..{day.replace(day=31).isoformat()}"
    steps: dict[str, Callable[[], str]] = {
        "programme": lambda: _of_figure(sources, period, Part()),
        "zone": lambda: _of_figure(sources, period, Part(zone=zone)),
        "month": lambda: _of_figure(sources, period, Part(zone=zone, days=month)),
        "device_day": lambda: device_day_lineage(
            sources, device.id, day.isoformat()
        ).model_dump_json(),
    }
    found: dict[str, Measured] = {}
    for name, step in steps.items():
        wall, busy = _second(step)
        found[f"{name}_seconds"] = Measured(wall, "s")
        found[f"{name}_cpu_seconds"] = Measured(busy, "s")
    return found


def _of_figure(sources: Sources, period: str, part: Part) -> str:
    name = f"programme~{period}~emissions_avoided~all"
    return figure_lineage(sources, sources, _ACTOR, name, part).model_dump_json()


def _second(step: Callable[[], str]) -> tuple[float, float]:
    step()
    began, idle = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - began, time.process_time() - idle


def _written(sources: Sources, days: Days) -> dict[str, Measured]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, size = time.perf_counter(), 0
    with sources.catalog.connect() as connection:
        pinned = revisions.history(connection, PROGRAMME.kind, days.label)[-1]
        for piece in as_csv(rows(connection, sources.registry(), PROGRAMME, days, pinned)):
            size += len(piece)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "csv_seconds": Measured(time.perf_counter() - began, "s"),
        "csv_bytes": Measured(size, "By"),
        "csv_memory_grown": Measured(grown / _MIB, "MiBy"),
    }
