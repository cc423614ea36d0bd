"""Which reading store: as ZONEWATCH_STORE says."""

import os
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from ingest.storage.port import ReadingStore, StoreError

if TYPE_CHECKING:
    from ingest.storage.influx_http import Place
    from ingest.storage.influx_means import InfluxMeans

EXPECTED = (
    "ZONEWATCH_STORE: expected duckdb:PATH, memory: or influx+http[s]://HOST:PORT?org=O&bucket=B"
)


def open_store(setting: str, environment: Mapping[str, str] = os.environ) -> ReadingStore:
    """Return the store that a setting names; adapters are imported when asked for."""
    scheme, _, place = setting.partition(":")
    match scheme, place:
        case "memory", "":
            from ingest.storage.memory import MemoryStore  # noqa: PLC0415

            return MemoryStore()
        case "duckdb", _ if place:
            from ingest.storage.duckdb import DuckdbStore  # noqa: PLC0415

            return DuckdbStore(Path(place))
        case "influx+http" | "influx+https", _:
            return _influx(setting, environment)
        case _:
            raise StoreError(EXPECTED)


@contextmanager
def opened_means(
    setting: str, environment: Mapping[str, str] = os.environ
) -> "Generator[InfluxMeans | None]":
    """Open where hourly means are copied to; None where the store is none that Grafana asks."""
    if not setting.startswith("influx+"):
        yield None
        return
    from ingest.storage.influx_means import InfluxMeans  # noqa: PLC0415

    place, token = _place(setting, environment)
    with closing(InfluxMeans(place, token=token)) as means:
        yield means


def _influx(setting: str, environment: Mapping[str, str]) -> ReadingStore:
    from ingest.storage.influx import InfluxStore  # noqa: PLC0415

    place, token = _place(setting, environment)
    return InfluxStore(place.url, org=place.org, bucket=place.bucket, token=token)


def _place(setting: str, environment: Mapping[str, str]) -> "tuple[Place, str]":
    """Return a bucket and its token; what the setting says is not repeated, lest it hold one."""
    from ingest.storage.influx_http import Place  # noqa: PLC0415

    parts = urlsplit(setting)
    named = dict(parse_qsl(parts.query))
    whole = parts.hostname and named.keys() == {"org", "bucket"}
    if not whole or "@" in parts.netloc or parts.path.strip("/") or parts.fragment:
        raise StoreError(EXPECTED)
    if not (token := environment.get("ZONEWATCH_STORE_TOKEN")):
        raise StoreError("ZONEWATCH_STORE_TOKEN: not set; InfluxDB wants a token")
    url = f"{parts.scheme.removeprefix('influx+')}://{parts.netloc}"
    return Place(url=url, org=named["org"], bucket=named["bucket"]), token
