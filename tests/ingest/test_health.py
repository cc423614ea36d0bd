import json
import urllib.error
import urllib.request

import pytest
from prometheus_client import Gauge
from prometheus_client.registry import CollectorRegistry

from ingest.health import MetricsPortError, health_server


def ask(port: int | None, path: str) -> tuple[int, str]:
    try:
        url = f"http://127.0.0.1:{port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_stage_tells_that_it_lives_whether_it_is_ready_and_what_it_counts() -> None:
    wrong: list[str] = ["not subscribed"]
    counts = CollectorRegistry()
    Gauge("answer", "A number.", registry=counts).set(42)
    checks = {"broker": lambda: wrong[0] if wrong else None, "store": lambda: None}

    with health_server(0, checks=checks, counts=counts) as port:
        assert ask(port, "/health/live")[0] == 200
        status, told = ask(port, "/health/ready")
        assert (status, json.loads(told)["wrong"]) == (503, {"broker": "not subscribed"})
        wrong.clear()
        assert ask(port, "/health/ready")[0] == 200
        assert "answer 42.0" in ask(port, "/metrics")[1]
        assert ask(port, "/etc/passwd")[0] == 404


def test_without_a_port_nothing_is_served() -> None:
    with health_server(None, checks={}, counts=CollectorRegistry()) as port:
        assert port is None


def test_a_port_in_use_is_named() -> None:
    with (
        health_server(0, checks={}, counts=CollectorRegistry()) as port,
        pytest.raises(MetricsPortError, match=f"port {port}"),
        health_server(port, checks={}, counts=CollectorRegistry()),
    ):
        pass
