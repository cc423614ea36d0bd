"""Pages of facts and of the registry, kept by their content: what does not change is kept once.

A page is the canonical bytes of a list of rows: a zone's device-days of one day, or what the
registry held. A later fact makes another page, and the earlier one stays for whom it was made.
"""

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from hashlib import sha256
from typing import Any, Final

import orjson
import sqlalchemy as sa

from analytics.closing.canonical import canonical
from analytics.deviceday import DeviceDay, EnergySource
from api.closing.tables import PAGE
from ingest.contract.metric import DeviceClass
from ingest.contract.period import instant, rfc3339
from ingest.registry.kinds import BY_ITEM
from ingest.registry.registry import Registry, id_of

FACTS: Final = "device_days"
REGISTRY: Final = "registry"
FACTORS: Final = "factors"
Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PageName:
    """What a page holds for a revision: of which kind, zone and day; empty where of none."""

    kind: str
    zone: str = ""
    day: str = ""


class PageDamagedError(Exception):
    """A page whose bytes are not what they are called by."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the page {name} is not what was written")
        self.name = name


def fact_row(fact: DeviceDay) -> dict[str, Any]:
    """Return a device-day as a row, whatever fields it has."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(fact).items()
    }


def fact_of(row: dict[str, Any]) -> DeviceDay:
    """Return the device-day that a row is of; a field that came later is None."""
    told: dict[str, Any] = {each.name: row.get(each.name) for each in fields(DeviceDay)}
    source = told["energy_source"]
    told |= {
        "day": date.fromisoformat(told["day"]),
        "device_class": DeviceClass(told["device_class"]),
        "energy_source": None if source is None else EnergySource(source),
    }
    return DeviceDay(**told)


def registry_rows(registry: Registry) -> Rows:
    """Return every entry of a registry, as it was entered."""
    return [
        {
            "change": entry.change,
            "kind": BY_ITEM[type(entry.item)].name,
            "id": id_of(entry.item),
            "valid_from": rfc3339(instant(entry.valid_from)),
            "body": BY_ITEM[type(entry.item)].write(entry.item),
        }
        for entry in registry.entries
    ]


def called(body: bytes) -> str:
    """Return what a page is called by: the SHA-256 of its bytes, in hexadecimal."""
    return sha256(body).hexdigest()


def packed(rows: Rows) -> bytes:
    """Return the bytes of a page of rows."""
    return canonical(rows)


def put(connection: sa.Connection, bodies: Mapping[str, bytes]) -> None:
    """Keep pages that are not there yet."""
    there = set(connection.scalars(sa.select(PAGE.c.sha256).where(PAGE.c.sha256.in_(bodies))))
    fresh = [
        {"sha256": name, "body": zlib.compress(body)}
        for name, body in sorted(bodies.items())
        if name not in there
    ]
    if fresh:
        connection.execute(sa.insert(PAGE), fresh)


def get(connection: sa.Connection, names: Collection[str]) -> dict[str, Rows]:
    """Return pages by name, or raise PageDamagedError."""
    found = connection.execute(sa.select(PAGE).where(PAGE.c.sha256.in_(names)))
    rows = {row.sha256: _rows(row.sha256, row.body) for row in found}
    for name in set(names) - rows.keys():
        raise PageDamagedError(name)
    return rows


def read(name: str, body: bytes) -> Rows:
    """Return a page's rows from its bytes, or raise PageDamagedError."""
    if called(body) != name:
        raise PageDamagedError(name)
    rows: Rows = orjson.loads(body)
    return rows


def by_key(rows: Iterable[dict[str, Any]], *names: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return rows by some of their fields."""
    return {tuple(str(row[name]) for name in names): row for row in rows}


def _rows(name: str, body: bytes) -> Rows:
    try:
        return read(name, zlib.decompress(body))
    except zlib.error:
        raise PageDamagedError(name) from None
