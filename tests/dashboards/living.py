"""The demo's zones, some devices of each, lived through four days by way of ingest and analytics.

From 30 October to 2 November 2026: simulated devices speak every five minutes, gateways number
their records and send them in chunks, and what becomes of them is ingest's and analytics' own.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from analytics.faults.fault import Consequence, Fault, RuleId
from analytics.service.alarmkeeper import AlarmKeeper
from analytics.service.alarmtables import ALARM, REPAIR
from analytics.service.faults import put_faults
from analytics.service.feeder import Feeder, MeansCopy
from analytics.service.hourfiles import HourFiles
from api.sources import Sources
from ingest import rooms
from ingest.archive import Archive
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, micros
from ingest.disk import Disk
from ingest.home import Home
from ingest.pipeline import Pipeline
from ingest.registry.csv_import import check
from ingest.registry.current import CurrentRegistry
from ingest.registry.model import Device, Entry
from ingest.registry.registry import Registry
from ingest.registry.tables import append, load
from ingest.storage.port import ReadingStore
from simulators.chain.devices import Played
from simulators.demo.plan import FILES, demo_plan
from tests.ingest.arrivals import a_message
from tests.ingest.embedded import Mailbox

NOW = datetime(2026, 11, 3, 6, tzinfo=UTC)  # October ended 48 hours ago, its last night included
DAYS = 4
SEED = 3
STEPS_A_CHUNK = 12
PIECES = {DeviceClass.STREETLIGHT: 3, DeviceClass.SCHOOL_PV: 2}

Json = dict[str, Any]


def _a_fault(rule: str, subject: str) -> Fault:
    """Return what held for three hours until now."""
    return Fault(
        rule=RuleId(rule),
        subject=subject,
        consequence=Consequence.ALARM,
        began_at=micros(NOW) - 3 * HOUR_US,
        raised_at=micros(NOW) - 2 * HOUR_US,
        proven_at=micros(NOW) - 2 * HOUR_US,
        evidence={"load_power": 0.5},
    )


FAULTS = (
    _a_fault("lamp_out", "kh-lamp-001"),
    _a_fault("zero_output", "la-pv-01"),
    _a_fault("lamp_out", "sc-lamp-002"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """What runs over the four days, and stands there at their end."""

    sources: Sources
    feeder: Feeder

    @property
    def catalog(self) -> sa.Engine:
        return self.sources.catalog


@contextmanager
def living(
    folder: Path,
    *,
    store: ReadingStore,
    catalog: sa.Engine,
    means: MeansCopy | None = None,
    days: int = DAYS,
) -> Generator[Living]:
    """Let the zones live into a store and a catalog, which stay the caller's."""
    home = Home.create(folder / "home")
    clock = ManualClock(NOW)
    with ExitStack() as stack:
        archive = stack.enter_context(Archive(home.archive_dir, "w1"))
        files = HourFiles(home.hours_dir)
        stack.callback(files.close)
        registry = CurrentRegistry(catalog)
        _register(catalog)
        pipeline = Pipeline(
            worker="w1",
            archive=archive,
            store=store,
            catalog=catalog,
            registry=registry,
            publisher=Mailbox(),
            clock=clock,
        )
        _live(pipeline, home, days)
        feeder = Feeder(
            store=store,
            catalog=catalog,
            files=files,
            registry=registry,
            clock=clock,
            means=means,
            keeps_months=True,
        )
        alarms = AlarmKeeper(catalog=catalog, registry=registry, clock=clock)
        for _ in range(6):  # the feed, then a month a pass
            feeder.step()
        with catalog.begin() as connection:
            put_faults(connection, FAULTS, changed_at=micros(NOW))
        alarms.step()
        _worked_on(catalog)
        disk = Disk(home=home, clock=clock, free=lambda _: 2**33)
        with catalog.begin() as connection:
            rooms.note(connection, disk.look(), at=NOW)
        yield Living(
            sources=Sources(
                catalog=catalog,
                store=store,
                registry=registry,
                clock=clock,
                software="0.1.0",
                disk=disk,
                home=home,
                demo=True,
            ),
            feeder=feeder,
        )


