"""What every panel of every dashboard asks, put to real servers that simulated zones lived into."""

import math
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from dashboards.grafana.blocks import Block, Board, Form
from dashboards.grafana.columns import COLUMNS, Kind
from dashboards.grafana.curves import UNITS
from dashboards.grafana.filling import Chosen, filled_sql
from dashboards.grafana.publish import BOARDS, documents
from dashboards.grafana.sources import Answer, InfluxQuestion, SqlQuestion
from dashboards.grafana.words import texts
from dashboards.wording.wording import Wording
from tests.dashboards.grafana.asking import choices_of, rows_of, series_of
from tests.dashboards.grafana.conftest import CLOSED, ZONE, Servers
from tests.dashboards.living import NOW
from tests.servers import needs

GRANTS = Path(__file__).parents[3] / "deploy" / "postgres" / "grafana.sql"
BY_NAME = {board.name: board for board in BOARDS}
ASKED = [(board, block) for board in BOARDS for block in board.blocks]
IN_KIND: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.NUMBER: (int, float, Decimal),
    Kind.DAY: (date,),
    Kind.INSTANT: (datetime,),
    Kind.TRUTH: (bool,),
}
OF_CLASS = {  # what a dashboard has chosen when a panel of that class is looked at
    "streetlight": "kh-lamp-001",
    "school_pv": "kh-pv-01",
    "household_pv": "kh-pv-05",
    "air_station": "kh-air-01",
}
UNITS_OF_FIGURES = {
    "t CO2",
    "t CO2e",
    "kg CO2",
    "kg CO2e",
    "MWh",
    "kWh",
    "km",
    "tce",
    "%",
    "1",
    "trees",
}
UNITS_OF_FACTORS = {"t/MWh"}
MAY_BE_EMPTY: set[str] = set()


def _of(kind: type) -> list[Any]:
    return [
        pytest.param(board, block, id=f"{board.name}-{block.name}")
        for board, block in ASKED
        if isinstance(block.question, kind)
    ]


def _chosen(servers: Servers, board: Board, block: Block | None = None) -> Chosen:
    first: dict[str, Sequence[str]] = {"country": ["KH"], "month": [CLOSED]}
    if any(each.each and block in each.blocks for each in board.sections):
        first["zone"] = [ZONE]
    found = dict(choices_of(board, servers.catalog, first))
    for name, device in OF_CLASS.items():
        if "device" in found and block is not None and f"class.{name}" in block.title:
            found["device"] = [device]
    return found


def _wrong(rows: Sequence[Mapping[str, object]], columns: Sequence[str]) -> list[str]:
    """Name what of an answer is not of the kind that is declared."""
    found = []
    for row in rows:
        if list(row) != list(columns):
            found.append(f"columns {list(row)}")
            continue
        for name in columns:
            column, value = COLUMNS[name], row[name]
            if value is None:
                continue
            if not isinstance(value, IN_KIND[column.kind]) or (
                isinstance(value, bool) and column.kind is not Kind.TRUTH
            ):
                found.append(f"{name}: {value!r} is no {column.kind}")
            if column.words and value not in texts(column.words, Wording()):
                found.append(f"{name}: no text for {value!r}")
            if (
                name == "unit"
                and "pollutant" not in columns
                and value not in UNITS_OF_FIGURES | UNITS_OF_FACTORS
            ):
                found.append(f"unit: {value!r}")
    return found


def test_every_panels_question_is_one_that_is_tried() -> None:
    for name, document in documents().items():
        asked = [target for panel in document["panels"] for target in panel.get("targets", [])]

        assert asked == [block.question.target() for block in BY_NAME[name].blocks]


@pytest.mark.parametrize(("board", "block"), _of(SqlQuestion))
@needs("influxd")
@needs("postgres")
def test_a_question_in_sql_is_answered_in_the_kinds_declared(
    board: Board, block: Block, servers: Servers
) -> None:
    assert isinstance(block.question, SqlQuestion)

    rows = rows_of(block.question, servers.catalog, _chosen(servers, board, block))

    assert rows
    assert _wrong(rows, block.question.columns) == []
    for name in block.question.columns:
        assert any(row[name] is not None for row in rows) or name in MAY_BE_EMPTY, name
    if block.question.answer is Answer.SERIES:
        assert list(block.question.columns) == ["time", "metric", "value_number"]


