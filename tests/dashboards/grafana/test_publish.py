"""Dashboards as files, and on a server that only writes down what it is sent."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from dashboards.grafana import cli
from simulators.demo.broker import free_port

GOLDEN = Path(__file__).parents[3] / "deploy" / "grafana" / "dashboards"
TOKEN = "a-token-of-this-test"  # noqa: S105

Sent = tuple[str, str, Any]


class Grafana(BaseHTTPRequestHandler):
    """Stands in for a Grafana, of which none can be had here."""

    sent: ClassVar[list[Sent]] = []
    folder: ClassVar[int] = 404

    def do_GET(self) -> None:
        self._answer(self.folder, None)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self._answer(200, json.loads(self.rfile.read(length)))

    def _answer(self, status: int, told: object) -> None:
        allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
        if allowed:
            self.sent.append((self.command, self.path, told))
        self.send_response(status if allowed else 401)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture(name="url")
def _url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Grafana, "sent", [])
    monkeypatch.setenv("GRAFANA_TOKEN", TOKEN)
    server = HTTPServer(("127.0.0.1", 0), Grafana)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_dashboards_of_the_deployment_are_those_of_the_code(tmp_path: Path) -> None:
    assert cli.main(["export", str(tmp_path)]) == 0

    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text() for path in GOLDEN.iterdir()}


def test_publishing_makes_the_folder_and_puts_the_dashboard_into_it(url: str) -> None:
    assert cli.main(["publish", "--url", url]) == 0

    looked, made, put = Grafana.sent
    assert looked == ("GET", "/api/folders/zonewatch", None)
    assert made == ("POST", "/api/folders", {"title": "Zonewatch", "uid": "zonewatch"})
    assert put[:2] == ("POST", "/api/dashboards/db")
    assert put[2] == {
        "dashboard": json.loads((GOLDEN / "programme.json").read_text()),
        "folderUid": "zonewatch",
        "overwrite": True,
    }


def test_a_folder_that_is_there_stays(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Grafana, "folder", 200)

    assert cli.main(["publish", "--url", url]) == 0

    assert [path for _, path, _ in Grafana.sent] == ["/api/folders/zonewatch", "/api/dashboards/db"]


def test_a_dry_run_sends_nothing(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["publish", "--url", url, "--dry-run"]) == 0

    assert Grafana.sent == []
    assert "zonewatch-programme" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param("", "GRAFANA_TOKEN", id="no token"),
        pytest.param("a-wrong-one", "Unauthorized", id="a wrong one"),
    ],
)
def test_without_a_good_token_it_stops_with_one_line(
    url: str,
    token: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GRAFANA_TOKEN", token)

    assert cli.main(["publish", "--url", url]) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert "a-wrong-one" not in error


def test_a_server_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRAFANA_TOKEN", TOKEN)

    assert cli.main(["publish", "--url", f"http://127.0.0.1:{free_port()}"]) == 2

    assert capsys.readouterr().err.count("\n") == 1
