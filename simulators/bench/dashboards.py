"""A year of the whole programme behind Grafana's dashboards: what their questions take.

PostgreSQL holds a year of days of every device announced, InfluxDB a day of all of them and a year
of hourly means of one of each class. Every question of a dashboard is put once, one after another,
with the choices it opens with: all zones, one device.
"""

import json
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import sqlalchemy as sa

from analytics.service import facts, months
from analytics.service.facts import Progress
from api.catalog import ready_catalog
from dashboards.grafana import blocks
from dashboards.grafana.blocks import Board
from dashboards.grafana.filling import Chosen, filled_influxql, filled_sql
from dashboards.grafana.publish import BOARDS
from dashboards.grafana.sources import SqlQuestion
from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.registry import Registry
from ingest.registry.tables import append, load
from ingest.storage.block import Block
from ingest.storage.influx import InfluxStore
from ingest.storage.influx_http import Place
from ingest.storage.influx_means import InfluxMeans
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.programme import a_registry
from simulators.influxd import FIRST_BUCKET, ORG, TOKEN, influxd, running_influxd
from simulators.postgres import Cluster, postgres

_NOW: Final = datetime(2027, 1, 3, 12, tzinfo=UTC)
_YEAR: Final = ("2026-01-01", "2026-12-31")
_MINUTES: Final = 5
_DRAWN: Final = ("load_power", "battery_soc", "pv_power", "active_power", "pm25", "pm10")
_DAYS: Final = """
INSERT INTO uptime_day (device, day, device_class, base_s, up_s, down_s, excluded_s, known_down_s,
    counter_mwh, gauge_mwh, tail_s)
SELECT id, day::date, body::json->>'device_class', 43200, 42000, 600, 0, 600, NULL, NULL, 0
FROM registry_entry, generate_series(date '{first}', date '{last}', '1 day') AS day
WHERE kind = 'device'
"""
_ENERGY: Final = """
INSERT INTO device_day (device, day, device_class, records, covered_s, energy_mwh, energy_source,
    lit_s, estimated_mwh, imported_mwh, distance_m)
SELECT id, day::date, body::json->>'device_class', 288, 86400, 600000, 'counter', 40000, NULL, NULL,
    NULL
FROM registry_entry, generate_series(date '2026-12-01', date '2026-12-31', '1 day') AS day
WHERE kind = 'device'
"""
_MONTHS: Final = """
INSERT INTO scope_month
SELECT scope, (month - back * interval '1 month')::date, document, index_days, known, as_of, stale,
    settled
FROM scope_month, generate_series(1, 11) AS back
"""
_ACCOUNT: Final = """
INSERT INTO ledger_count
SELECT 'gw-' || number, day::date, 80000, 0, 0, 0, 960000, 0
FROM generate_series(1, 60) AS number,
    generate_series(date '{first}', date '{last}', '1 day') AS day
"""


def measure(share: int = 1) -> Figures:
    """Fill both servers, and time every question of every dashboard."""
    influx, postgresql = influxd(), postgres()
    if influx is None or postgresql is None:
        raise MeasuringFailedError("InfluxDB 2 and PostgreSQL are needed: make servers")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        cluster = Cluster(postgresql)
        stack.callback(cluster.remove)
        cluster.start()
        catalog = ready_catalog(cluster.url().replace("postgresql://", "postgresql+psycopg://"))
        stack.callback(catalog.dispose)
        registry = _fill_catalog(catalog, share)
        server = stack.enter_context(running_influxd(influx, folder))
        _fill_store(server.url, registry)
        return dict(_timed(catalog, server.url))


