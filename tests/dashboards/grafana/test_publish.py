"""Dashboards as files, and on a stand-in for Grafana made of its published API's models."""

import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_client import GrafanaApi

from dashboards.grafana import cli
from dashboards.grafana.panels import Place
from dashboards.grafana.publish import documents
from dashboards.wording.wording import languages
from simulators.demo.broker import free_port
from tests.servers import grafana, needs

DEPLOYED = Path(__file__).parents[3] / "deploy" / "grafana"
TOKEN = "a-token-of-this-test"  # noqa: S105
NAMES = ("programme", "ministry", "technician", "operator", "air")

Json = Any


@pytest.fixture(name="url")
def _url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    program = grafana()
    assert program is not None, "not built: make web"
    monkeypatch.setenv("GRAFANA_TOKEN", TOKEN)
    environment = {**os.environ, "GRAFANA_TOKEN": TOKEN}
    with subprocess.Popen([program], env=environment, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.terminate()


@pytest.fixture(name="server")
def _server(url: str) -> GrafanaApi:
    return GrafanaApi.from_url(url, credential=TOKEN)


def _published(url: str, *more: str) -> int:
    return cli.main(["publish", "--url", url, *more])


def _versions(server: GrafanaApi) -> dict[str, int]:
    return {
        name: server.dashboard.get_dashboard(f"zonewatch-{name}")["meta"]["version"]
        for name in NAMES
    }


def test_the_deployment_is_what_export_writes(tmp_path: Path) -> None:
    assert cli.main(["export", str(tmp_path)]) == 0

    written = {str(path.relative_to(tmp_path)): path.read_text() for path in _files(tmp_path)}
    assert written == {
        str(path.relative_to(DEPLOYED)): path.read_text() for path in _files(DEPLOYED)
    }


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_what_is_exported_is_all_that_grafana_is_provisioned_by(tmp_path: Path) -> None:
    cli.main(["export", str(tmp_path)])

    sources = yaml.safe_load((tmp_path / "provisioning/datasources/zonewatch.yaml").read_text())
    known = {each["uid"] for each in sources["datasources"]}
    asked = {
        panel["datasource"]["uid"]
        for path in (tmp_path / "dashboards").glob("*.json")
        for panel in json.loads(path.read_text())["panels"]
        if "datasource" in panel
    }
    assert asked == known


@pytest.mark.parametrize("language", languages())
def test_every_dashboard_can_be_had_in_every_language(language: str) -> None:
    found = documents(
        Place(language=language, timezone="Asia/Vientiane", board="https://b.example")
    )

    assert tuple(found) == NAMES
    assert {each["timezone"] for each in found.values()} == {"Asia/Vientiane"}
    assert all("https://b.example/board/" in json.dumps(each) for each in found.values())


@needs("grafana")
def test_publishing_makes_the_folder_and_puts_every_dashboard_into_it(
    url: str, server: GrafanaApi
) -> None:
    assert _published(url) == 0

    assert server.folder.get_folder("zonewatch")["title"] == "Zonewatch"
    for name, document in documents().items():
        there = server.dashboard.get_dashboard(f"zonewatch-{name}")
        assert there["meta"]["folderUid"] == "zonewatch"
        assert {**there["dashboard"], "id": 0, "version": 0} == {**document, "id": 0, "version": 0}


@needs("grafana")
def test_publishing_again_changes_nothing(
    url: str, server: GrafanaApi, capsys: pytest.CaptureFixture[str]
) -> None:
    _published(url)
    before = _versions(server)
    capsys.readouterr()

    assert _published(url) == 0

    assert _versions(server) == before
    assert capsys.readouterr().out.count("unchanged") == len(NAMES)


@needs("grafana")
def test_what_others_made_stays(url: str, server: GrafanaApi) -> None:
    server.folder.create_folder("Ours", uid="ours")
    theirs = {"uid": "theirs", "title": "Theirs", "panels": []}
    server.dashboard.update_dashboard({"dashboard": theirs, "folderUid": "ours"})

    _published(url)

    there = server.dashboard.get_dashboard("theirs")
    assert (there["dashboard"]["title"], there["meta"]["folderUid"]) == ("Theirs", "ours")
    assert there["meta"]["version"] == 1


@needs("grafana")
def test_only_what_somebody_changed_is_put_back(url: str, server: GrafanaApi) -> None:
    _published(url)
    changed = server.dashboard.get_dashboard("zonewatch-air")["dashboard"] | {"title": "Mine"}
    server.dashboard.update_dashboard(
        {"dashboard": changed, "folderUid": "zonewatch", "overwrite": True}
    )

    _published(url)

    assert _versions(server) == dict.fromkeys(NAMES, 1) | {"air": 3}
    assert server.dashboard.get_dashboard("zonewatch-air")["dashboard"]["title"] == "Air quality"


@needs("grafana")
def test_a_dry_run_shows_the_difference_and_sends_nothing(
    url: str, server: GrafanaApi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _published(url, "--dry-run") == 0
    assert capsys.readouterr().out.count("new") == len(NAMES)
    _published(url)
    before = _versions(server)
    capsys.readouterr()

    assert _published(url, "--dry-run", "--timezone", "Asia/Phnom_Penh") == 0

    assert "  timezone: 'utc' -> 'Asia/Phnom_Penh'" in capsys.readouterr().out
    assert _versions(server) == before


@needs("grafana")
def test_the_stand_in_refuses_what_the_api_does_not_know(url: str) -> None:
    request = urllib.request.Request(  # noqa: S310
        f"{url}/api/folders",
        data=json.dumps({"uid": "a", "titel": "typo"}).encode(),
        headers={"Authorization": f"Bearer {TOKEN}"},
    )

    with pytest.raises(urllib.error.HTTPError, match="400"):
        urllib.request.urlopen(request)  # noqa: S310


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param("", "GRAFANA_TOKEN", id="no token"),
        pytest.param("a-wrong-one", "Unauthorized", id="a wrong one"),
    ],
)
@needs("grafana")
def test_without_a_good_token_it_stops_with_one_line(
    url: str,
    token: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GRAFANA_TOKEN", token)

    assert _published(url) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
    assert "a-wrong-one" not in error


def test_a_server_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRAFANA_TOKEN", TOKEN)

    assert _published(f"http://127.0.0.1:{free_port()}") == 2

    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(("--lang", "fr"), "expected one of en, km, lo, zh", id="a language"),
        pytest.param(("--timezone", "Moon/Sea"), "expected a name like", id="a time zone"),
    ],
)
def test_wrong_settings_are_one_line(
    more: tuple[str, str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["export", str(tmp_path), *more]) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error
