"""Facts of a day that only some device classes have: air, noise, batteries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import orjson
import pandas as pd
import sqlalchemy as sa
from pydantic import TypeAdapter

from analytics.air.days import POLLUTANTS, STATIONS, AirDay, air_days
from analytics.air.sound import NoiseDay, noise_days
from analytics.daytable import MISSING, DayTable, Integers
from analytics.lighting import battery
from analytics.lighting.battery import BatteryDay, battery_days
from analytics.pv import days as pv
from analytics.pv.days import PvDay, pv_days
from analytics.service.columns import gathered, within
from analytics.service.tables import DAY_FACT
from analytics.uptime.base import PV
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

DayFact: TypeAlias = AirDay | NoiseDay | BatteryDay | PvDay
T = TypeVar("T", AirDay, NoiseDay, BatteryDay, PvDay)
Key = tuple[DeviceId, date]

_OF_CLASS: Final[Mapping[DeviceClass, Callable[[pd.DataFrame, ZoneInfo], Iterable[DayFact]]]] = (
    MappingProxyType(
        {
            **dict.fromkeys(STATIONS, air_days),
            **dict.fromkeys(PV, lambda hours, _: pv_days(hours)),
            DeviceClass.NOISE_METER: noise_days,
            DeviceClass.STREETLIGHT: lambda hours, _: battery_days(hours),
        }
    )
)
_KINDS: Final[Mapping[type[DayFact], str]] = MappingProxyType(
    {AirDay: "air", NoiseDay: "noise", BatteryDay: "battery", PvDay: "pv"}
)

_COLUMNS: Final[Mapping[type[BatteryDay] | type[PvDay], Sequence[str]]] = MappingProxyType(
    {BatteryDay: battery.COLUMNS, PvDay: pv.COLUMNS}
)
_DAYS_AT_ONCE: Final = 16


def of_class(hours: pd.DataFrame, device_class: DeviceClass, timezone: ZoneInfo) -> list[DayFact]:
    """Return the facts that hours of one device class make; none for most classes."""
    made = _OF_CLASS.get(device_class)
    return [] if made is None else list(made(hours, timezone))


def put(connection: sa.Connection, days: Iterable[Key], facts: Iterable[DayFact]) -> None:
    """Put facts in the place of all that was known of some devices and days."""
    keys = [{"of": device, "on": day} for device, day in days]
    if keys:
        gone = sa.delete(DAY_FACT).where(
            DAY_FACT.c.device == sa.bindparam("of"), DAY_FACT.c.day == sa.bindparam("on")
        )
        connection.execute(gone, keys)
    rows = [
        {"device": fact.device, "day": fact.day, "kind": _kind(fact), "body": _written(fact)}
        for fact in facts
    ]
    if rows:
        connection.execute(sa.insert(DAY_FACT), rows)


def read(
    connection: sa.Connection,
    kind: type[T],
    *,
    first: date | None = None,
    last: date | None = None,
) -> list[T]:
    """Return the facts of a kind of some days, both included, ordered by device and day."""
    query = sa.select(DAY_FACT.c.body).where(
        DAY_FACT.c.kind.in_(_kinds(kind)), *within(DAY_FACT.c.day, first, last)
    )
    form = TypeAdapter(kind)
    found = [form.validate_json(body) for body in connection.scalars(query)]
    return sorted(found, key=attrgetter("device", "day"))


def table(
    connection: sa.Connection,
    kind: type[BatteryDay] | type[PvDay],
    *,
    first: date | None = None,
    last: date | None = None,
    only: Sequence[str] | None = None,
) -> DayTable:
    """Return the facts of a kind of some days, both included, in columns: all, or only some."""
    names = _COLUMNS[kind] if only is None else only
    query = (
        sa.select(DAY_FACT.c.day, sa.func.aggregate_strings(DAY_FACT.c.body, ",").label("bodies"))
        .where(DAY_FACT.c.kind == _KINDS[kind], *within(DAY_FACT.c.day, first, last))
        .group_by(DAY_FACT.c.day)
        .execution_options(yield_per=_DAYS_AT_ONCE)
    )
    days = ((row.day, *_columns(row.bodies, names)) for row in connection.execute(query))
    return gathered(days, names)


def _columns(bodies: str, names: Sequence[str]) -> tuple[list[str], list[Integers]]:
    facts = orjson.loads(f"[{bodies}]")
    told = ([fact.get(name) for fact in facts] for name in names)  # older ones tell of less
    numbers = ([MISSING if each is None else each for each in column] for column in told)
    devices = [fact["device"] for fact in facts]
    return devices, [np.array(column, np.int64) for column in numbers]


def _kinds(kind: type[DayFact]) -> list[str]:
    """Return what the catalog calls facts of a kind: those of air have a pollutant each."""
    name = _KINDS[kind]
    return [f"{name}:{each}" for each in POLLUTANTS] if kind is AirDay else [name]


def _kind(fact: DayFact) -> str:
    kind = _KINDS[type(fact)]
    return f"{kind}:{fact.pollutant}" if isinstance(fact, AirDay) else kind


def _written(fact: DayFact) -> str:
    return TypeAdapter(type(fact)).dump_json(fact).decode()
