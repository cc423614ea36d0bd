"""Listeners and their stations in a site file: who may speak, and how what it says is meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeAlias

from gateway.drivers.hj212.crc import Convention
from gateway.drivers.hj212.station_map import StationMap, load_maps
from gateway.drivers.hj212.values import MINUTES, REAL_TIME
from gateway.endpoints import Endpoint, read_url
from gateway.fields import Table
from ingest.contract.identity import DeviceId

Network: TypeAlias = IPv4Network | IPv6Network

_PORTS: Final = {"hj212+tcp": 8212}
_MOST_HOURS: Final = 14.0
_MOST_CONNECTIONS: Final = 1_000
_MINUTES: Final = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)  # HJ 212-2017, MinInterval


@dataclass(frozen=True, slots=True, kw_only=True)
class StationConfig:
    """A station that connects by itself."""

    id: DeviceId
    mn: str  # how it calls itself
    map: StationMap
    password: str | None = field(default=None, repr=False)  # None: any; it goes in the clear
    network: Network | None = None  # where it connects from; None: anywhere
    utc_offset: timedelta = timedelta(hours=8)  # of its clock
    check: Convention = Convention.ANNEX_A
    plain: str = REAL_TIME  # the command whose values are the metrics themselves
    minutes: int | None = None  # between two means of minutes; None: gaps are not asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerConfig:
    """Where stations connect to, and which may."""

    endpoint: Endpoint  # of an interface of this machine
    stations: tuple[StationConfig, ...]
    connections: int = 64  # at most, at a time
    quarantine_bytes: int = 4_194_304
    silent_after: timedelta = timedelta(minutes=15)  # a station silent for so long counts as lost


def read_listener(table: Table) -> ListenerConfig:
    """Take one listener, or raise ConfigError."""
    _, endpoint = read_url(table, _PORTS)
    stations = tuple(map(_station, table.tables("station")))
    listener = ListenerConfig(
        endpoint=endpoint,
        stations=stations,
        connections=table.whole("connections", 1, _MOST_CONNECTIONS, default=64),
        quarantine_bytes=table.whole("quarantine_kib", 1, 1_048_576, default=4_096) * 1_024,
        silent_after=timedelta(minutes=table.whole("silent_after_min", 1, 10_080, default=15)),
    )
    table.nothing_else()
    if len({station.mn for station in stations}) < len(stations):
        raise table.error("station.mn", "each station's own")
    return listener


def _station(table: Table) -> StationConfig:
    station = StationConfig(
        id=DeviceId(table.name("id")),
        mn=table.text("mn"),
        map=_map(table),
        password=table.text("password", default="") or None,
        network=_network(table),
        utc_offset=timedelta(
            hours=table.number("utc_offset_h", -_MOST_HOURS, _MOST_HOURS, default=8)
        ),
        check=Convention(_one_of(table, "check", [*Convention], default=Convention.ANNEX_A)),
        plain=_one_of(table, "plain", (REAL_TIME, MINUTES), default=REAL_TIME),
        minutes=_minutes(table),
    )
    table.nothing_else()
    return station


def _map(table: Table) -> StationMap:
    maps = load_maps()
    found = maps[_one_of(table, "map", sorted(maps))]
    units = table.table("units")
    try:
        return found.with_units({code: units.text(code) for code in units.keys})
    except KeyError as error:
        known = ", ".join(found.points)
        raise units.error(
            str(error.args[0]), f"a code of {known}, in a unit that can be converted"
        ) from None


def _network(table: Table) -> Network | None:
    text = table.text("network", default="")
    try:
        return ip_network(text) if text else None
    except ValueError:
        raise table.error("network", "a network like 10.20.0.0/16") from None


def _minutes(table: Table) -> int | None:
    minutes = table.whole("minute_interval", 0, max(_MINUTES), default=0)
    if minutes and minutes not in _MINUTES:
        raise table.error("minute_interval", f"one of {', '.join(map(str, _MINUTES))}")
    return minutes or None


def _one_of(
    table: Table,
    key: str,
    known: "Mapping[str, object] | tuple[str, ...] | list[str]",
    *,
    default: str | None = None,
) -> str:
    text = table.text(key, default=default)
    if text not in known:
        raise table.error(key, f"one of {', '.join(known)}")
    return text
