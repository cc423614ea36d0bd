"""The adapters that must keep the store's promises: a new one joins by one line."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

import pytest

from ingest.storage.duckdb import DuckdbStore
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingStore

NewStore = Callable[[], ReadingStore]

ADAPTERS: dict[str, Callable[[Path], ReadingStore]] = {
    "memory": lambda _: MemoryStore(),
    "duckdb": DuckdbStore,
}


@pytest.fixture(params=list(ADAPTERS))
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewStore]:
    """Return what makes an empty store, as often as a test needs one."""
    number = count()
    with ExitStack() as opened:

        def make() -> ReadingStore:
            store = ADAPTERS[request.param](tmp_path / f"readings-{next(number)}.duckdb")
            return opened.enter_context(closing(store))

        yield make


@pytest.fixture
def store(new_store: NewStore) -> ReadingStore:
    """Return an empty store."""
    return new_store()
