"""Hand-made device-days, and judging the last of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from analytics.air.days import AirDay
from analytics.faults.daily import Judged
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.lampdays import lamp_days
from analytics.faults.nightly import judge_lamps, judge_sets, judge_stations
from analytics.faults.setdays import set_days
from analytics.faults.stationdays import station_days
from analytics.lighting.battery import BatteryDay
from analytics.pv.days import PvDay
from analytics.uptime.days import UptimeDay
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from tests.analytics.faults.zone import lamps, sets, stations
from tests.builders import a_pv_set, an_uptime_day

FIRST = date(2026, 8, 1)
NIGHT_S = 43_200
_KWH = 1_000_000


def day(number: int) -> date:
    """Return a day, counted from the first one."""
    return FIRST + timedelta(days=number)


def noon_of(number: int) -> int:
    """Return noon UTC of a day, in microseconds."""
    return micros(datetime.combine(day(number), time(12), tzinfo=UTC))


def a_night(number: int, lamp: int, *, up: int = NIGHT_S, down: int = 0) -> UptimeDay:
    """Return a lamp's night of twelve hours."""
    return an_uptime_day(
        f"kh-lamp-{lamp}", day(number), base_s=NIGHT_S, up_s=up, down_s=down, known_down_s=down
    )


def a_battery(number: int, lamp: int, **changed: object) -> BatteryDay:
    """Return a battery's day: 720 Wh out of 1,440, from full to half full."""
    sound = BatteryDay(
        device=DeviceId(f"kh-lamp-{lamp}"),
        day=day(number),
        charged_mwh=720_000,
        served_mwh=720_000,
        lowest_permille=500,
        highest_permille=1_000,
        lowest_mv=12_900,
        highest_mv=13_700,
    )
    return replace(sound, **changed)  # type: ignore[arg-type]


def judged_lamps(
    days: int,
    *,
    nights: Mapping[tuple[int, int], UptimeDay | None] | None = None,
    batteries: Mapping[tuple[int, int], BatteryDay] | None = None,
    charge: Callable[[int, int], float] = lambda _number, _lamp: 1.0,
    standing: Sequence[Fault] = (),
    count: int = 8,
) -> list[Fault]:
    """Judge the last of some nights of lamps that are sound where nothing else is said."""
    nights, batteries = nights or {}, batteries or {}
    cells = [(number, lamp) for number in range(days) for lamp in range(count)]
    uptime = [nights.get(cell, a_night(*cell)) for cell in cells]
    table = lamp_days(
        lamps(count),
        [day(number) for number in range(days)],
        uptime=[night for night in uptime if night is not None],
        batteries=[batteries.get(cell, a_battery(*cell)) for cell in cells],
        charge={
            (DeviceId(f"kh-lamp-{lamp}"), day(number)): charge(number, lamp)
            for number, lamp in cells
        },
    )
    return judge_lamps(table, _judged(days, standing))


def judged_sets(
    days: int,
    yields: Callable[[int, int], float],
    *,
    standing: Sequence[Fault] = (),
    count: int = 8,
    flat_hours: int = 0,
) -> list[Fault]:
    """Judge the last of some days of PV sets, of which each gave so many kWh per kWp."""
    fleet, known = sets(count), list(range(days))
    devices = [a_pv_set(name) for name in fleet.names]
    cells = [(number, place) for number in known for place in range(count)]
    uptime = [
        _a_day(fleet, number, place, round(10 * _KWH * yields(number, place)))
        for number, place in cells
    ]
    facts = [
        PvDay(
            device=fleet.names[place],
            day=day(number),
            highest_w=9_600,
            flat_hours=flat_hours,
            irradiation_wh_m2=None,
        )
        for number, place in cells
    ]
    positions = [(10.6, 103.5 + place / 1_000) for place in range(count)]
    table = set_days(fleet, devices, positions, [day(n) for n in known], uptime=uptime, facts=facts)
    return judge_sets(table, _judged(days, standing))


def judged_stations(days: int, hours: Callable[[int, int, int], float]) -> list[Fault]:
    """Judge the last of some days of four stations, by their hourly means of ozone."""
    fleet = stations(4)
    facts = [
        AirDay(
            device=fleet.names[place],
            day=day(number),
            pollutant="o3",
            hours=tuple(round(1e6 * hours(number, place, hour)) for hour in range(24)),
        )
        for number in range(days)
        for place in range(4)
    ]
    table = station_days(fleet, [day(number) for number in range(days)], facts)
    return judge_stations(table, _judged(days, ()))


def _a_day(fleet: Fleet, number: int, place: int, mwh: int) -> UptimeDay:
    return an_uptime_day(
        fleet.names[place],
        day(number),
        device_class=DeviceClass.SCHOOL_PV,
        base_s=36_000,
        up_s=36_000,
        counter_mwh=mwh,
        gauge_mwh=mwh,
    )


def _judged(days: int, standing: Sequence[Fault]) -> Judged:
    return Judged(day=day(days - 1), now=0, standing=standing)


def named(faults: Sequence[Fault]) -> list[tuple[str, str]]:
    """Return which faults of which devices are open."""
    return [(fault.rule, fault.subject) for fault in faults if fault.cleared_at is None]


def unrest(number: int, place: int) -> float:
    """Return a percent or so that differs from device to device and day to day."""
    chance = np.random.default_rng([number, place])
    return float(chance.normal(0, 0.01))
