"""The catalog: the relational database in which every stage keeps tables of its own.

Whoever owns tables keeps Alembic revisions in a folder of its own, as one branch. A revision is
named after its branch, as in `registry_0001`.
"""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any, Final

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.event import listen
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

_BUSY_MS: Final = 30_000  # [assumed] longer than any transaction of ours takes
_POSTGRES: Final = ("postgresql", "postgres")  # as people write it; the driver is ours to choose
_POSTGRES_OPTIONS: Final[Mapping[str, Any]] = {
    "pool_pre_ping": True,  # a connection that ended with a restarted server is made anew
    # Within half a minute a connection to a machine that is gone is an error.
    "connect_args": {
        "connect_timeout": 10,  # s
        "keepalives_idle": 10,  # s
        "keepalives_interval": 5,  # s
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,  # ms
    },
}
_UPGRADE_LOCK: Final = 0x7A6F6E65  # "zone": of all that upgrade one catalog, one at a time
_ON_CONNECT: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA busy_timeout={_BUSY_MS}",
)


class CatalogError(Exception):
    """The catalog cannot be used as it is set; the message never holds a password."""


def open_catalog(url: str) -> sa.Engine:
    """Return an engine for `sqlite:PATH`, `postgresql://…` or another URL of SQLAlchemy."""
    address = _address(url)
    try:
        postgres = address.get_backend_name() == "postgresql"
        options = _POSTGRES_OPTIONS if postgres else {}
        # An error would else show what was to be written, secrets and all.
        engine = sa.create_engine(address, hide_parameters=True, **options)
    except ModuleNotFoundError as error:
        raise CatalogError(f"the catalog needs {error.name}, which is not installed") from None
    except SQLAlchemyError as error:
        raise CatalogError(f"no catalog can be opened by {_shown(address)}") from error
    if engine.dialect.name == "sqlite":
        listen(engine, "connect", _prepare)
    return engine


@contextmanager
def snapshot(engine: sa.Engine) -> Generator[sa.Connection]:
    """Connect for reading: every query sees the catalog as it was at the first."""
    sqlite = engine.dialect.name == "sqlite"
    level = "SERIALIZABLE" if sqlite else "REPEATABLE READ"
    with engine.connect().execution_options(isolation_level=level) as connection:
        if sqlite:
            # Else its driver begins no transaction before the first write.
            connection.exec_driver_sql("BEGIN")
        yield connection


def upgrade(engine: sa.Engine, version_locations: Sequence[Path]) -> None:
    """Bring the branches in these folders to their heads; the catalog's other branches stay."""
    try:
        with engine.begin() as connection:
            _upgrade(connection, version_locations)
    except SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        raise CatalogError(f"cannot use the catalog {_shown(engine.url)}: {reason}") from error


def _upgrade(connection: sa.Connection, version_locations: Sequence[Path]) -> None:
    if connection.dialect.name == "sqlite":
        # Else each statement that alters a table would be a transaction of its own.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
    scripts = ScriptDirectory(version_locations[0], version_locations=version_locations)

    def steps(current: tuple[str, ...], _: MigrationContext) -> list[RevisionStep]:
        own = _own(current, scripts)
        return scripts._upgrade_revs("heads", own)  # type: ignore[arg-type] # noqa: SLF001 # pyright: ignore[reportPrivateUsage, reportArgumentType]

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context):
        context.run_migrations()


def _own(current: tuple[str, ...], scripts: ScriptDirectory) -> tuple[str, ...]:
    """Return the catalog's revisions that are of these branches."""
    known = {script.revision for script in scripts.walk_revisions()}
    branches = {_branch(revision) for revision in known}
    for revision in current:
        if revision not in known and _branch(revision) in branches:
            raise CatalogError(f"the catalog is of a newer Zonewatch: it is at {revision}")
    return tuple(revision for revision in current if revision in known)


def _branch(revision: str) -> str:
    return revision.rpartition("_")[0]


def _address(url: str) -> sa.URL:
    scheme, _, path = url.partition(":")
    if scheme == "sqlite" and path and not path.startswith("//"):
        return sa.URL.create("sqlite", database=path)
    try:
        address = sa.make_url(url)
    except ArgumentError:
        raise CatalogError("expected sqlite:PATH or postgresql://… as the catalog") from None
    if address.drivername in _POSTGRES:
        return address.set(drivername="postgresql+psycopg")
    return address


def _shown(url: sa.URL) -> str:
    return url.render_as_string(hide_password=True)


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, SqliteConnection):
        for pragma in _ON_CONNECT:
            connection.execute(pragma)
