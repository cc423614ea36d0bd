"""The servers of the drill: broker, store and catalog, which can be killed and started again."""

import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ingest.catalog import open_catalog
from simulators import influxd
from simulators.demo.broker import free_port, write_config
from simulators.drill.process import Process
from simulators.postgres import Cluster

_ALIVE_S: Final = 30.0


class Broker:
    """A Mosquitto on a port of this machine."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port: Final = free_port()
        self._folder = folder
        config = write_config(folder, self.port)
        log = folder / "mosquitto.log"
        self.process: Final = Process("mosquitto", [program, "-c", str(config)], log=log)

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self.process.start()
        influxd.until_it_listens(lambda: True, self.port)

    def forget(self) -> None:
        """Lose every session and every retained message. It must not run."""
        (self._folder / "mosquitto.db").unlink(missing_ok=True)


class Influx:
    """An InfluxDB 2 on a port of this machine."""

    def __init__(self, program: str, folder: Path) -> None:
        folder.mkdir()
        self.port: Final = free_port()
        command = influxd.command(program, folder, self.port)
        self.process: Final = Process("influxd", command, log=folder / "influxd.log")

    def start(self) -> influxd.Influxd:
        """Start it, and wait until it answers."""
        self.process.start()
        influxd.until_it_listens(lambda: True, self.port)
        return influxd.Influxd.set_up(self.port)


class PostgresCatalog:
    """A database of a private PostgreSQL, and what was kept of it yesterday."""

    _NAME: Final = "zonewatch"
    _KEPT: Final = "yesterday"

    def __init__(self, program: str, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._cluster = Cluster(program, folder, durable=True)

    @property
    def url(self) -> str:
        """What ZONEWATCH_CATALOG says of it."""
        return self._cluster.url(self._NAME)

    def start(self) -> None:
        """Start it, made where there is none."""
        self._cluster.start()

    def make(self) -> None:
        """Make the empty database."""
        self._command(f"CREATE DATABASE {self._NAME}")

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT in order, SIGQUIT as in a crash."""
        self._cluster.end(how)

    def back_up(self) -> None:
        """Keep what it holds now. Nobody may be connected."""
        self._copy(self._NAME, self._KEPT)

    def restore(self) -> None:
        """Go back to what was kept. Nobody may be connected."""
        self._copy(self._KEPT, self._NAME)

    def switch_journal(self) -> None:
        """Have it begin a new file of its journal."""
        self._command("SELECT pg_switch_wal()")

    def _copy(self, source: str, target: str) -> None:
        self._command(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        self._command(f"CREATE DATABASE {target} TEMPLATE {source}")

    def _command(self, text: str) -> None:
        server = open_catalog(self._cluster.url())
        try:
            with server.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(sa.text(text))
        finally:
            server.dispose()


class SqliteCatalog:
    """A file of SQLite's in the home: what is there where PostgreSQL is not."""

    def __init__(self, home: Path) -> None:
        self._file = home / "catalog.sqlite"

    @property
    def url(self) -> str:
        """What ZONEWATCH_CATALOG says of it."""
        return f"sqlite:{self._file}"

    def start(self) -> None:
        """It needs no start."""

    def make(self) -> None:
        """It is made by who opens it."""

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """It has no end."""

    def back_up(self) -> None:
        """Keep what it holds now. Nobody may have it open."""
        shutil.copyfile(self._file, self._file.with_suffix(".yesterday"))

    def restore(self) -> None:
        """Go back to what was kept. Nobody may have it open."""
        for path in self._file.parent.glob("catalog.sqlite-*"):
            path.unlink()
        shutil.copyfile(self._file.with_suffix(".yesterday"), self._file)


Catalog = PostgresCatalog | SqliteCatalog

Settings = Mapping[str, str]
"""Environment of the backend's processes."""
