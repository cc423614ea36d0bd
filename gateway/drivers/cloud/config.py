"""Clouds in a site file: where to pull from, and which of a vendor's devices is which of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gateway.drivers.cloud.mapping import CloudMapping, load_cloud_mapping
from gateway.fields import Table
from ingest.contract.identity import DeviceId, is_name

_DAY_S: Final = 86_400
_LOCAL: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudConfig:
    """One vendor's cloud."""

    url: str
    mapping: CloudMapping
    devices: Mapping[str, DeviceId]  # by what the vendor calls them
    token: str | None = field(default=None, repr=False)
    interval: timedelta = timedelta(minutes=15)
    requests_per_minute: int = 30
    history: timedelta = timedelta(hours=24)  # how far back the first pull reaches
    timeout: timedelta = timedelta(seconds=30)


def read_cloud(table: Table, beside: Path, environment: Mapping[str, str]) -> CloudConfig:
    """Take one cloud, or raise ConfigError; its token comes from the environment."""
    variable = table.text("token_variable", default="")
    if variable and variable not in environment:
        raise table.error("token_variable", f"{variable} in the environment")
    cloud = CloudConfig(
        url=_url(table),
        mapping=load_cloud_mapping(beside / table.text("mapping")),
        devices=_devices(table.table("devices")),
        token=environment[variable] if variable else None,
        interval=timedelta(seconds=table.whole("interval_s", 1, _DAY_S, default=900)),
        requests_per_minute=table.whole("requests_per_minute", 1, 6_000, default=30),
        history=timedelta(hours=table.whole("history_h", 1, 24 * 366, default=24)),
        timeout=timedelta(seconds=table.whole("timeout_s", 1, 600, default=30)),
    )
    table.nothing_else()
    return cloud


def _url(table: Table) -> str:
    url = table.text("url")
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname in _LOCAL:
        return url
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.query:
        raise table.error("url", "https://HOST/PATH, without user or parameters")
    return url


def _devices(table: Table) -> dict[str, DeviceId]:
    devices = {theirs: table.text(theirs) for theirs in table.keys}
    for theirs, ours in devices.items():
        if not is_name(ours):
            raise table.error(theirs, "the name of a device of ours")
    if not devices:
        raise table.error("", "at least one of the vendor's devices")
    return {theirs: DeviceId(ours) for theirs, ours in devices.items()}
