"""The device-days of a period as a table, streamed: as a revision keeps them, else as they are."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
import sqlalchemy as sa

from analytics.deviceday import DeviceDay
from analytics.periods import Days
from analytics.report import Scope
from analytics.service import facts
from api.closing import pages, revisions
from api.closing.making import devices_of
from api.closing.pages import FACTS, fact_row
from api.closing.revisions import Revision
from api.reports.compute import zones_in
from api.reports.part import in_scope
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry

_FACT: Final = tuple(each.name for each in fields(DeviceDay))
COLUMNS: Final = ("zone", "country", "lot", "provenance", *_FACT)
_TEXTS: Final = (
    *("zone", "country", "lot", "provenance", "device", "device_class"),
    "energy_source",
)
_TYPES: Final = dict.fromkeys(_TEXTS, "VARCHAR") | {"day": "DATE"}
_AT_ONCE: Final = 1 << 16  # characters of a piece
Told = Mapping[str, Any]


def rows(
    connection: sa.Connection,
    registry: Registry,
    scope: Scope,
    days: Days,
    pinned: Revision | None,
) -> Iterator[Told]:
    """Yield the device-days of a period, day by day, so that memory stays flat."""
    about = _about(registry, scope, days)
    for day in days:
        found = _live(connection, day) if pinned is None else _kept(connection, pinned, day)
        for row in found:
            if row["device"] in about:
                yield {**about[row["device"]], **row}


def as_csv(found: Iterator[Told]) -> Iterator[bytes]:
    """Yield a table of rows in pieces."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in found:
        writer.writerow(dict(row))
        if out.tell() >= _AT_ONCE:
            yield out.getvalue().encode()
            out.seek(0)
            out.truncate()
    yield out.getvalue().encode()


def as_parquet(found: Iterator[Told]) -> bytes:
    """Return a table of rows as Parquet; the same rows are the same bytes."""
    with TemporaryDirectory(prefix="zonewatch-export-") as folder:
        source, target = Path(folder) / "days.csv", Path(folder) / "days.parquet"
        with source.open("wb") as file:
            file.writelines(as_csv(found))
        types = {name: _TYPES.get(name, "BIGINT") for name in COLUMNS}
        with duckdb.connect(":memory:", config={"threads": 1}) as database:
            table = database.read_csv(str(source), header=True, dtype=types)
            table.write_parquet(str(target), compression="zstd")
        return target.read_bytes()


def _about(registry: Registry, scope: Scope, days: Days) -> dict[str, Told]:
    part = in_scope(registry, scope)
    return {
        device.id: _of(registry, zone, device)
        for zone in zones_in(registry, scope)
        for device in devices_of(part, zone, days)
    }


def _of(registry: Registry, zone: Zone, device: Device) -> Told:
    return {
        "zone": zone.id,
        "country": zone.country,
        "lot": device.lot,
        "provenance": registry.provenance_of(device),
    }


def _live(connection: sa.Connection, day: date) -> Iterator[Told]:
    yield from map(fact_row, facts.device_days(connection, first=day, last=day))


def _kept(connection: sa.Connection, pinned: Revision, day: date) -> Iterator[Told]:
    told = day.isoformat()
    names = {
        digest
        for name, digest in revisions.pinned(connection, pinned.id, days=(told, told)).items()
        if name.kind == FACTS
    }
    found = pages.get(connection, names)
    yield from sorted(
        (row for page in found.values() for row in page), key=lambda row: str(row["device"])
    )
