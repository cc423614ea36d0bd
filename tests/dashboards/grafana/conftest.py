"""A real InfluxDB and a real PostgreSQL that simulated records went through."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from api.catalog import ready_catalog
from ingest import feed
from ingest.columns import Touched
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import hour_of
from ingest.contract.quality import Quality
from ingest.registry.model import Entry
from ingest.registry.registry import Registry
from ingest.registry.tables import append, load
from ingest.storage.block import Block
from ingest.storage.influx import InfluxStore
from ingest.storage.influx_http import Place
from ingest.storage.influx_means import InfluxMeans
from simulators.influxd import FIRST_BUCKET, ORG, TOKEN, influxd, running_influxd
from tests.api import builders
from tests.catalogs import a_postgres_url
from tests.ingest.storage.blocks import EVENING_US, a_block

ZONE = "kh-coast"
EVENING = datetime(2026, 10, 30, 11, tzinfo=UTC)
LATER = EVENING + timedelta(hours=2)

_MORE = (builders.a_device("kh-home-1", DeviceClass.HOUSEHOLD_PV),)
_MINUTES = (0, 5, 10)
_BLOCKS: tuple[Block, ...] = (
    a_block(
        *(
            (lamp, minute, {"load_power": 60.0, "battery_soc": 80.0, "reachable": 1.0})
            for lamp in ("kh-lamp-1", "kh-lamp-2")
            for minute in _MINUTES
        ),
        ("kh-lamp-1", 15, {"load_power": (70.0, Quality.SUSPECT)}),
        ("kh-lamp-1", 20, {"load_power": (999.0, Quality.BAD)}),
    ),
    a_block(
        *(("kh-pv-1", minute, {"active_power": 5e3, "reachable": 1.0}) for minute in _MINUTES),
        device_class=DeviceClass.SCHOOL_PV,
    ),
    a_block(
        *(("kh-home-1", minute, {"active_power": 3e3, "reachable": 1.0}) for minute in _MINUTES),
        device_class=DeviceClass.HOUSEHOLD_PV,
    ),
    a_block(
        *(
            ("kh-air-1", minute, {"pm25": 20.0, "pm10": 40.0, "reachable": 0.0})
            for minute in _MINUTES
        ),
        device_class=DeviceClass.AIR_STATION,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where Grafana would ask."""

    influx: str
    catalog: sa.Engine
    registry: Registry


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Run both, and bring the records in."""
    program = influxd()
    assert program is not None, "influxd is not installed: make servers"
    folder = tmp_path_factory.mktemp("grafana")
    with ExitStack() as stack:
        server = stack.enter_context(running_influxd(program, folder))
        url = stack.enter_context(a_postgres_url())
        catalog = ready_catalog(url.replace("postgresql://", "postgresql+psycopg://"))
        stack.callback(catalog.dispose)
        store = InfluxStore(server.url, org=ORG, bucket=FIRST_BUCKET, token=TOKEN)
        stack.enter_context(closing(store))
        registry = _registered(catalog)
        _brought_in(catalog, store)
        files = stack.enter_context(closing(HourFiles(folder / "hours")))
        place = Place(url=server.url, org=ORG, bucket=FIRST_BUCKET)
        means = stack.enter_context(closing(InfluxMeans(place, token=TOKEN)))
        feeder = Feeder(
            store=store,
            catalog=catalog,
            files=files,
            registry=lambda: registry,
            clock=ManualClock(LATER),
            means=means,
        )
        assert feeder.step() == len(_BLOCKS) + 1
        yield Servers(influx=server.url, catalog=catalog, registry=registry)


def _registered(catalog: sa.Engine) -> Registry:
    mistaken = replace(builders.a_lot(), quantity=7)
    items: list[Entry] = [entered.item for entered in builders.a_registry().entries]
    with catalog.begin() as connection:
        for entered in ([mistaken], [*items, *_MORE]):
            append(
                connection,
                [(0, item) for item in entered],
                actor="a test",
                source="a test",
                known_at=EVENING,
            )
        return load(connection)


def _brought_in(catalog: sa.Engine, store: InfluxStore) -> None:
    store.write(_BLOCKS)
    with catalog.begin() as connection:
        feed.add(
            connection,
            [
                Touched(
                    device_class=block.device_class,
                    device=DeviceId(device),
                    hour=hour_of(EVENING_US),
                    gateway=GatewayId("kh-gw"),
                    day=date(2026, 10, 30),
                    numbered=True,
                    records=len(_MINUTES),
                    readings=3 * len(_MINUTES),
                )
                for block in _BLOCKS
                for device in block.names
            ],
        )
