"""A real InfluxDB and a real PostgreSQL that the demo's zones lived into."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from api.catalog import ready_catalog
from ingest.storage.influx import InfluxStore
from ingest.storage.influx_http import Place
from ingest.storage.influx_means import InfluxMeans
from simulators.influxd import FIRST_BUCKET, ORG, TOKEN, influxd, running_influxd
from tests.catalogs import a_postgres_url
from tests.dashboards.living import Living, living
from tests.dashboards.signing import sign

ZONE = "kh-sihanoukville"
CLOSED = "2026-10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where Grafana would ask."""

    influx: str
    zones: Living

    @property
    def catalog(self) -> sa.Engine:
        return self.zones.catalog


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Run both, let the zones live into them, and close October of one zone and its country."""
    program = influxd()
    assert program is not None, "influxd is not installed: make servers"
    folder = tmp_path_factory.mktemp("grafana")
    with ExitStack() as stack:
        server = stack.enter_context(running_influxd(program, folder))
        url = stack.enter_context(a_postgres_url())
        catalog = ready_catalog(url.replace("postgresql://", "postgresql+psycopg://"))
        stack.callback(catalog.dispose)
        place = Place(url=server.url, org=ORG, bucket=FIRST_BUCKET)
        store = stack.enter_context(
            closing(InfluxStore(server.url, org=ORG, bucket=FIRST_BUCKET, token=TOKEN))
        )
        means = stack.enter_context(closing(InfluxMeans(place, token=TOKEN)))
        zones = stack.enter_context(living(folder, store=store, catalog=catalog, means=means))
        for scope in (f"zone:{ZONE}", "country:KH"):
            sign(zones, scope, CLOSED)
        yield Servers(influx=server.url, zones=zones)
