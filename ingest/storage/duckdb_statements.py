"""The SQL of the DuckDB store. Names of tables and columns come from the metric catalogue alone."""

# ruff: noqa: S608

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from ingest.contract.metric import DeviceClass

ARRIVING: Final = "arriving"  # rows to be kept: device, measured_at, values and flags
ASKED: Final = "asked"  # devices in question and their places in order: device, place


def flag_of(metric: str) -> str:
    """Return the name of the column that holds a metric's flags."""
    return f"{metric}_q"


def create(device_class: DeviceClass, metrics: Iterable[str]) -> str:
    """Make a class's table where there is none."""
    columns = "".join(
        f', "{name}" DOUBLE, "{flag_of(name)}" TINYINT NOT NULL DEFAULT 0' for name in metrics
    )
    return (
        f'CREATE TABLE IF NOT EXISTS "{device_class}"'
        f" (device VARCHAR NOT NULL, measured_at BIGINT NOT NULL{columns})"
    )


def columns(device_class: DeviceClass) -> str:
    """Name a table's columns."""
    return (
        "SELECT column_name FROM duckdb_columns()"
        f" WHERE schema_name = 'main' AND table_name = '{device_class}'"
    )


def grow(device_class: DeviceClass, metric: str) -> Sequence[str]:
    """Give a table a metric that it does not have."""
    table = f'ALTER TABLE "{device_class}" ADD COLUMN IF NOT EXISTS'
    return (
        f'{table} "{metric}" DOUBLE',
        f'{table} "{flag_of(metric)}" TINYINT DEFAULT 0',
    )


def update(device_class: DeviceClass, metrics: Collection[str]) -> str:
    """Lay the arriving readings over those of rows that are there, and count these rows."""
    changes = ", ".join(
        f'"{column}" = CASE WHEN new."{flag}" <> 0 THEN new."{column}" ELSE old."{column}" END'
        for name in metrics
        for flag in (flag_of(name),)
        for column in (name, flag)
    )
    return (
        f'UPDATE "{device_class}" AS old SET {changes} FROM {ARRIVING} AS new'
        " WHERE old.device = new.device AND old.measured_at = new.measured_at"
        " AND old.measured_at BETWEEN $low AND $high"
    )


def insert(device_class: DeviceClass, metrics: Collection[str]) -> str:
    """Keep all arriving rows, of which none is there."""
    listed = _quoted(["device", "measured_at", *_columns(metrics)])
    return f'INSERT INTO "{device_class}" ({listed}) SELECT {listed} FROM {ARRIVING}'


def insert_new(device_class: DeviceClass, metrics: Collection[str]) -> str:
    """Keep the arriving rows that are not there."""
    return (
        f"{insert(device_class, metrics)} ANTI JOIN (SELECT device, measured_at"
        f' FROM "{device_class}" WHERE measured_at BETWEEN $low AND $high)'
        " USING (device, measured_at)"
    )


def read(device_class: DeviceClass, metrics: Sequence[str]) -> str:
    """Read what the asked devices measured from start to before end, in order."""
    spoken = " OR ".join(f'"{flag_of(name)}" <> 0' for name in metrics)
    return (
        f'SELECT place, measured_at, {_quoted(_columns(metrics))} FROM "{device_class}"'
        f" JOIN {ASKED} USING (device) WHERE measured_at >= $start AND measured_at < $end"
        f" AND ({spoken}) ORDER BY place, measured_at"
    )


def latest(device_class: DeviceClass, metrics: Sequence[str]) -> str:
    """Read, in order, the asked devices' rows that hold the last reading of some metric.

    Instants first, then rows: several times faster than taking values along through `arg_max`.
    """
    last = ", ".join(
        f'max(CASE WHEN "{flag_of(name)}" <> 0 THEN measured_at END) AS "{name}"'
        for name in metrics
    )
    return (
        f'WITH last AS (SELECT device, {last} FROM "{device_class}"'
        f" JOIN {ASKED} USING (device) GROUP BY device),"
        " instants AS (SELECT DISTINCT device, measured_at FROM"
        f" (UNPIVOT last ON {_quoted(metrics)} INTO NAME metric VALUE measured_at))"
        f" SELECT place, measured_at, {_quoted(_columns(metrics))}"
        f' FROM "{device_class}" JOIN {ASKED} USING (device)'
        " SEMI JOIN instants USING (device, measured_at) ORDER BY place, measured_at"
    )


def _columns(metrics: Iterable[str]) -> list[str]:
    return [column for name in metrics for column in (name, flag_of(name))]


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
