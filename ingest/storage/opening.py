"""Which reading store: as ZONEWATCH_STORE says."""

from pathlib import Path

from ingest.storage.port import ReadingStore, StoreError


def open_store(setting: str) -> ReadingStore:
    """Return the store of `duckdb:PATH` or `memory:`; adapters are imported when asked for."""
    scheme, _, place = setting.partition(":")
    match scheme, place:
        case "memory", "":
            from ingest.storage.memory import MemoryStore  # noqa: PLC0415

            return MemoryStore()
        case "duckdb", _ if place:
            from ingest.storage.duckdb import DuckdbStore  # noqa: PLC0415

            return DuckdbStore(Path(place))
        case _:
            raise StoreError("ZONEWATCH_STORE: expected duckdb:PATH or memory:")
