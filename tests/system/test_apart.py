"""From the device to HTTP through real programs alone: Mosquitto by TLS, InfluxDB, PostgreSQL.

Every stage is a process of its own, and gateways come in by the passwords that broker-config made.
"""

import asyncio
import json
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from analytics.deviceday import DeviceDay
from analytics.service import facts
from api.sources import Sources
from ingest.catalog import open_catalog
from ingest.contract.clock import ManualClock
from ingest.contract.period import instant, rfc3339
from ingest.home import Home
from ingest.registry.current import CurrentRegistry
from ingest.storage.memory import MemoryStore
from simulators.chain.run import Plan
from simulators.demo.plan import FILES, demo_plan
from simulators.influxd import TOKEN, Influxd, influxd, running_influxd
from simulators.replay import read_recording
from simulators.simulate.plan import FILES as RECORDED_FILES
from simulators.simulate.plan import recorded, replay_plan
from simulators.simulate.summary import replay_summary
from simulators.truth import read_truth
from tests.catalogs import a_postgres_url
from tests.servers import needs
from tests.simulators.recordings import serf_east
from tests.system import truth_by_hand as by_hand
from tests.system.apart import columns_of, stages_apart
from tests.system.test_run import ZONES, zonewatch

pytestmark = [needs("influxd"), needs("mosquitto"), needs("postgres")]

_DAYS = 14
_PERIOD = "2016-07-01..2016-07-11"  # no longer provisional, by whichever clock


@pytest.fixture(scope="module", name="server")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    program = influxd()
    assert program is not None, "influxd is not installed: make servers"
    with running_influxd(program, tmp_path_factory.mktemp("influx")) as server:
        yield server


@pytest.fixture(name="catalog")
def _catalog() -> Iterator[str]:
    with a_postgres_url() as url:
        yield url


async def test_stages_apart_give_the_digits_of_the_truth_log(
    tmp_path: Path, server: Influxd, catalog: str
) -> None:
    files = sorted(FILES.glob("*.csv"))
    field = tmp_path / "field"
    async with stages_apart(
        tmp_path, files, server=server, bucket="simulated", catalog=catalog
    ) as apart:
        now = datetime.now(UTC)
        plan = demo_plan(Home.create(field), apart.registry(), days=1, seed=1, now=now)
        await apart.live(field, plan)
        await apart.figured()
        read = await asyncio.to_thread(apart.reader)
        total = read("ledger")["total"]
        summaries = {zone: read(f"zones/{zone}/summary") for zone in ZONES}
        span = f"from={_moment(plan.start - timedelta(days=1))}&to={_moment(now)}"
        told = {
            device: dict(_readings(read(f"devices/{device}/readings?{span}")))
            for zone in ZONES
            for device in by_hand.by_device(field, zone)
        }
        ends = await asyncio.to_thread(apart.stop)

    assert ends == [0, 0, 0]
    assert total["balanced"] is True
    assert (total["pending"], total["missing"], total["quarantined"]) == (0, 0, 0)
    for zone, summary in summaries.items():
        assert summary["emissions_avoided"]["value"] == _kg(field, zone, summary["country"])
    assert _differences(field, told)[:5] == []
    assert sum(map(len, told.values())) > 100_000
    secrets = (TOKEN, *apart.door.passwords.values())
    assert not [one for one in secrets if one in apart.logs()]


async def test_a_recording_gives_the_digits_of_the_embedded_parts(
    tmp_path: Path, server: Influxd, catalog: str
) -> None:
    files = sorted(RECORDED_FILES.glob("*.csv"))
    alone = {"ZONEWATCH_HOME": str(tmp_path / "alone")}
    replay = ("simulate", "--replay", str(serf_east()), "--days", str(_DAYS), "--json")
    recording = read_recording(serf_east())
    async with stages_apart(
        tmp_path, files, server=server, bucket="recorded", catalog=catalog
    ) as apart:
        field = Home.create(tmp_path / "field")
        plan = replay_plan(field, recorded(recording), recording, of="a test's", days=_DAYS)
        playing = asyncio.create_task(asyncio.to_thread(zonewatch, alone, *replay))
        await apart.live(field.path, plan)
        document = json.loads(await playing)
        reports = [_report(apart.settings), _report(alone)]

    assert _without("seconds", _summary(apart.settings, plan)) == _without("seconds", document)
    assert _device_days(apart.settings) == _device_days(alone)
    assert sum(day.records for day in _device_days(alone)) == _DAYS * 96
    assert reports[0] == reports[1]
    assert Decimal(reports[0]["figures"][0]["value"]) > 0


def _report(settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the report on whole days that were played, whenever it is asked for."""
    of = ("--zone", "us-serf-east", "--period", _PERIOD)
    return _without("as_of", json.loads(zonewatch(settings, "report", *of)))


def _summary(settings: Mapping[str, str], plan: Plan) -> dict[str, Any]:
    """Return what `simulate` would print, had it played in these stages."""
    with _opened(settings) as catalog:
        sources = Sources(
            catalog=catalog,
            store=MemoryStore(),
            registry=CurrentRegistry(catalog),
            clock=ManualClock(plan.until),
            software="test",
        )
        return replay_summary(sources, plan, seconds=0)


def _device_days(settings: Mapping[str, str]) -> list[DeviceDay]:
    with _opened(settings) as catalog, catalog.connect() as connection:
        return facts.device_days(connection)


@contextmanager
def _opened(settings: Mapping[str, str]) -> Generator[sa.Engine]:
    engine = open_catalog(Home.open(Path(settings["ZONEWATCH_HOME"])).catalog_url(settings))
    try:
        yield engine
    finally:
        engine.dispose()


def _without(name: str, document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _readings(told: Any) -> Iterator[tuple[tuple[str, str], float]]:  # noqa: ANN401
    return (((metric, at), value) for metric, at, value in columns_of(told))


def _differences(
    field: Path, told: dict[str, dict[tuple[str, str], float]]
) -> list[tuple[str, str, str, float | None, float | None]]:
    """Return where what HTTP tells is not what the truth log holds, digit by digit."""
    return [
        (device, metric, at, value, told[device].get((metric, at)))
        for zone in ZONES
        for row in read_truth(field / "truth" / f"{zone}.jsonl")
        for at in (rfc3339(instant(row.measured_at)),)
        for device, values in row.devices.items()
        for metric, value in values.items()
        if value != told[device].get((metric, at))
    ]


def _kg(folder: Path, zone: str, country: str) -> str:
    """Work a zone's emissions avoided out from its truth log."""
    kg = by_hand.zone_kg(by_hand.by_device(folder, zone), country)
    return str(kg.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))
