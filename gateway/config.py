"""The site file: what a gateway serves and where it brings it, parsed once into frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final, Literal

from gateway.drivers.cloud.config import CloudConfig, read_cloud
from gateway.drivers.hj212.config import ListenerConfig, StationConfig, read_listener
from gateway.endpoints import Endpoint, SerialPort, read_endpoint, read_serial, read_url
from gateway.fields import ConfigError, Table, read_toml
from gateway.outbox import Bounds
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.tls import TlsFileError, TlsFiles

PASSWORD_VARIABLE: Final = "ZONEWATCH_GATEWAY_PASSWORD"  # noqa: S105
_TLS_KEYS: Final = ("ca_file", "certificate", "key")
_DAY_S: Final = 86_400
_BROKER_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_LINE_PORTS: Final = {"modbus+tcp": 502}
_SERIAL: Final = "modbus+rtu://"
_HIGHEST_UNIT: Final = 247
_MOST_HOURS: Final = 14.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerConfig:
    """Where the broker is. The user name is the gateway's id."""

    endpoint: Endpoint
    tls: TlsFiles | None = None  # None: in the clear
    protocol: Literal["5", "3.1.1"] = "5"
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceConfig:
    """A device on a line: its address there, and the profile that says what its registers mean."""

    id: DeviceId
    profile: str
    unit: int
    utc_offset: timedelta | None = None  # of its clock, if it has one; None: the machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class LineConfig:
    """Devices behind one Modbus TCP endpoint or on one serial line, asked one after another."""

    endpoint: Endpoint | SerialPort
    devices: tuple[DeviceConfig, ...]
    timeout: timedelta = timedelta(seconds=1)  # for one answer
    retries: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfig:
    """A gateway's whole configuration."""

    gateway: GatewayId
    home: Path  # where the outbox lies
    interval: timedelta  # between polls, aligned to the epoch
    broker: BrokerConfig
    bounds: Bounds
    lines: tuple[LineConfig, ...] = ()
    listeners: tuple[ListenerConfig, ...] = ()
    clouds: tuple[CloudConfig, ...] = ()
    follow: Endpoint | None = None  # who tells the time; None: the machine

    @property
    def devices(self) -> tuple[DeviceConfig, ...]:
        """All devices of all lines."""
        return tuple(device for line in self.lines for device in line.devices)

    @property
    def stations(self) -> tuple[StationConfig, ...]:
        """All stations of all listeners."""
        return tuple(each for listener in self.listeners for each in listener.stations)


def load(path: Path, environment: Mapping[str, str]) -> SiteConfig:
    """Read a site file, or raise ConfigError. A relative home lies beside the file."""
    site = Table(path, "", read_toml(path))
    heard, pulled = site.has("listener"), site.has("cloud")
    if not (heard or pulled or site.has("line")):
        raise site.error("line", "at least one table [[line]], [[listener]] or [[cloud]]")
    config = SiteConfig(
        gateway=GatewayId(site.name("gateway")),
        home=path.parent / site.text("home"),
        interval=timedelta(seconds=site.whole("interval_s", 1, _DAY_S, default=300)),
        broker=_broker(site.table("broker"), path.parent, environment.get(PASSWORD_VARIABLE)),
        lines=tuple(map(_line, site.tables("line"))) if site.has("line") else (),
        listeners=tuple(map(read_listener, site.tables("listener"))) if heard else (),
        clouds=tuple(
            read_cloud(each, path.parent, environment)
            for each in (site.tables("cloud") if pulled else ())
        ),
        bounds=_bounds(site.table("outbox")),
        follow=_follow(site.table("clock")),
    )
    site.nothing_else()
    _check_once(path, config)
    return config


def _broker(table: Table, beside: Path, password: str | None) -> BrokerConfig:
    scheme, endpoint = read_url(table, _BROKER_PORTS)
    files = _tls_files(table, beside)
    protocol = table.text("protocol", default="5")
    if protocol not in ("5", "3.1.1"):
        raise table.error("protocol", '"5" or "3.1.1"')
    table.nothing_else()
    if files != TlsFiles() and scheme != "mqtts":
        raise table.error("url", "mqtts://HOST:PORT with ca_file or certificate")
    try:
        files.context()
    except TlsFileError as error:
        raise table.error("ca_file" if error.of == "ca" else error.of, error.expected) from None
    return BrokerConfig(
        endpoint=endpoint,
        tls=files if scheme == "mqtts" else None,
        protocol="5" if protocol == "5" else "3.1.1",
        password=password,
    )


def _tls_files(table: Table, beside: Path) -> TlsFiles:
    ca, certificate, key = (
        beside / name if (name := table.text(what, default="")) else None for what in _TLS_KEYS
    )
    if bool(certificate) != bool(key):
        raise table.error("key" if certificate else "certificate", "certificate and key together")
    return TlsFiles(ca=ca, certificate=certificate, key=key)


def _line(table: Table) -> LineConfig:
    line = LineConfig(
        endpoint=_line_endpoint(table),
        devices=tuple(_device(device) for device in table.tables("device")),
        timeout=timedelta(milliseconds=table.whole("timeout_ms", 10, 60_000, default=1_000)),
        retries=table.whole("retries", 0, 10, default=1),
    )
    table.nothing_else()
    if len(line.devices) > _HIGHEST_UNIT:
        raise table.error("device", f"at most {_HIGHEST_UNIT} devices, as a line has addresses")
    if isinstance(line.endpoint, SerialPort) and any(not each.unit for each in line.devices):
        raise table.error("device", "units from 1 on: 0 is everybody's on a serial line")
    return line


def _line_endpoint(table: Table) -> Endpoint | SerialPort:
    url = table.text("url")
    if url.startswith(_SERIAL):
        return read_serial(table, url.removeprefix(_SERIAL))
    return read_url(table, _LINE_PORTS, others=(f"{_SERIAL}/PATH",))[1]


def _device(table: Table) -> DeviceConfig:
    device = DeviceConfig(
        id=DeviceId(table.name("id")),
        profile=table.text("profile"),
        unit=table.whole("unit", 0, _HIGHEST_UNIT),
        utc_offset=_utc_offset(table),
    )
    table.nothing_else()
    return device


def _utc_offset(table: Table) -> timedelta | None:
    if not table.has("utc_offset_h"):
        return None
    return timedelta(hours=table.number("utc_offset_h", -_MOST_HOURS, _MOST_HOURS))


def _bounds(table: Table) -> Bounds:
    usual = Bounds()
    bounds = Bounds(
        max_records=table.whole("max_records", 1, 10**9, default=usual.max_records),
        max_bytes=table.whole("max_bytes", 65_536, 10**15, default=usual.max_bytes),
        max_days=table.whole("max_days", 1, 36_600, default=usual.max_days),
        min_free_bytes=table.whole("min_free_bytes", 0, 10**15, default=usual.min_free_bytes),
    )
    table.nothing_else()
    return bounds


def _follow(table: Table) -> Endpoint | None:
    text = table.text("follow", default="")
    table.nothing_else()
    return read_endpoint(table, "follow", f"//{text}", None) if text else None


def _check_once(path: Path, config: SiteConfig) -> None:
    ids = [device.id for device in config.devices] + [each.id for each in config.stations]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice is not None:
        raise ConfigError(path, "line.device.id", f"each device once, {twice} is there twice")
