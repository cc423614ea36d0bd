import pytest
from fastapi.testclient import TestClient

PATH = "/v1/devices/kh-pv-1/readings"


def test_a_missing_value_is_null_with_its_quality_beside(client: TestClient) -> None:
    query = "?from=2026-10-02T16:00:00Z&to=2026-10-03T00:00:00Z"

    body = client.get(PATH + query).json()

    assert body["measured_at"][0] == "2026-10-02T16:45:00Z"
    assert body["columns"] == [
        {
            "metric": "active_power",
            "unit": "W",
            "values": [1000.0, 2500.5, None, 4000.0],
            "quality": [1, 1, 9, 3],
        }
    ]


def test_the_end_does_not_belong_to_the_span(client: TestClient) -> None:
    query = "?from=2026-10-02T16:45:00Z&to=2026-10-02T17:00:00Z"

    assert len(client.get(PATH + query).json()["measured_at"]) == 3


def test_an_instant_may_have_another_offset(client: TestClient) -> None:
    query = "?from=2026-10-02T23:45:00%2B07:00&to=2026-10-02T23:46:00%2B07:00"

    assert client.get(PATH + query).json()["measured_at"] == ["2026-10-02T16:45:00Z"]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param("", "from", id="no span"),
        pytest.param("?from=2026-10-02T00:00:00&to=2026-10-03T00:00:00Z", "from", id="naive"),
        pytest.param(
            "?from=2026-08-01T00:00:00Z&to=2026-09-01T00:00:01Z", "31 days", id="too long"
        ),
        pytest.param("?from=2026-10-03T00:00:00Z&to=2026-10-02T00:00:00Z", "first", id="reversed"),
        pytest.param(
            "?from=2026-10-02T00:00:00Z&to=2026-10-03T00:00:00Z&metric=pm25",
            "'pm25': not one of a school_pv",
            id="metric of another class",
        ),
    ],
)
def test_a_span_that_cannot_be_meant_is_a_problem(
    client: TestClient, query: str, says: str
) -> None:
    response = client.get(PATH + query)

    assert response.status_code == 422
    assert says in response.json()["detail"]


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_span_far_from_any_data_holds_none(client: TestClient, year: str) -> None:
    query = f"?from={year}-06-01T00:00:00%2B07:00&to={year}-06-02T00:00:00%2B07:00"

    assert client.get(PATH + query).json()["measured_at"] == []


def test_a_span_of_31_days_is_answered(client: TestClient) -> None:
    query = "?from=2026-09-02T00:00:00Z&to=2026-10-03T00:00:00Z&metric=active_power"

    assert client.get(PATH + query).status_code == 200


def test_a_device_without_readings_answers_with_none(client: TestClient) -> None:
    query = "?from=2026-10-02T00:00:00Z&to=2026-10-03T00:00:00Z"

    body = client.get(f"/v1/devices/kh-lamp-2/readings{query}").json()

    assert (body["measured_at"], body["columns"][:0]) == ([], [])
