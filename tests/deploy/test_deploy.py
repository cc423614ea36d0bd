"""What can be known of the deployment without a container engine, systemd or Grafana."""

import os
import re
import subprocess
from configparser import ConfigParser
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

import zonewatch
from dashboards.grafana.publish import FOLDER_TITLE, FOLDER_UID
from dashboards.grafana.sources import FIGURES, READINGS

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/srv/zonewatch/.venv/bin/zonewatch"
BY_HAND = re.compile(r"(?:zonewatch|--rm (?:--\w+ \d+ )?-v \S+ ingest) ([a-z][a-z-]+) ")
SETTING = re.compile(r"ZONEWATCH_[A-Z_]+")

Json = dict[str, Any]


@pytest.fixture(name="compose", scope="module")
def _compose() -> Json:
    loaded: Json = _yaml("compose.yaml")
    return loaded


def _yaml(name: str) -> Any:  # noqa: ANN401 - whatever the file holds
    return yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))


def _commands() -> set[str]:
    """Return the commands there are, as the help tells them."""
    said = StringIO()
    with redirect_stdout(said):
        zonewatch.main(["--help"])
    return set(re.findall(r"^  ([a-z-]+) {2,}", said.getvalue(), re.MULTILINE))


def _ours(compose: Json) -> Json:
    return {
        name: service
        for name, service in compose["services"].items()
        if service["image"] == "zonewatch"
    }


def _said(unit: Path) -> ConfigParser:
    read = ConfigParser(interpolation=None, strict=True)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(unit.read_text(encoding="utf-8"))
    return read


def test_every_service_comes_back_and_says_how_it_is(compose: Json) -> None:
    for name, service in compose["services"].items():
        assert service["restart"] == "unless-stopped", name
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert re.search(r":\d+\.\d+|^zonewatch$|:\d+-", service["image"]), name


def test_our_services_run_commands_that_exist(compose: Json) -> None:
    ours = _ours(compose)

    assert {name: service["command"][0] for name, service in ours.items()} == {
        "ingest": "ingest",
        "analytics": "analytics",
        "api": "api",
    }
    assert set(ours) <= _commands()


def test_nothing_but_the_broker_listens_beyond_loopback(compose: Json) -> None:
    published = {
        name: service["ports"]
        for name, service in compose["services"].items()
        if "ports" in service
    }

    assert published.pop("mosquitto") == ["8883:8883"]
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert compose["services"]["grafana"]["environment"]["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"


def test_what_is_mounted_is_declared_or_here(compose: Json) -> None:
    made = {"broker"}  # by `zonewatch broker-config`
    for service in compose["services"].values():
        assert set(service.get("secrets", [])) <= compose["secrets"].keys()
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            here = source.startswith("./")
            known = source.split("/")[1] in made or (DEPLOY / source).exists() if here else False
            assert known or source in compose["volumes"], volume


def test_no_secret_stands_in_a_file(compose: Json) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|CATALOG|BROKER$", name):
                assert str(value).startswith("/run/secrets/"), name


def test_secrets_become_settings_of_the_command(tmp_path: Path) -> None:
    (tmp_path / "ZONEWATCH_STORE_TOKEN").write_text("a token's $text")
    (tmp_path / "other").write_text("not for us")

    told = subprocess.run(
        [DEPLOY / "with-secrets", "env"],
        env={"PATH": os.environ["PATH"], "ZONEWATCH_SECRETS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert "ZONEWATCH_STORE_TOKEN=a token's $text" in told
    assert not any(line.startswith("ZONEWATCH_BROKER") or "not for us" in line for line in told)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists_and_checks_it_first(unit: Path) -> None:
    service = _said(unit)["Service"]

    program, command, *_ = service["ExecStart"].split()
    assert program == PROGRAM
    assert command in _commands()
    assert f"zonewatch-{command}" == unit.stem
    assert service["ExecStartPre"] == f"{service['ExecStart']} --check"
    assert service["User"] == "zonewatch"
    assert service["Restart"] == "on-failure"


def test_there_is_a_unit_for_every_stage() -> None:
    assert {unit.stem.removeprefix("zonewatch-") for unit in UNITS} == {
        "ingest",
        "analytics",
        "api",
        "run",
        "gateway",
    }


def test_a_gateway_that_is_no_longer_alive_is_started_again() -> None:
    unit = _said(DEPLOY / "systemd" / "zonewatch-gateway.service")

    assert unit["Service"]["Type"] == "notify"
    assert int(unit["Service"]["WatchdogSec"]) > 0
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"


def test_grafanas_sources_are_those_that_panels_ask() -> None:
    sources = _yaml("grafana/provisioning/datasources/zonewatch.yaml")["datasources"]

    assert {(source["uid"], source["type"]) for source in sources} == {
        (READINGS.uid, READINGS.type_val),
        (FIGURES.uid, FIGURES.type_val),
    }


def test_dashboards_are_looked_for_where_they_are_mounted(compose: Json) -> None:
    (provider,) = _yaml("grafana/provisioning/dashboards/zonewatch.yaml")["providers"]

    path = provider["options"]["path"]
    assert f"./grafana/dashboards:{path}:ro" in compose["services"]["grafana"]["volumes"]
    assert (provider["folder"], provider["folderUid"]) == (FOLDER_TITLE, FOLDER_UID)


def test_the_page_names_commands_that_exist() -> None:
    page = (DEPLOY / "INSTALL.md").read_text(encoding="utf-8")

    named = set(BY_HAND.findall(page))

    assert {"registry", "broker-config", "dashboards"} <= named
    assert named <= _commands()
    assert "not tried" in page[:200]


def test_the_page_explains_every_setting_of_the_deployment() -> None:
    page = (DEPLOY / "INSTALL.md").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in (DEPLOY / "compose.yaml", *UNITS)]

    used = {name for text in texts for name in SETTING.findall(text)}

    assert used <= set(SETTING.findall(page.partition("## Settings")[2]))