@pytest.mark.parametrize(("board", "block"), _of(InfluxQuestion))
@needs("influxd")
@needs("postgres")
def test_a_question_in_influxql_is_answered_by_numbers_of_the_metric(
    board: Board, block: Block, servers: Servers
) -> None:
    question = block.question
    assert isinstance(question, InfluxQuestion)

    chosen = _chosen(servers, board, block)
    found = series_of(question, servers.influx, chosen, NOW - timedelta(days=3), NOW)

    values = [value for series in found for _, value in series["values"]]
    assert values
    assert all(isinstance(value, int | float) and math.isfinite(value) for value in values)
    if question.metric is not None:
        assert block.unit == UNITS[question.metric.unit]
        assert question.metric.low <= min(values) <= max(values) <= question.metric.high
        assert all("device" in series["tags"] for series in found)
    assert (len(found) == 1) or block.form is Form.CURVES


@needs("influxd")
@needs("postgres")
def test_a_question_about_a_field_that_is_not_there_has_no_answer(servers: Servers) -> None:
    board = BY_NAME["programme"]
    block = next(each for each in board.blocks if isinstance(each.question, InfluxQuestion))
    assert isinstance(block.question, InfluxQuestion)
    wrong = replace(
        block.question, influxql=block.question.influxql.replace("reachable", "reachible")
    )

    chosen = _chosen(servers, board, block)

    assert series_of(wrong, servers.influx, chosen, NOW - timedelta(days=3), NOW) == []


@needs("influxd")
@needs("postgres")
def test_a_column_that_is_not_there_is_refused_and_another_kind_is_noticed(
    servers: Servers,
) -> None:
    board = BY_NAME["programme"]
    block = next(each for each in board.blocks if each.name == "grafana.panel.lots")
    assert isinstance(block.question, SqlQuestion)
    chosen = _chosen(servers, board, block)

    with pytest.raises(ProgrammingError, match="quantitty"):
        rows_of(
            replace(block.question, sql=block.question.sql.replace("quantity", "quantitty")),
            servers.catalog,
            chosen,
        )
    told = rows_of(
        replace(block.question, sql=block.question.sql.replace("quantity", "zone AS quantity")),
        servers.catalog,
        chosen,
    )
    assert "quantity: 'kh-sihanoukville' is no number" in _wrong(told, block.question.columns)


def _all_in_sql(servers: Servers) -> Iterator[str]:
    for board in BOARDS:
        chosen = _chosen(servers, board)
        for question in board.questions:
            if isinstance(question, SqlQuestion):
                yield filled_sql(question, chosen).replace("%", "%%")


@needs("influxd")
@needs("postgres")
def test_grafanas_own_role_may_ask_all_that_dashboards_ask_and_no_more(servers: Servers) -> None:
    role = f"grafana_{secrets.token_hex(4)}"
    granted = (
        GRANTS.read_text(encoding="utf-8").replace("TO grafana", f"TO {role}").replace("%", "%%")
    )
    catalog = servers.catalog
    with catalog.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        connection.exec_driver_sql(granted)
    try:
        with catalog.connect() as connection:
            connection.exec_driver_sql(f"SET ROLE {role}")
            for sql in _all_in_sql(servers):
                connection.exec_driver_sql(sql).all()
        with catalog.connect() as connection:
            connection.exec_driver_sql(f"SET ROLE {role}")
            for table in ("device_day", "registry_entry", "account", "period_revision"):
                with pytest.raises(ProgrammingError, match="permission denied"):
                    connection.exec_driver_sql(f"TABLE {table}")
                connection.rollback()
                connection.exec_driver_sql(f"SET ROLE {role}")
    finally:
        with catalog.begin() as connection:
            connection.exec_driver_sql("RESET ROLE")
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")
