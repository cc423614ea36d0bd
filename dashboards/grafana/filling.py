"""Questions with Grafana's variables and macros filled in, as Grafana does before it asks."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from dashboards.grafana.sources import InfluxQuestion, SqlQuestion

Chosen = Mapping[str, Sequence[str]]
"""What is chosen, by the name of the variable."""

_STEP: Final = "5m"
_SPECIAL: Final = re.compile(r"([.*+?^${}()|\[\]\\/])")


def filled_sql(question: SqlQuestion, chosen: Chosen) -> str:
    """Return a question in SQL as PostgreSQL gets it."""
    sql = question.sql
    for name, values in chosen.items():
        quoted = ("'" + value.replace("'", "''") + "'" for value in values)
        sql = sql.replace(f"${{{name}:sqlstring}}", ",".join(quoted))
    return sql


def filled_influxql(
    question: InfluxQuestion, chosen: Chosen, start: datetime, end: datetime
) -> str:
    """Return a question in InfluxQL as InfluxDB gets it, for a span of time."""
    span = f"time >= {_milliseconds(start)}ms and time <= {_milliseconds(end)}ms"
    query = question.influxql.replace("$timeFilter", span).replace("$__interval", _STEP)
    for name, values in chosen.items():
        query = query.replace(f"${{{name}:regex}}", _regex(values))
    return query


def _regex(values: Sequence[str]) -> str:
    """Write values as Grafana's format `regex` does: one stands alone."""
    escaped = [_SPECIAL.sub(r"\\\1", value) for value in values]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1_000)
