"""A reading store in one DuckDB file: one wide table per device class.

A metric has a column of values and a column of flags, named as the metric and with `_q` behind it;
the flag is 0 where there is no reading, so value and flag always change together. Tables have no
primary key: keys are distinct because a write updates what is there and inserts what is not, which
keeps rows several times faster than an index does. A commit is on the disk when it returns.
"""

import threading
from collections.abc import Collection, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt

from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.storage import duckdb_statements as statements
from ingest.storage.block import Block, Reading, Values, empty
from ingest.storage.columns import by_class, latest_in, trimmed
from ingest.storage.port import StoreError, StoreUnavailableError

_SETTINGS: Final[dict[str, str | bool | int | float | list[str]]] = {
    "memory_limit": "256MB",
    "autoinstall_known_extensions": False,
}
_LOCKED: Final = "Could not set lock"


class DuckdbStore:
    """Keeps readings in a file, which one process opens, even for reading. Calls take turns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = _open(path)
        self._turn = threading.RLock()
        self._prepared: set[DeviceClass] = set()

    def write(self, blocks: Sequence[Block]) -> None:
        """Keep the readings of all blocks in one transaction."""
        merged = by_class(blocks)
        with self._errors_told():
            for block in merged:
                self._prepare(block.device_class)
            with self._transaction():
                for block in merged:
                    self._keep(block)

    def read(
        self,
        device_class: DeviceClass,
        devices: Collection[DeviceId],
        period: Period,
        metrics: Collection[str] | None = None,
    ) -> Block:
        """Return what the devices measured in the half-open period."""
        names = sorted(set(devices))
        known = metrics_of(device_class)
        asked = [name for name in known if metrics is None or name in metrics]
        if not names or not asked:
            return empty(device_class)
        query = statements.read(device_class, asked)
        span = {"start": period.start, "end": period.end}
        with self._errors_told(), self._asked(device_class, names):
            found = self._connection.execute(query, span).fetchnumpy()
        return trimmed(_block(device_class, names, asked, found))

    def latest(self, device_class: DeviceClass, devices: Collection[DeviceId]) -> Sequence[Reading]:
        """Return each device's last reading of every metric it ever gave."""
        names, metrics = sorted(set(devices)), list(metrics_of(device_class))
        query = statements.latest(device_class, metrics)
        with self._errors_told(), self._asked(device_class, names):
            found = self._connection.execute(query).fetchnumpy()
        return latest_in(_block(device_class, names, metrics, found))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _prepare(self, device_class: DeviceClass) -> None:
        """Make the class's table, with a column for every metric the catalogue has by now."""
        if device_class in self._prepared:
            return
        metrics = metrics_of(device_class)
        self._connection.execute(statements.create(device_class, metrics))
        found = self._connection.execute(statements.columns(device_class)).fetchall()
        there = {column for (column,) in found}
        for name in metrics:
            if statements.flag_of(name) not in there:
                for statement in statements.grow(device_class, name):
                    self._connection.execute(statement)
        self._prepared.add(device_class)

    def _keep(self, block: Block) -> None:
        span = {"low": int(block.measured_at.min()), "high": int(block.measured_at.max())}
        arriving = {
            "device": np.array(block.names, np.object_)[block.devices],
            "measured_at": block.measured_at,
            **block.values,
            **{statements.flag_of(name): flags for name, flags in block.flags.items()},
        }
        metrics = list(block.flags)
        with self._lent(statements.ARRIVING, arriving):
            found = self._connection.execute(statements.update(block.device_class, metrics), span)
            [(updated,)] = found.fetchall()
            if updated == 0:
                self._connection.execute(statements.insert(block.device_class, metrics))
            elif updated < len(block):
                self._connection.execute(statements.insert_new(block.device_class, metrics), span)

    @contextmanager
    def _asked(self, device_class: DeviceClass, names: Sequence[DeviceId]) -> Generator[None]:
        self._prepare(device_class)
        asked = {
            "device": np.array(names, np.object_),
            "place": np.arange(len(names), dtype=np.int32),
        }
        with self._lent(statements.ASKED, asked):
            yield

    @contextmanager
    def _lent(self, view: str, columns: Mapping[str, npt.NDArray[np.generic]]) -> Generator[None]:
        """Let statements see columns as a view."""
        self._connection.register(view, columns)
        try:
            yield
        finally:
            with suppress(duckdb.Error):  # it is gone already where the transaction failed
                self._connection.unregister(view)

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._connection.begin()
        try:
            yield
            self._connection.commit()
        except BaseException:
            with suppress(duckdb.Error):  # nothing to roll back where the commit failed
                self._connection.rollback()
            raise

    @contextmanager
    def _errors_told(self) -> Generator[None]:
        try:
            with self._turn:
                yield
        except duckdb.IOException as error:
            raise StoreUnavailableError(f"{self._path}: {error}") from error
        except duckdb.Error as error:
            raise StoreError(f"{self._path}: {error}") from error


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(path, config=_SETTINGS)
    except duckdb.Error as error:
        if _LOCKED in str(error):
            raise StoreUnavailableError(
                f"{path}: in use by another process; a DuckDB file has one process at a time"
            ) from error
        raise StoreError(f"{path}: cannot be opened as a DuckDB file: {error}") from error


def _block(
    device_class: DeviceClass,
    names: Sequence[DeviceId],
    metrics: Sequence[str],
    found: Mapping[str, object],
) -> Block:
    return Block(
        device_class=device_class,
        names=names,
        devices=np.asarray(found["place"], np.int32),
        measured_at=np.asarray(found["measured_at"], np.int64),
        values={name: _values(found[name]) for name in metrics},
        flags={name: np.asarray(found[statements.flag_of(name)], np.int8) for name in metrics},
    )


def _values(column: object) -> Values:
    """Return a column of numbers, NaN where it is NULL."""
    return np.asarray(np.ma.filled(np.ma.asarray(column, np.float64), np.nan))
