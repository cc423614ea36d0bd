"""Asking what a panel asks, with Grafana's variables and macros filled in as Grafana does."""

import json
import urllib.parse
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dashboards.grafana.sources import InfluxQuestion, SqlQuestion
from simulators.influxd import FIRST_BUCKET, TOKEN

Json = Any


def rows_of(question: SqlQuestion, catalog: sa.Engine, zone: str) -> Sequence[Json]:
    """Return the rows of a question about one zone."""
    sql = question.sql.replace("${zone:sqlstring}", f"'{zone}'")
    assert "$" not in sql
    with catalog.connect() as connection:
        return connection.exec_driver_sql(sql).mappings().all()


def series_of(
    question: InfluxQuestion, url: str, devices: Sequence[str], start: datetime, end: datetime
) -> list[Json]:
    """Return the series of a question about some devices in a span of time."""
    span = f"time >= {_milliseconds(start)}ms and time <= {_milliseconds(end)}ms"
    query = question.influxql.replace("$timeFilter", span).replace("$__interval", "1m")
    query = query.replace("${device:regex}", _regex(devices))
    assert "$" not in query.replace("$/", "/")
    told = urllib.parse.urlencode({"db": FIRST_BUCKET, "epoch": "ms", "q": query}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{url}/query", data=told, headers={"Authorization": f"Token {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        (result,) = json.load(answer)["results"]
    assert "error" not in result, result
    return list(result.get("series", []))


def _regex(devices: Sequence[str]) -> str:
    """Write devices as Grafana's format `regex` does: one stands alone."""
    return devices[0] if len(devices) == 1 else f"({'|'.join(devices)})"


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
