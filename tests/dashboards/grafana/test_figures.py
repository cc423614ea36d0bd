"""What dashboards quote is what everything else quotes, to the digit; the ledger is the ledger."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from analytics.periods import parse_period
from analytics.service.basis import so_far
from analytics.summary import zone_summary
from api.app import create_app
from api.reports.compute import compute, document, parse_scope
from dashboards.grafana.blocks import Block
from dashboards.grafana.filling import Chosen
from dashboards.grafana.publish import BOARDS
from dashboards.grafana.sources import InfluxQuestion, SqlQuestion
from ingest import ledger
from ingest.tables import LEDGER_BOOT
from tests.dashboards.board.conftest import Everybody
from tests.dashboards.grafana.asking import choices_of, rows_of, series_of
from tests.dashboards.grafana.conftest import CLOSED, ZONE, Servers
from tests.dashboards.living import DAYS, NOW
from tests.servers import needs

BY_NAME = {board.name: board for board in BOARDS}
pytestmark = [needs("influxd"), needs("postgres")]


def _block(board: str, name: str) -> Block:
    return next(each for each in BY_NAME[board].blocks if each.name == name)


def _rows(servers: Servers, board: str, name: str, **chosen: Sequence[str]) -> Sequence[Any]:
    question = _block(board, name).question
    assert isinstance(question, SqlQuestion)
    return rows_of(question, servers.catalog, choices_of(BY_NAME[board], servers.catalog, chosen))


def _quoted(servers: Servers, board: str, name: str, **chosen: Sequence[str]) -> object:
    (row,) = _rows(servers, board, name, **chosen)
    return row["quoted"]


def test_figures_so_far_have_the_digits_of_the_summary(servers: Servers) -> None:
    with servers.catalog.connect() as connection:
        results = so_far(connection, servers.zones.sources.registry()).results
    summary: Any = zone_summary(next(each for each in results if each.zone.id == ZONE))

    avoided = summary["emissions_avoided"]
    assert avoided["value"] is not None
    found = {
        name: _quoted(servers, "programme", name, zone=[ZONE])
        for name in ("figure.avoided", "figure.coverage", "figure.proven", "grafana.panel.devices")
    }
    assert found == {
        "figure.avoided": f"{avoided['value']} {avoided['unit']}",
        "figure.coverage": f"{summary['coverage_percent']} %",
        "figure.proven": f"{summary['proven_percent']} %",
        "grafana.panel.devices": str(summary["devices"]),
    }


@pytest.mark.parametrize("scope", [f"zone:{ZONE}", "country:LA"])
def test_a_months_figures_have_the_digits_of_the_report(servers: Servers, scope: str) -> None:
    sources = servers.zones.sources
    country = {"zone": "KH", "country": "LA"}[scope.partition(":")[0]]
    with servers.catalog.connect() as connection:
        computed = compute(connection, sources.registry(), parse_scope(scope), parse_period(CLOSED))
    told: Any = document(computed, software="")["figures"]

    rows = _rows(servers, "ministry", "grafana.panel.months", country=[country], month=[CLOSED])

    found = {
        (row["figure"], row["device_class"]): (row["value"], row["unit"], row["lower_edge"])
        for row in rows
        if row["scope"] == scope
    }
    assert found == {
        (each["id"], each["device_class"]): (each["value"], each["unit"], each["lower"])
        for each in told
    }


def test_a_signed_period_is_there_with_who_signed_it(servers: Servers) -> None:
    rows = _rows(servers, "ministry", "periods.title", country=["KH"])

    assert {row["scope"] for row in rows} == {f"zone:{ZONE}", "country:KH"}
    assert {row["signed_by"] for row in rows} == {"prepared: pa, closed: chan, approved: sok"}
    assert [row["findings_open"] for row in rows] == [1, 1]


@pytest.mark.parametrize(
    ("stored", "low"),
    [
        pytest.param(None, None, id="as it came"),
        pytest.param("[[1, 40], [43, 100]]", 42, id="with a gap, part of which is lost"),
    ],
)
def test_the_ledger_in_sql_is_the_ledger(
    servers: Servers, stored: str | None, low: int | None
) -> None:
    with servers.catalog.connect() as connection:
        if stored is not None:
            connection.execute(LEDGER_BOOT.update().values(stored=stored, low=low))
        account = ledger.lines(connection)
        rows = connection.exec_driver_sql("SELECT * FROM shown_ledger").mappings().all()
        connection.rollback()

    names = ("assigned", "stored", "repeated", "quarantined", "thinned", "pending", "missing")
    assert {(row["gateway"], row["day"]): [row[name] for name in names] for row in rows} == {
        key: [getattr(line, name) for name in names] for key, line in account.items()
    }
    assert (sum(line.missing for line in account.values()) > 0) == (low is not None)


def test_simulated_is_said_from_provenance(servers: Servers) -> None:
    assert _quoted(servers, "programme", "grafana.panel.provenance", zone=[ZONE]) == "SIMULATED"
    assert _quoted(servers, "ministry", "grafana.panel.provenance", country=["LA"]) == "SIMULATED"


def test_the_worst_lot_comes_first_with_its_supplier_and_warranty(servers: Servers) -> None:
    rows = _rows(servers, "programme", "grafana.panel.lots")

    shares = [row["proven_percent"] for row in rows]
    assert shares == sorted(shares)
    assert rows[0]["supplier"].startswith("Example")
    assert rows[0]["warranty_until"] is not None


def test_devices_that_need_somebody_are_there_and_no_others(servers: Servers) -> None:
    rows = _rows(servers, "technician", "grafana.panel.trouble")

    states = {row["device"]: row["state"] for row in rows}
    assert states["kh-lamp-silent"] == "never"
    assert "up" not in states.values()


def _drawn(servers: Servers, name: str, chosen: Chosen) -> list[Any]:
    question = _block("technician", name).question
    assert isinstance(question, InfluxQuestion)
    return series_of(question, servers.influx, chosen, NOW - timedelta(days=DAYS), NOW)


def test_a_curve_is_of_the_chosen_devices_alone(servers: Servers) -> None:
    name = "class.streetlight metric.load_power"

    one = _drawn(servers, name, {"device": ["kh-lamp-002"]})
    several = _drawn(servers, name, {"device": ["kh-lamp-001", "kh-lamp-002"]})

    assert [each["tags"]["device"] for each in one] == ["kh-lamp-002"]
    assert [each["tags"]["device"] for each in several] == ["kh-lamp-001", "kh-lamp-002"]
    assert _drawn(servers, name, {"device": ["kh-lamp"]}) == []


def test_a_month_shows_the_five_numbers_of_the_api(servers: Servers) -> None:
    board = TestClient(create_app(servers.zones.sources, Everybody()))
    told: Any = board.get(
        f"/v1/reports/country:LA/{CLOSED}", headers={"Accept": "application/json"}
    ).json()
    whole = next(each for each in told["figures"] if each["device_class"] == "all")
    light = next(each for each in told["availability"] if each["device_class"] == "streetlight")

    found = {
        name: _quoted(servers, "ministry", name, country=["LA"], month=[CLOSED])
        for name in (
            *("figure.avoided", "figure.credited", "figure.proven", "figure.coverage"),
            "grafana.panel.devices",
        )
    }

    assert found == {
        "figure.avoided": f"{whole['value']} {whole['unit']}",
        "figure.credited": f"{whole['energy']['credited']} MWh",
        "figure.proven": f"{light['proven_percent']} %",
        "figure.coverage": f"{whole['coverage']['percent']} %",
        "grafana.panel.devices": str(whole["coverage"]["handed_over"]),
    }
