import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.sources import Sources
from tests.api.builders import Viewers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param("/nothing", 404, id="no such route"),
        pytest.param("/v1/zones/nowhere/summary", 404, id="zone"),
        pytest.param("/v1/devices/nothing", 404, id="device"),
        pytest.param("/v1/quarantine/99", 404, id="quarantined entry"),
        pytest.param("/v1/quarantine/x", 422, id="not a number"),
        pytest.param("/v1/devices?device_class=toaster", 422, id="device class"),
        pytest.param("/v1/devices?limit=0", 422, id="limit"),
        pytest.param("/v1/devices?cursor=%25%25", 422, id="cursor"),
        pytest.param("/v1/ledger?day=yesterday", 422, id="day"),
        pytest.param("/v1/reports/zone:nowhere/2026-10", 404, id="scope"),
        pytest.param("/v1/reports/planet:earth/2026-10", 404, id="kind of scope"),
        pytest.param("/v1/reports/programme/2026-13", 422, id="period"),
        pytest.param("/v1/reports/programme/9999", 422, id="period far away"),
        pytest.param("/v1/reports/programme/2001-01-01..2099-12-31", 422, id="period of a century"),
        pytest.param("/v1/lineage/nonsense", 404, id="lineage"),
        pytest.param("/v1/lineage/zone:x~2026~figure~all~more", 404, id="lineage too long"),
        pytest.param(f"/v1/quarantine/{'9' * 40}", 422, id="number no key can have"),
        pytest.param("/v1/quarantine?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5", 422, id="key"),
        pytest.param("/board/devices/kh-pv-1?day=9999-12-31", 422, id="day far away"),
        pytest.param("/board/devices/kh-pv-1?day=0001-01-01", 422, id="day long ago"),
    ],
)
def test_errors_are_problem_documents(client: TestClient, path: str, status: int) -> None:
    response = client.get(path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["instance"] == path.partition("?")[0]


def test_an_invalid_request_names_the_field(client: TestClient) -> None:
    problem = client.get("/v1/devices?limit=0").json()

    assert [each["field"] for each in problem["errors"]] == ["query.limit"]


def test_a_method_that_is_not_there_is_a_problem(client: TestClient) -> None:
    response = client.delete("/v1/zones")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.json()["title"] == "Method Not Allowed"


def test_an_error_of_our_own_tells_nothing_of_the_inside(sources: Sources) -> None:
    app = create_app(sources, Viewers())
    app.add_api_route("/broken", _broken)

    response = TestClient(app, raise_server_exceptions=False).get("/broken")

    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


def _broken() -> None:
    raise RuntimeError("a secret of the inside")


def test_pages_and_answers_forbid_scripts_and_anything_from_elsewhere(client: TestClient) -> None:
    for path in ("/board/", "/v1/zones", "/nothing"):
        policy = client.get(path).headers["content-security-policy"]

        assert policy.startswith("default-src 'self'; script-src 'none'")


def test_no_page_of_documentation_loads_from_elsewhere(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_the_whole_api_is_described(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)

    paths = client.get("/openapi.json").json()["paths"]

    assert {
        "/v1/programme",
        "/v1/zones",
        "/v1/zones/{zone}/summary",
        "/v1/sites",
        "/v1/gateways",
        "/v1/devices",
        "/v1/devices/{device}",
        "/v1/devices/{device}/readings",
        "/v1/ledger",
        "/v1/quarantine",
        "/v1/aid-batches",
        "/v1/factors",
        "/v1/methods",
        "/v1/reports/{scope}/{period}",
        "/v1/lineage/{lineage}",
    } <= paths.keys()
