from fastapi.testclient import TestClient

from api.sources import Sources


def test_the_ledger_balances_by_line_and_in_total(client: TestClient) -> None:
    ledger = client.get("/v1/ledger").json()

    line = ledger["lines"][0]
    assert (line["gateway"], line["day"]) == ("kh-gw", "2026-10-01")
    assert (line["assigned"], line["stored"], line["repeated"]) == (10, 7, 1)
    assert (line["quarantined"], line["pending"], line["missing"]) == (1, 1, 0)
    assert ledger["total"]["assigned"] == 10
    assert ledger["balanced"] is True


def test_the_ledger_of_another_day_is_empty(client: TestClient) -> None:
    ledger = client.get("/v1/ledger?day=2026-10-02").json()

    assert (ledger["lines"], ledger["total"]["assigned"]) == ([], 0)


def test_the_quarantine_is_paged_in_the_order_it_came(client: TestClient) -> None:
    first = client.get("/v1/quarantine?limit=1").json()
    second = client.get(f"/v1/quarantine?limit=1&cursor={first['next']}").json()

    assert [each["reason"] for each in first["items"]] == ["measured in 1970"]
    assert [each["reason"] for each in second["items"]] == ["no JSON"]
    assert second["next"] is None


def test_metrics_are_the_ledgers_counts(client: TestClient) -> None:
    text = client.get("/metrics").text

    assert 'zonewatch_ledger_records{gateway="kh-gw",state="stored"} 7.0' in text
    assert 'zonewatch_ledger_records{gateway="kh-gw",state="missing"} 0.0' in text
    assert 'zonewatch_gateway_alive{gateway="la-gw"} 0.0' in text
    assert 'zonewatch_gateway_clock_steps{gateway="la-gw"} 1.0' in text
    assert 'zonewatch_gateway_not_taken{gateway="la-gw"} 7.0' in text
    assert "zonewatch_quarantine_entries 2.0" in text


def test_a_process_without_its_catalog_lives_and_is_not_ready(
    client: TestClient, sources: Sources
) -> None:
    assert client.get("/health/ready").json()["status"] == "ready"
    with sources.catalog.begin() as connection:
        connection.exec_driver_sql("DROP TABLE ledger_count")

    assert client.get("/health/live").status_code == 200
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["detail"] == "the catalog does not answer"
