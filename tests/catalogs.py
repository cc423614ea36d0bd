"""Catalogs for tests: a file of SQLite's, or a database of a real PostgreSQL."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from ingest.catalog import open_catalog
from simulators.demo.broker import free_port
from tests import servers

_OWNER: Final = "postgres"
_ROOT: Final = 0

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
    admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield server.url(name).replace("+psycopg", "")
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        admin.dispose()


class _Cluster:
    """A PostgreSQL of the tests' own, under a temporary folder, run by whom it agrees to."""

    def __init__(self) -> None:
        found = servers.postgres()
        assert found is not None, "PostgreSQL is not installed"
        self._programs = Path(found).resolve().parent
        self._folder = Path(tempfile.mkdtemp(prefix="zonewatch-postgres-"))
        self._port = free_port()
        self._owner = _OWNER if os.geteuid() == _ROOT else None  # root may not run it
        if self._owner:
            owner = pwd.getpwnam(_OWNER)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)
        self._process: subprocess.Popen[str] | None = None

    def url(self, database: str) -> str:
        """Return the address of a database."""
        return f"postgresql+psycopg://{_OWNER}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Make the cluster, start it, and wait until it says that it is ready."""
        data = self._folder / "data"
        made = self._run(
            *(self._programs / "initdb", "-D", data, "--no-sync", "--encoding=UTF8"),
            *("--auth=trust", f"--username={_OWNER}"),
            # Sorts as a dictionary does, not by characters: a database may.
            *("--locale-provider=icu", "--icu-locale=en", "--locale=C"),
        )
        _, why = made.communicate()
        assert made.returncode == 0, why
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self._port,
            "unix_socket_directories": "",
            "fsync": "off",
            "lc_messages": "C",
        }
        settings = [f"-c{name}={value}" for name, value in options.items()]
        self._process = self._run(self._programs / "postgres", "-D", data, *settings)
        assert self._process.stderr is not None
        said: list[str] = []
        for line in self._process.stderr:
            said.append(line)
            if "ready to accept connections" in line:
                return
        raise AssertionError("".join(said))

    def stop(self) -> None:
        """Stop it at once, and remove what it wrote."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.communicate()
        shutil.rmtree(self._folder)

    def _run(self, *command: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            user=self._owner,
            group=self._owner,
        )


_AT_END: Final = ExitStack()


@cache
def _cluster() -> _Cluster:
    """Return the session's server, started when first asked for."""
    cluster = _Cluster()
    _AT_END.callback(cluster.stop)
    cluster.start()
    return cluster


def stop_servers() -> None:
    """Stop what was started, at the end of the session."""
    _AT_END.close()
    _cluster.cache_clear()