def _worked_on(catalog: sa.Engine) -> None:
    """Let somebody acknowledge every alarm, and close the ticket of the first."""
    done = {"cause": "driver burnt", "parts": "driver", "closed_at": micros(NOW), "helped": True}
    with catalog.begin() as connection:
        connection.execute(sa.update(ALARM).values(acknowledged_by="sok"))
        connection.execute(sa.update(REPAIR).values(assignee="dara"))
        connection.execute(sa.update(REPAIR).where(REPAIR.c.id == 1).values(done))


def _register(catalog: sa.Engine) -> None:
    rows = check(sorted(FILES.glob("*.csv")), Registry([])).rows
    items = [row.item for row in rows if row.item is not None]
    with catalog.begin() as connection:
        append(
            connection,
            [(0, item) for item in _some(items)],
            actor="a test",
            source="the demo's zones",
            known_at=NOW,
        )


def _some(items: Sequence[Entry]) -> Iterator[Entry]:
    """Keep a few devices of each class and zone, and one that was never heard."""
    seen: dict[tuple[str, DeviceClass], int] = {}
    for item in items:
        if isinstance(item, Device) and not item.id.endswith("-silent"):
            key = (item.gateway, item.device_class)
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > PIECES.get(item.device_class, 1):
                continue
        yield item


def _live(pipeline: Pipeline, home: Home, days: int) -> None:
    with pipeline.catalog.connect() as connection:
        registry = load(connection)
    plan = demo_plan(home, registry, days=days, seed=SEED, now=NOW)
    for each in plan.played:
        messages = list(_messages(each, steps=days * 288))
        for first in range(0, len(messages), 12):
            for _ in pipeline.commit(messages[first : first + 12]):
                pass


def _messages(played: Played, *, steps: int) -> Iterator[Any]:
    """Yield a birth, then a chunk an hour, and at last one that nobody can read."""
    gateway, world = played.site.gateway, played.play
    numbered = 0
    spans: dict[str, list[int]] = {}
    yield a_message(_birth(), gateway=gateway, kind="birth", at=NOW - timedelta(days=4))
    for start in range(0, steps, STEPS_A_CHUNK):
        parts: dict[DeviceId, Json] = {}
        for step in range(start, start + STEPS_A_CHUNK):
            at = world.instant(step)
            silent = world.silent(step)
            said: dict[DeviceId, Json] = {
                device: {**values, "reachable": 0.0 if device in silent else 1.0}
                for device, values in world.at(step).items()
            }
            said |= {DeviceId(gateway): _box(step)}
            for device, values in said.items():
                numbered += 1
                day = f"{datetime.fromtimestamp(at / 1e6, UTC):%Y-%m-%d}"
                spans.setdefault(day, [numbered, numbered])[1] = numbered
                part = parts.setdefault(device, _part(device))
                part["number"].append(numbered)
                part["measured_at"].append(at // 1_000)
                for name, value in values.items():
                    told = None if device in silent and name != "reachable" else value
                    part["values"].setdefault(name, []).append(told)
        chunk = {
            "boot": "boot-1",
            "head": numbered,
            "low": 1,
            "thinned": [],
            "days": spans,
            "held": ["boot-1"],
            "sent_at": "2026-11-03T00:00:00Z",
            "parts": list(parts.values()),
        }
        sent = datetime.fromtimestamp(world.instant(start + STEPS_A_CHUNK) / 1e6, UTC)
        yield a_message(chunk, gateway=gateway, at=min(sent, NOW))
    yield a_message(b"{broken", gateway=gateway, at=NOW)


def _part(device: DeviceId) -> Json:
    return {"device": device, "number": [], "measured_at": [], "values": {}}


def _box(step: int) -> Json:
    return {
        "reachable": 1.0,
        "outbox_records": float(step % 12),
        "clock_offset": 0.2,
        "cpu_temperature": 48.0,
        "free_disk": float(Decimal(2) ** 33),
    }


def _birth() -> Json:
    return {
        "boot": "boot-1",
        "connection": 1,
        "software": "0.1.0",
        "sent_at": "2026-10-30T06:00:00Z",
        "devices": [],
    }
