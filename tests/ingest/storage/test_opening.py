"""Which store a setting names."""

from pathlib import Path

import pytest

from ingest.home import Home
from ingest.storage.duckdb import DuckdbStore
from ingest.storage.memory import MemoryStore
from ingest.storage.opening import open_store
from ingest.storage.port import StoreError


def test_a_home_keeps_its_readings_in_a_duckdb_file(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")

    store = open_store(home.store_setting({}))

    assert isinstance(store, DuckdbStore)
    store.close()
    assert home.store_path.exists()


def test_the_environment_names_another(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")

    assert isinstance(open_store(home.store_setting({"ZONEWATCH_STORE": "memory:"})), MemoryStore)


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "duckdb:",
        "memory:x",
        "x",
        "influx+http://h:1?org=o",
        "influx+http://?org=o&bucket=b",
        "influx+http://h:1/path?org=o&bucket=b",
        "influx+http://h:1?org=o&bucket=b&token=secret",
        "influx+http://secret@h:1?org=o&bucket=b",
    ],
)
def test_anything_else_is_one_clear_error(setting: str) -> None:
    with pytest.raises(StoreError, match="ZONEWATCH_STORE: expected duckdb:PATH, memory:") as told:
        open_store(setting, {"ZONEWATCH_STORE_TOKEN": "t"})

    assert "secret" not in str(told.value)


def test_a_bucket_is_not_opened_without_a_token() -> None:
    with pytest.raises(StoreError, match="ZONEWATCH_STORE_TOKEN: not set"):
        open_store("influx+http://h:1?org=o&bucket=b", {})
