from pathlib import Path

import pytest

from ingest.home import Home
from ingest.settings import (
    SettingsError,
    StageSettings,
    broker_of,
    given_settings,
    several_processes,
    shown_broker,
    without_secrets,
)


@pytest.mark.parametrize(
    ("setting", "shown"),
    [
        pytest.param("duckdb:/data/r.duckdb", "duckdb:/data/r.duckdb", id="a file"),
        pytest.param(
            "postgresql://zw:secret@db:5432/zw", "postgresql://zw@db:5432/zw", id="a password"
        ),
        pytest.param(
            "influx+http://h:8086?org=o&bucket=b&token=secret",
            "influx+http://h:8086?org=o&bucket=b",
            id="a token",
        ),
        pytest.param("postgresql://zw:sec@ret@db/zw", "postgresql://zw@db/zw", id="an at sign"),
        pytest.param("postgresql://[secret/zw", "postgresql:…", id="broken"),
    ],
)
def test_what_is_shown_holds_no_secret(setting: str, shown: str) -> None:
    assert without_secrets(setting) == shown


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    file = tmp_path / "ingest.toml"
    file.write_text('ZONEWATCH_STORE = "memory:"\nZONEWATCH_METRICS_PORT = 9101\n')

    given = given_settings(file, {"ZONEWATCH_STORE": "duckdb:other", "HOME": "x"})

    settings = StageSettings.of(given, Home(tmp_path))
    assert (settings.store, settings.metrics_port) == ("duckdb:other", 9101)
    assert settings.catalog == f"sqlite:{tmp_path}/catalog.sqlite"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ZONEWATCH_STOR = 'memory:'", "ZONEWATCH_STOR: expected one of ZONEWATCH_HOME"),
        ("ZONEWATCH_STORE = true", "ZONEWATCH_STORE: expected a text"),
        ("ZONEWATCH_STORE", "expected TOML"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "ingest.toml"
    file.write_text(text)

    with pytest.raises(SettingsError) as caught:
        given_settings(file, {})

    assert str(file) in str(caught.value)
    assert expected in str(caught.value)


def test_a_broker_is_shown_without_its_password() -> None:
    broker = broker_of({"ZONEWATCH_BROKER": "mqtts://ingest:secret@broker"})

    assert shown_broker(broker) == "mqtts://ingest@broker:8883"
    assert broker.password == "secret"  # noqa: S105


@pytest.mark.parametrize("url", ["", "embedded:", "http://x", "mqtt://u:secret@h:bad"])
def test_a_broker_is_asked_for(url: str) -> None:
    with pytest.raises(SettingsError, match=r"ZONEWATCH_BROKER: .*expected .*mqtt") as caught:
        broker_of({"ZONEWATCH_BROKER": url} if url != "" else {})

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("port", ["x", "70000", "-1", "²"])
def test_a_metrics_port_is_a_port(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingsError, match="ZONEWATCH_METRICS_PORT"):
        StageSettings.of({"ZONEWATCH_METRICS_PORT": port}, Home(tmp_path))


def test_a_duckdb_store_has_one_process(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="zonewatch run"):
        several_processes(StageSettings.of({}, Home(tmp_path)), "ingest")


def test_a_key_is_of_a_certificate() -> None:
    given = {"ZONEWATCH_BROKER": "mqtts://h", "ZONEWATCH_BROKER_KEY": "client.key"}

    with pytest.raises(SettingsError, match="ZONEWATCH_BROKER_CERTIFICATE with it"):
        broker_of(given)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("mqtts://h", r"client\.crt: expected a certificate as PEM", id="no file"),
        pytest.param("mqtt://h", "expected mqtts://", id="in the clear"),
    ],
)
def test_a_certificate_that_cannot_be_shown_is_told(url: str, says: str) -> None:
    given = {"ZONEWATCH_BROKER": url, "ZONEWATCH_BROKER_CERTIFICATE": "client.crt"}

    with pytest.raises(SettingsError, match=says):
        broker_of(given)


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        pytest.param("", None, id="none"),
        pytest.param(
            "application/+/device/+/event/up", "application/+/device/+/event/up", id="all"
        ),
    ],
)
def test_uplinks_are_read_where_a_filter_is_set(chosen: str, expected: str | None) -> None:
    given = {"ZONEWATCH_BROKER": "mqtts://h", "ZONEWATCH_CHIRPSTACK": chosen}

    assert broker_of(given).uplinks == expected


def test_a_filter_of_anything_but_uplinks_is_refused() -> None:
    given = {"ZONEWATCH_BROKER": "mqtts://h", "ZONEWATCH_CHIRPSTACK": "#"}

    with pytest.raises(SettingsError, match="ZONEWATCH_CHIRPSTACK: topic filter: expected"):
        broker_of(given)
