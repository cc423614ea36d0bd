"""Asking what a panel asks, of a real PostgreSQL and a real InfluxDB."""

import json
import urllib.parse
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dashboards.grafana.blocks import Board
from dashboards.grafana.filling import Chosen, filled_influxql, filled_sql
from dashboards.grafana.sources import InfluxQuestion, SqlQuestion
from simulators.influxd import FIRST_BUCKET, TOKEN

Json = Any


def rows_of(question: SqlQuestion, catalog: sa.Engine, chosen: Chosen) -> Sequence[Json]:
    """Return the rows of a question for what the variables have chosen."""
    sql = filled_sql(question, chosen)
    assert "$" not in sql, sql
    with catalog.connect() as connection:
        return connection.exec_driver_sql(sql.replace("%", "%%")).mappings().all()


def choices_of(board: Board, catalog: sa.Engine, chosen: Chosen) -> Chosen:
    """Return what a dashboard's variables choose when it is opened, one after the other."""
    found = dict(chosen)
    for choice in board.choices:
        if choice.name not in found:
            rows = rows_of(choice.question, catalog, found)
            values = [str(row.get("__value", next(iter(row.values())))) for row in rows]
            found[choice.name] = values if choice.several else values[:1]
    return found


def series_of(
    question: InfluxQuestion, url: str, chosen: Chosen, start: datetime, end: datetime
) -> list[Json]:
    """Return the series of a question in a span of time."""
    query = filled_influxql(question, chosen, start, end)
    assert "$" not in query.replace("$/", "/"), query
    told = urllib.parse.urlencode({"db": FIRST_BUCKET, "epoch": "ms", "q": query}).encode()
    request = urllib.request.Request(  # noqa: S310
        f"{url}/query", data=told, headers={"Authorization": f"Token {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        (result,) = json.load(answer)["results"]
    assert "error" not in result, result
    return list(result.get("series", []))
