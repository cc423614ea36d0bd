"""What a day that has passed says of a zone's devices of one class, from facts in the catalog."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa

from analytics.air.days import AirDay
from analytics.days import span_of
from analytics.faults.charging import charge_ratios
from analytics.faults.daily import Judged
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.lampdays import lamp_days
from analytics.faults.nightly import judge_lamps, judge_sets, judge_stations
from analytics.faults.seen import seen
from analytics.faults.setdays import set_days
from analytics.faults.stationdays import station_days
from analytics.lighting.battery import BatteryDay
from analytics.pv.days import PvDay
from analytics.service import dayfacts
from analytics.service.tables import CHARGE_DAY
from analytics.service.uptime import uptime_days
from analytics.uptime.base import PV
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.registry import Registry
from ingest.storage.port import ReadingStore

_DAYS: Final = 62  # a normal, and a little before it
_CHARGE: Final = ("battery_soc", "pv_power")


def judged_day(
    catalog: sa.Engine,
    store: ReadingStore,
    registry: Registry,
    fleet: Fleet,
    *,
    day: date,
    now: int,
    known: Sequence[Fault],
) -> list[Fault]:
    """Return faults that are new or changed by a day, of the rules that look at device-days."""
    days = [day - timedelta(days=back) for back in reversed(range(_DAYS))]
    names = set(fleet.names)
    judged = Judged(day=day, now=now, standing=[f for f in known if f.subject in names])
    if fleet.device_class is DeviceClass.STREETLIGHT:
        return _lamps(catalog, store, fleet, days, judged)
    if fleet.device_class in PV:
        return _sets(catalog, registry, fleet, days, judged)
    if fleet.device_class is DeviceClass.AIR_STATION:
        with catalog.connect() as connection:
            facts = dayfacts.read(connection, AirDay, first=days[0], last=day)
        return judge_stations(station_days(fleet, days, facts), judged)
    return []


def _lamps(
    catalog: sa.Engine,
    store: ReadingStore,
    fleet: Fleet,
    days: Sequence[date],
    judged: Judged,
) -> list[Fault]:
    ratios = _measured(store, fleet, judged.day)
    with catalog.begin() as connection:
        _put_ratios(connection, judged.day, ratios)
        charge = _ratios(connection, days[0])
    with catalog.connect() as connection:
        uptime = uptime_days(connection, days[0], judged.day)
        batteries = dayfacts.read(connection, BatteryDay, first=days[0], last=judged.day)
    own = [each for each in batteries if each.device in ratios]
    lamps = lamp_days(fleet, days, uptime=uptime, batteries=own, charge=charge)
    return judge_lamps(lamps, judged)


def _sets(
    catalog: sa.Engine, registry: Registry, fleet: Fleet, days: Sequence[date], judged: Judged
) -> list[Fault]:
    devices = [each for name in fleet.names if (each := registry.device(name)) is not None]
    places = [registry.position_of(device) for device in devices]
    with catalog.connect() as connection:
        uptime = uptime_days(connection, days[0], judged.day)
        facts = dayfacts.read(connection, PvDay, first=days[0], last=judged.day)
    sets = set_days(
        fleet,
        devices,
        [(float(latitude), float(longitude)) for latitude, longitude in places],
        days,
        uptime=uptime,
        facts=facts,
    )
    return judge_sets(sets, judged)


def _measured(store: ReadingStore, fleet: Fleet, day: date) -> dict[DeviceId, float]:
    """Return how panels charged on a day, NaN where it cannot be told: from noon to noon."""
    span = span_of(day, ZoneInfo(fleet.timezone), fleet.device_class)
    block = store.read(fleet.device_class, fleet.names, span, _CHARGE)
    ratios = charge_ratios(seen(fleet, block, 0))
    return dict(zip(fleet.names, ratios.tolist(), strict=True))


def _put_ratios(connection: sa.Connection, day: date, ratios: dict[DeviceId, float]) -> None:
    gone = sa.delete(CHARGE_DAY).where(
        CHARGE_DAY.c.day == day, CHARGE_DAY.c.device == sa.bindparam("of")
    )
    connection.execute(gone, [{"of": device} for device in ratios])
    rows = [
        {"device": device, "day": day, "permille": round(1_000 * ratio)}
        for device, ratio in ratios.items()
        if not np.isnan(ratio)
    ]
    if rows:
        connection.execute(sa.insert(CHARGE_DAY), rows)


def _ratios(connection: sa.Connection, first: date) -> dict[tuple[DeviceId, date], float]:
    query = sa.select(CHARGE_DAY).where(CHARGE_DAY.c.day >= first)
    return {
        (DeviceId(row.device), row.day): row.permille / 1_000 for row in connection.execute(query)
    }
