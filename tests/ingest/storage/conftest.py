"""The adapters that must keep the store's promises: a new one joins by one line."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

import pytest

from ingest.storage.duckdb import DuckdbStore
from ingest.storage.influx import InfluxStore
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingStore
from simulators.influxd import ORG, TOKEN, Influxd, influxd, running_influxd
from tests.servers import needs

NewStore = Callable[[], ReadingStore]
Request = pytest.FixtureRequest

_NUMBERS = count()


def an_influx_store(request: Request) -> InfluxStore:
    """Open a store in a bucket of its own."""
    server: Influxd = request.getfixturevalue("influx_server")
    bucket = f"bucket-{next(_NUMBERS)}"
    server.new_bucket(bucket)
    return InfluxStore(server.url, org=ORG, bucket=bucket, token=TOKEN)


def a_duckdb_store(request: Request) -> DuckdbStore:
    """Open a store in a file of its own."""
    folder: Path = request.getfixturevalue("tmp_path")
    return DuckdbStore(folder / f"readings-{next(_NUMBERS)}.duckdb")


ADAPTERS: dict[str, Callable[[Request], ReadingStore]] = {
    "memory": lambda _: MemoryStore(),
    "duckdb": a_duckdb_store,
    "influx": an_influx_store,
}
_NEEDS = {"influx": [needs("influxd")]}


@pytest.fixture(scope="session")
def influx_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """Run one server for all tests; each makes buckets of its own."""
    program = influxd()
    if program is None:
        pytest.fail("influxd is not installed: make servers")
    with running_influxd(program, tmp_path_factory.mktemp("influxd")) as server:
        yield server


@pytest.fixture(params=[pytest.param(name, marks=_NEEDS.get(name, [])) for name in ADAPTERS])
def new_store(request: Request) -> Iterator[NewStore]:
    """Return what makes an empty store, as often as a test needs one."""
    with ExitStack() as opened:

        def make() -> ReadingStore:
            return opened.enter_context(closing(ADAPTERS[request.param](request)))

        yield make


@pytest.fixture
def store(new_store: NewStore) -> ReadingStore:
    """Return an empty store."""
    return new_store()
