"""Which reading store: as ZONEWATCH_STORE says."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from ingest.storage.port import ReadingStore, StoreError

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


def _influx(setting: str, environment: Mapping[str, str]) -> ReadingStore:
    """Open a bucket; what the setting says is not repeated, lest a secret stands in it."""
    from ingest.storage.influx import InfluxStore  # noqa: PLC0415

    parts = urlsplit(setting)
    named = dict(parse_qsl(parts.query))
    whole = parts.hostname and named.keys() == {"org", "bucket"}
    if not whole or "@" in parts.netloc or parts.path.strip("/") or parts.fragment:
        raise StoreError(EXPECTED)
    if not (token := environment.get("ZONEWATCH_STORE_TOKEN")):
        raise StoreError("ZONEWATCH_STORE_TOKEN: not set; InfluxDB wants a token")
    url = f"{parts.scheme.removeprefix('influx+')}://{parts.netloc}"
    return InfluxStore(url, org=named["org"], bucket=named["bucket"], token=token)
