"""What every panel of the programme's dashboard asks, put to the real servers."""

import secrets
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import ProgrammingError

from analytics.service.basis import so_far
from analytics.summary import zone_summary
from dashboards.grafana.blocks import Block, Form
from dashboards.grafana.programme import DEVICES, SECTIONS, ZONES
from dashboards.grafana.publish import documents
from dashboards.grafana.sources import InfluxQuestion, Kind, SqlQuestion
from tests.api.builders import a_lot
from tests.dashboards.grafana.asking import rows_of, series_of
from tests.dashboards.grafana.conftest import EVENING, LATER, ZONE, Servers
from tests.servers import needs

GRANTS = Path(__file__).parents[3] / "deploy" / "postgres" / "grafana.sql"
BLOCKS = [block for section in SECTIONS for block in section.blocks]
TABLES = [block for block in BLOCKS if isinstance(block.question, SqlQuestion)]
NUMBERS = [block for block in BLOCKS if isinstance(block.question, InfluxQuestion)]
IN_KIND: dict[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.NUMBER: (int, float, Decimal),
    Kind.DAY: (date,),
    Kind.INSTANT: (datetime,),
}


def _ids(blocks: list[Block]) -> list[Any]:
    return [pytest.param(block, id=block.title) for block in blocks]


def _block(title: str) -> Block:
    return next(block for block in BLOCKS if block.title == title)


def _quoted(servers: Servers, title: str, zone: str = ZONE) -> object:
    question = _block(title).question
    assert isinstance(question, SqlQuestion)
    (row,) = rows_of(question, servers.catalog, zone)
    return row["quoted"]


def _devices(servers: Servers) -> list[str]:
    return [row["device"] for row in rows_of(DEVICES.question, servers.catalog, ZONE)]


def test_every_panels_question_is_one_that_is_tried() -> None:
    panels = documents()["programme"]["panels"]

    asked = [target for panel in panels for target in panel.get("targets", [])]

    assert asked == [block.question.target() for block in BLOCKS]


@pytest.mark.parametrize("block", _ids(TABLES))
@needs("influxd")
@needs("postgres")
def test_a_question_in_sql_is_answered_in_the_kinds_declared(
    block: Block, servers: Servers
) -> None:
    assert isinstance(block.question, SqlQuestion)

    rows = rows_of(block.question, servers.catalog, ZONE)

    assert rows
    for row in rows:
        assert list(row) == list(block.question.columns)
        for name, kind in block.question.columns.items():
            assert row[name] is None or isinstance(row[name], IN_KIND[kind]), (name, row[name])
    assert all(any(row[name] is not None for name in row) for row in rows)


@pytest.mark.parametrize("block", _ids(NUMBERS))
@needs("influxd")
@needs("postgres")
def test_a_question_in_influxql_is_answered_by_numbers_in_time(
    block: Block, servers: Servers
) -> None:
    assert isinstance(block.question, InfluxQuestion)

    found = series_of(block.question, servers.influx, _devices(servers), EVENING, LATER)

    assert found
    for series in found:
        assert len(series["columns"]) == 2
        assert all(isinstance(at, int) and isinstance(n, int | float) for at, n in series["values"])
        assert ("tags" in series) == (block.form is Form.CURVES)


@needs("influxd")
@needs("postgres")
def test_a_curve_is_of_the_chosen_devices_alone(servers: Servers) -> None:
    question = _block("Streetlights: load").question
    assert isinstance(question, InfluxQuestion)

    def drawn(*devices: str) -> list[str]:
        found = series_of(question, servers.influx, devices, EVENING, LATER)
        return [series["tags"]["device"] for series in found]

    assert drawn("kh-lamp-2") == ["kh-lamp-2"]
    assert drawn("kh-lamp-1", "kh-lamp-2") == ["kh-lamp-1", "kh-lamp-2"]
    assert drawn("kh-lamp") == []


@needs("influxd")
@needs("postgres")
def test_a_curve_has_suspect_readings_and_no_bad_ones(servers: Servers) -> None:
    question = _block("Streetlights: load").question
    assert isinstance(question, InfluxQuestion)

    (series,) = series_of(question, servers.influx, ["kh-lamp-1"], EVENING, LATER)

    assert [value for _, value in series["values"]] == [60, 60, 60, 70]