def _fill_catalog(catalog: sa.Engine, share: int) -> Registry:
    first, last = _YEAR
    with catalog.begin() as connection:
        items = [(0, entered.item) for entered in a_registry(share).entries]
        append(connection, items, actor="bench", source="bench", known_at=_NOW)
        connection.exec_driver_sql(_ENERGY)
        since = micros(datetime(2026, 12, 2, tzinfo=UTC))  # its first night is December's
        reached = Progress(changes=1, hours=1, since=since, as_of=micros(_NOW))
        facts.put_progress(connection, reached)
        registry = load(connection)
    with catalog.begin() as connection:
        months.keep_up(connection, registry)  # November's last night, which is empty
        connection.exec_driver_sql("DELETE FROM scope_month")
    with catalog.begin() as connection:
        since = micros(datetime(2026, 12, 2, tzinfo=UTC))
        facts.put_progress(
            connection, Progress(changes=1, hours=1, since=since, as_of=micros(_NOW))
        )
        months.keep_up(connection, registry)
        connection.exec_driver_sql(_MONTHS)
    with catalog.begin() as connection:
        for sql in (_DAYS, _ACCOUNT):
            connection.exec_driver_sql(sql.format(first=first, last=last))
    with catalog.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    return registry


def _fill_store(url: str, registry: Registry) -> None:
    by_class: dict[DeviceClass, list[DeviceId]] = {}
    for device in registry.devices():
        by_class.setdefault(device.device_class, []).append(device.id)
    place = Place(url=url, org=ORG, bucket=FIRST_BUCKET)
    with (
        closing(InfluxStore(url, org=ORG, bucket=FIRST_BUCKET, token=TOKEN)) as store,
        closing(InfluxMeans(place, token=TOKEN)) as means,
    ):
        for device_class, devices in by_class.items():
            drawn = [name for name in _DRAWN if name in metrics_of(device_class)]
            store.write([_block(device_class, devices, ["reachable"], 288, minutes=_MINUTES)])
            if drawn:
                store.write([_block(device_class, devices[:1], drawn, 288, minutes=_MINUTES)])
                means.write(_block(device_class, devices[:1], drawn, 24 * 365, minutes=60))


def _block(
    device_class: DeviceClass, devices: list[DeviceId], names: list[str], rows: int, *, minutes: int
) -> Block:
    step = minutes * 60_000_000
    times = micros(_NOW) - step * np.arange(rows, dtype=np.int64)
    count = rows * len(devices)
    return Block(
        device_class=device_class,
        names=tuple(devices),
        devices=np.repeat(np.arange(len(devices), dtype=np.int32), rows),
        measured_at=np.tile(times, len(devices)),
        values={name: np.ones(count) for name in names},
        flags={name: np.ones(count, np.int8) for name in names},
    )


def _timed(catalog: sa.Engine, url: str) -> Iterator[tuple[str, Measured]]:
    for board in BOARDS:
        chosen = _chosen(board, catalog)
        taken = {block.name: _ask(block, chosen, catalog, url) for block in board.blocks}
        yield f"{board.name}_queries", Measured(len(taken), "1")
        yield f"{board.name}_seconds", Measured(sum(taken.values()), "s")
        slowest = max(taken, key=lambda name: taken[name])
        yield f"{board.name}_slowest: {slowest}", Measured(taken[slowest], "s")


def _chosen(board: Board, catalog: sa.Engine) -> Chosen:
    found: dict[str, list[str]] = {}
    with catalog.connect() as connection:
        for choice in board.choices:
            sql = filled_sql(choice.question, found).replace("%", "%%")
            values = [str(row[-1]) for row in connection.exec_driver_sql(sql)]
            found[choice.name] = values if choice.several else values[:1]
    return found


def _ask(block: blocks.Block, chosen: Chosen, catalog: sa.Engine, url: str) -> float:
    began, question = perf_counter(), block.question
    if isinstance(question, SqlQuestion):
        with catalog.connect() as connection:
            connection.exec_driver_sql(filled_sql(question, chosen).replace("%", "%%")).all()
    else:
        span = timedelta(hours=1) if block.span else timedelta(days=1)
        if "_1h" in question.influxql:
            span = timedelta(days=365)
        query = filled_influxql(question, chosen, _NOW - span, _NOW)
        told = urllib.parse.urlencode({"db": FIRST_BUCKET, "epoch": "ms", "q": query}).encode()
        request = urllib.request.Request(  # noqa: S310 - the server that was just started
            f"{url}/query", data=told, headers={"Authorization": f"Token {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            json.load(answer)
    return perf_counter() - began
