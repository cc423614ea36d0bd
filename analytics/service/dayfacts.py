"""Facts of a day that only some device classes have: air, noise, batteries."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import pandas as pd
import sqlalchemy as sa
from pydantic import TypeAdapter

from analytics.air.days import STATIONS, AirDay, air_days
from analytics.air.sound import NoiseDay, noise_days
from analytics.lighting.battery import BatteryDay, battery_days
from analytics.pv.days import PvDay, pv_days
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
    query = sa.select(DAY_FACT.c.body).where(DAY_FACT.c.kind.startswith(_KINDS[kind]))
    if first is not None:
        query = query.where(DAY_FACT.c.day >= first)
    if last is not None:
        query = query.where(DAY_FACT.c.day <= last)
    form = TypeAdapter(kind)
    found = [form.validate_json(body) for body in connection.scalars(query)]
    return sorted(found, key=attrgetter("device", "day"))


def _kind(fact: DayFact) -> str:
    kind = _KINDS[type(fact)]
    return f"{kind}:{fact.pollutant}" if isinstance(fact, AirDay) else kind


def _written(fact: DayFact) -> str:
    return TypeAdapter(type(fact)).dump_json(fact).decode()
