"""What a stage is told: settings by environment, over those of an optional TOML file.

Both use the same names. What is shown of them holds no secret.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self
from urllib.parse import urlsplit, urlunsplit

from ingest.chirpstack.topic import uplink_filter
from ingest.contract.clock import Clock
from ingest.contract.fields import MalformedError
from ingest.contract.tls import TlsFiles
from ingest.disk import MEBIBYTE, Disk
from ingest.home import Home, home_path
from ingest.mqtt import BrokerAddress

_CA: Final = "ZONEWATCH_BROKER_CA"
_CERTIFICATE: Final = "ZONEWATCH_BROKER_CERTIFICATE"
_KEY: Final = "ZONEWATCH_BROKER_KEY"
_CHIRPSTACK: Final = "ZONEWATCH_CHIRPSTACK"
_NAMES: Final = (
    "ZONEWATCH_HOME",
    "ZONEWATCH_STORE",
    "ZONEWATCH_CATALOG",
    "ZONEWATCH_BROKER",
    _CA,
    _CERTIFICATE,
    _KEY,
    _CHIRPSTACK,
    "ZONEWATCH_METRICS_PORT",
    "ZONEWATCH_DISK_FLOOR_MIB",
    "ZONEWATCH_SMTP",
    "ZONEWATCH_MAIL_FROM",
    "ZONEWATCH_GRAFANA",
    "ZONEWATCH_LANG",
)
_HIGHEST_PORT: Final = 65_535


class SettingsError(Exception):
    """A setting that cannot be used; the message is one line and holds no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSettings:
    """What every stage needs to know: where things are kept, and where it tells how it is."""

    home: Home
    store: str
    catalog: str
    metrics_port: int | None = None  # on loopback; None: nowhere, 0: any free one

    @classmethod
    def of(cls, given: Mapping[str, str], home: Home) -> Self:
        """Take a stage's settings from what was given."""
        return cls(
            home=home,
            store=home.store_setting(given),
            catalog=home.catalog_url(given),
            metrics_port=_port(given),
        )

    def shown(self) -> dict[str, str]:
        """Return the settings for people to read."""
        told = {
            "home": str(self.home.path),
            "store": without_secrets(self.store),
            "catalog": without_secrets(self.catalog),
        }
        if self.metrics_port is not None:
            told["metrics"] = f"http://127.0.0.1:{self.metrics_port}/metrics"
        return told


def given_settings(config: Path | None, environment: Mapping[str, str]) -> Mapping[str, str]:
    """Return what a file says and the environment overrides."""
    if config is None:
        return environment
    try:
        told = tomllib.loads(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{config}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{config}: expected TOML: {error}") from None
    for name, value in told.items():
        if name not in _NAMES:
            raise SettingsError(f"{config}: {name}: expected one of {', '.join(_NAMES)}")
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise SettingsError(f"{config}: {name}: expected a text")
    return {**{name: str(value) for name, value in told.items()}, **environment}


def home_of(argument: Path | None, given: Mapping[str, str]) -> Path:
    """Return where the home is: as asked, else as set."""
    return home_path(argument, given)


def names_broker(given: Mapping[str, str]) -> bool:
    """Tell whether a broker is named, or it is left to us to have one."""
    return given.get("ZONEWATCH_BROKER", "") not in ("", "embedded:")


def broker_of(given: Mapping[str, str]) -> BrokerAddress:
    """Return the address of the broker; a stage of its own has no embedded one."""
    if not names_broker(given):
        raise SettingsError(
            "ZONEWATCH_BROKER: expected the broker's address, mqtt://USER:PASSWORD@HOST:PORT or"
            " mqtts://…"
        )
    try:
        address = BrokerAddress.parse(given["ZONEWATCH_BROKER"], tls_files(given))
    except ValueError as error:
        raise SettingsError(f"ZONEWATCH_BROKER: {error}") from None
    return replace(address, uplinks=_uplinks(given))


def _uplinks(given: Mapping[str, str]) -> str | None:
    """Return the filter of ChirpStack's uplinks that are taken in; None: there are none."""
    text = given.get(_CHIRPSTACK, "")
    try:
        return uplink_filter(text) if text else None
    except MalformedError as error:
        raise SettingsError(f"{_CHIRPSTACK}: {error}") from None


def tls_files(given: Mapping[str, str]) -> TlsFiles:
    """Return the files that a connection to the broker is to use."""
    ca, certificate, key = (
        Path(given[name]) if given.get(name) else None for name in (_CA, _CERTIFICATE, _KEY)
    )
    if key and not certificate:
        raise SettingsError(f"{_KEY}: expected {_CERTIFICATE} with it")
    return TlsFiles(ca=ca, certificate=certificate, key=key)


def disk_of(given: Mapping[str, str], home: Home, clock: Clock) -> Disk:
    """Return the disk under a home, with the floor that is set."""
    text = given.get("ZONEWATCH_DISK_FLOOR_MIB", "")
    if not text:
        return Disk(home=home, clock=clock)
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"ZONEWATCH_DISK_FLOOR_MIB: expected a whole number, not {text!r}")
    return Disk(home=home, clock=clock, floor=int(text) * MEBIBYTE)


def several_processes(settings: StageSettings, stage: str) -> None:
    """Raise SettingsError where the store has only one process."""
    if settings.store.startswith("duckdb:"):
        raise SettingsError(
            f"ZONEWATCH_STORE: a DuckDB file has one process, and {stage} is not the only one:"
            " expected influx+http://HOST:PORT?org=O&bucket=B, or use `zonewatch run`"
        )


def shown_broker(broker: BrokerAddress) -> str:
    """Return a broker's address without its password."""
    user = f"{broker.user}@" if broker.user else ""
    return f"{'mqtts' if broker.tls else 'mqtt'}://{user}{broker.host}:{broker.port}"


def without_secrets(setting: str) -> str:
    """Return a URL without its password and without what a token could hide in."""
    try:
        parts = urlsplit(setting)
    except ValueError:
        return f"{setting.partition(':')[0]}:…"
    if not parts.netloc:
        return setting
    user, at, place = parts.netloc.rpartition("@")
    query = "&".join(
        each for each in parts.query.split("&") if each.partition("=")[0] in ("org", "bucket")
    )
    netloc = user.partition(":")[0] + at + place
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))


def _port(given: Mapping[str, str]) -> int | None:
    text = given.get("ZONEWATCH_METRICS_PORT", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > _HIGHEST_PORT:
        raise SettingsError(f"ZONEWATCH_METRICS_PORT: expected a port, not {text!r}")
    return int(text)
