"""A real zone's October by hand: a PV set with a counter and a lamp, every half hour.

Between 06:00 of the 31st and 22:00 of 1 November (UTC) the gateway hears nothing for 40 hours; what
it kept comes later. The counter advances by 1 kWh an hour all the time, so each UTC day adds 24.
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from api.accounts import people
from api.accounts.scope import EVERYTHING
from api.catalog import ready_catalog
from api.sources import Sources
from ingest.archive import Archive, Message
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.home import Home
from ingest.pipeline import Pipeline
from ingest.registry.current import CurrentRegistry
from ingest.registry.model import Entry, GridConnection
from ingest.registry.tables import append
from ingest.storage.opening import open_store
from tests.ingest.arrivals import a_message
from tests.ingest.embedded import Mailbox
from tests.ingest.registry.builders import a_device, a_gateway, a_site, a_zone

BEGIN = datetime(2026, 9, 29, tzinfo=UTC)
SILENT_FROM = datetime(2026, 10, 31, 6, tzinfo=UTC)
SILENT_TO = datetime(2026, 11, 1, 22, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 4, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
LAMP, PV = DeviceId("lamp-1"), DeviceId("pv-1")
PERIOD = ("--zone", "north", "--period", "2026-10")


Told = Mapping[DeviceId, Mapping[str, Callable[[datetime], float]]]
"""What devices measure at an instant, by metric."""


def the_lamp(**changed: object) -> Entry:
    return a_device(interval_s=1800, **changed)


def the_pv_set(**changed: object) -> Entry:
    fields: dict[str, object] = {
        "id": PV,
        "device_class": DeviceClass.SCHOOL_PV,
        "profile": "sunspec_three_phase",
        "painted_number": None,
        "interval_s": 1800,
        "rated_power_w": Decimal(10_000),
        "grid_connection": GridConnection.ON,
        "schedule": "",
    }
    return a_device(**(fields | changed))


@dataclass(slots=True)
class October:
    """A home in which messages come in and analytics keeps up."""

    home: Home
    catalog: sa.Engine
    pipeline: Pipeline
    feeder: Feeder
    clock: ManualClock
    number: int = 0

    def register(self, *items: Entry) -> None:
        with self.catalog.begin() as connection:
            append(
                connection,
                [(0, item) for item in items],
                actor="a test",
                source="by hand",
                known_at=self.clock.now(),
            )

    def arrive(self, first: datetime, end: datetime, told: Told | None = None) -> None:
        """Bring in what was measured in a span, a chunk a day of it, of the two or of others."""
        while first < end:
            until = min(first + timedelta(days=1), end)
            self._chunk(first, until, told or OWN)
            first = until
        self.clock.set(max(self.clock.now(), end))
        while self.feeder.step():
            pass

    def wait_until(self, at: datetime) -> None:
        self.clock.set(at)
        self.feeder.step()

    def _chunk(self, first: datetime, end: datetime, told: Told) -> None:
        times = [first + n * HALF_HOUR for n in range((end - first) // HALF_HOUR)]
        parts = [
            self._part(
                device, times, {name: [value(at) for at in times] for name, value in each.items()}
            )
            for device, each in told.items()
        ]
        chunk = {
            "boot": "boot-1",
            "head": self.number,
            "low": 1,
            "thinned": [],
            "days": {"2026-10-01": [1, self.number]},
            "held": ["boot-1"],
            "sent_at": "2026-11-04T00:00:00Z",
            "parts": parts,
        }
        self.take(a_message(chunk, gateway="gw1", at=max(self.clock.now(), end)))

    def take(self, message: Message) -> None:
        for _ in self.pipeline.commit([message]):
            pass

    def _part(
        self, device: str, times: list[datetime], values: dict[str, list[float]]
    ) -> dict[str, object]:
        numbers = list(range(self.number + 1, self.number + 1 + len(times)))
        self.number += len(times)
        return {
            "device": device,
            "number": numbers,
            "measured_at": [micros(at) // 1_000 for at in times],
            "values": values,
        }


def _watts(at: datetime) -> float:
    """Return 60 W from 18:00 to 05:00 in Laos, UTC+7."""
    return 60.0 if 11 <= at.hour < 22 else 0.0


def _kwh(at: datetime) -> float:
    return (at - BEGIN) / timedelta(hours=1) + 100


OWN: Told = {LAMP: {"load_power": _watts}, PV: {"energy_generated": _kwh}}


@contextmanager
def october(folder: Path) -> Generator[October]:
    """Open the zone's home, with everything until November but what came late."""
    with running(folder) as zone:
        zone.register(a_zone(), a_site(), a_gateway(), the_lamp(), the_pv_set())
        for name, role in (("pa", "preparer"), ("chan", "checker"), ("sok", "approver")):
            _let_in(zone, name, role)
        _let_in(zone, "vera", "verifier")
        zone.arrive(BEGIN, SILENT_FROM)
        zone.arrive(SILENT_TO, NOVEMBER)
        yield zone


@contextmanager
def running(folder: Path) -> Generator[October]:
    """Open a home, whatever is in it; it is closed again so that commands can have its store."""
    with ExitStack() as stack:
        home = Home.create(folder)
        catalog = ready_catalog(home.catalog_url({}))
        stack.callback(catalog.dispose)
        store = open_store(home.store_setting({}))
        stack.callback(store.close)
        files = HourFiles(home.hours_dir)
        stack.callback(files.close)
        archive = stack.enter_context(Archive(home.archive_dir, "w1"))
        clock, registry = ManualClock(BEGIN), CurrentRegistry(catalog)
        pipeline = Pipeline(
            worker="w1",
            archive=archive,
            store=store,
            catalog=catalog,
            registry=registry,
            publisher=Mailbox(),
            clock=clock,
        )
        feeder = Feeder(store=store, catalog=catalog, files=files, registry=registry, clock=clock)
        yield October(home, catalog, pipeline, feeder, clock)


def sources_of(zone: October) -> Sources:
    """Return what the API answers from."""
    return Sources(
        catalog=zone.catalog,
        store=zone.pipeline.store,
        registry=CurrentRegistry(zone.catalog),
        clock=zone.clock,
        software=version("zonewatch"),
    )


def _let_in(zone: October, name: str, role: str) -> None:
    with zone.catalog.begin() as connection:
        people.add(connection, name=name, role=role, scope=EVERYTHING, password_hash=None, at=BEGIN)