@pytest.mark.parametrize(
    ("title", "device", "mean"),
    [
        pytest.param("Streetlights: load by the hour", "kh-lamp-1", 60, id="good ones alone"),
        pytest.param("School PV: power by the hour", "kh-pv-1", 5_000, id="an inverter"),
        pytest.param("Air stations: PM2.5 by the hour", "kh-air-1", 20, id="an air station"),
    ],
)
@needs("influxd")
@needs("postgres")
def test_a_long_curve_is_of_hourly_means(
    servers: Servers, title: str, device: str, mean: float
) -> None:
    question = _block(title).question
    assert isinstance(question, InfluxQuestion)

    (series,) = series_of(question, servers.influx, [device], EVENING, LATER)

    assert series["values"] == [[int(EVENING.timestamp()) * 1_000, mean]]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Streetlights that answer", 2, id="two lamps"),
        pytest.param("Air stations that answer", 0, id="one that does not"),
    ],
)
@needs("influxd")
@needs("postgres")
def test_devices_that_answer_are_counted(servers: Servers, title: str, expected: int) -> None:
    question = _block(title).question
    assert isinstance(question, InfluxQuestion)

    (series,) = series_of(question, servers.influx, _devices(servers), EVENING, LATER)

    assert series["values"][-1][1] == expected


@needs("influxd")
@needs("postgres")
def test_a_panels_digits_are_those_of_the_api(servers: Servers) -> None:
    with servers.catalog.connect() as connection:
        results = so_far(connection, servers.registry).results
    summary: Any = zone_summary(next(each for each in results if each.zone.id == ZONE))

    avoided = summary["emissions_avoided"]
    assert avoided["value"] is not None
    assert _quoted(servers, "Emissions avoided") == f"{avoided['value']} {avoided['unit']}"
    assert _quoted(servers, "Coverage") == f"{summary['coverage_percent']} %"
    assert _quoted(servers, "Lamps proven in light") == f"{summary['proven_percent']} %"
    assert _quoted(servers, "Devices handed over") == str(summary["devices"])


@needs("influxd")
@needs("postgres")
def test_simulated_is_said_from_provenance(servers: Servers) -> None:
    assert _quoted(servers, "Provenance") == "SIMULATED"
    assert _quoted(servers, "Provenance", "la-city") == "RECORDED"


@needs("influxd")
@needs("postgres")
def test_delivery_has_a_lots_dates_where_they_are_published(servers: Servers) -> None:
    question = _block("Delivery by lot").question
    assert isinstance(question, SqlQuestion)

    (lot,) = rows_of(question, servers.catalog, ZONE)

    assert (lot["lot"], lot["quantity"]) == ("kh-lot-1", a_lot().quantity)
    assert (lot["handed_over"], lot["installed"]) == (date(2026, 1, 15), None)


@needs("influxd")
@needs("postgres")
def test_choices_are_the_zones_and_the_devices_of_the_zones_chosen(servers: Servers) -> None:
    zones = rows_of(ZONES.question, servers.catalog, ZONE)

    assert [row["zone"] for row in zones] == ["kh-coast", "la-city", "sc-isle"]
    assert _devices(servers) == [
        "kh-air-1",
        "kh-gw",
        "kh-home-1",
        "kh-lamp-1",
        "kh-lamp-2",
        "kh-pv-1",
        "kh-pv-2",
    ]


@needs("influxd")
@needs("postgres")
def test_grafanas_own_role_may_ask_all_that_panels_ask_and_no_more(servers: Servers) -> None:
    role = f"grafana_{secrets.token_hex(4)}"
    granted = GRANTS.read_text(encoding="utf-8").replace("TO grafana", f"TO {role}")
    with servers.catalog.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role}")
        connection.exec_driver_sql(granted)
    with servers.catalog.connect() as connection:
        connection.exec_driver_sql(f"SET ROLE {role}")
        for question in (ZONES.question, DEVICES.question, *(each.question for each in TABLES)):
            assert isinstance(question, SqlQuestion)
            sql = question.sql.replace("${zone:sqlstring}", f"'{ZONE}'")
            assert connection.exec_driver_sql(sql).all()
        with pytest.raises(ProgrammingError, match="permission denied"):
            connection.exec_driver_sql("SELECT * FROM device_day")
    with servers.catalog.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
        connection.exec_driver_sql(f"DROP ROLE {role}")
