"""Catalogs for tests: a file of SQLite's, or a database of a real PostgreSQL."""

import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from ingest.catalog import open_catalog
from simulators.postgres import Cluster, postgres
from tests import servers

EVERY_KIND: Final = (
    "sqlite",
    pytest.param("postgresql", marks=servers.needs("postgres")),
)

NewCatalog = Callable[[], AbstractContextManager[sa.Engine]]
"""Opens another empty catalog."""


@pytest.fixture(params=EVERY_KIND)
def new_catalog(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NewCatalog:
    """Return what opens an empty catalog of either kind."""
    if request.param == "postgresql":
        return a_postgres_catalog
    return lambda: a_sqlite_catalog(tmp_path_factory.mktemp("catalog"))


@pytest.fixture
def empty_catalog(new_catalog: NewCatalog) -> Iterator[sa.Engine]:
    """An empty catalog of either kind."""
    with new_catalog() as engine:
        yield engine


@contextmanager
def a_sqlite_catalog(folder: Path) -> Generator[sa.Engine]:
    """Open an empty catalog in a folder."""
    engine = open_catalog(f"sqlite:{folder / 'catalog.sqlite'}")
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def a_postgres_catalog() -> Generator[sa.Engine]:
    """Open an empty catalog in a database of its own."""
    with a_postgres_url() as url:
        engine = open_catalog(url)
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def a_postgres_url() -> Generator[str]:
    """Make a database; drop it at the end."""
    name = f"t{secrets.token_hex(6)}"
    server = _cluster()
    admin = open_catalog(server.url()).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield server.url(name)
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        admin.dispose()


_AT_END: Final = ExitStack()


@cache
def _cluster() -> Cluster:
    """Return the session's server, started when first asked for."""
    program = postgres()
    assert program is not None, "PostgreSQL is not installed"
    cluster = Cluster(program)
    _AT_END.callback(cluster.remove)
    cluster.start()
    return cluster


def closed_at_the_end(engine: sa.Engine) -> sa.Engine:
    """Return a catalog in memory that many hold on to: it is closed with the session."""
    _AT_END.callback(engine.dispose)
    return engine


def stop_servers() -> None:
    """Stop what was started, and close what is open, at the end of the session."""
    _AT_END.close()
    _cluster.cache_clear()
