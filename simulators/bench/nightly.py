"""The nightly job of a large zone, and a year of air: from facts in memory to what is shown.

4,300 lamps and 2,200 PV sets within 25 km, 61 days of facts; their last night from hours. Ten
stations with a year of hourly PM2.5, PM10 and ozone.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from time import process_time
from typing import Final

import numpy as np
import pandas as pd

from analytics.air.editions import edition_on
from analytics.air.hourly import Series, hourly_index
from analytics.condition import condition
from analytics.daytable import DayTable
from analytics.factors.grid import grid_factors
from analytics.hours import COLUMNS
from analytics.lighting.battery import BatteryDay, battery_table
from analytics.result import Basis
from analytics.uptime.base import asked_of
from analytics.uptime.days import Asked, UptimeDay, uptime_days, uptime_table
from ingest.contract.identity import DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry import model
from ingest.registry.model import Device, GridConnection, Provenance, Zone
from ingest.registry.registry import Entered, Registry
from simulators.bench.figure import Figures, Measured

LAMPS: Final = 4_300
PV_SETS: Final = 2_200
STATIONS: Final = 10
_DAYS: Final = 61
_LAST: Final = date(2026, 10, 31)
_AS_OF: Final = datetime(2026, 11, 1, 6, tzinfo=UTC)
_HOURS_A_YEAR: Final = 8_760
_ZONE: Final = Zone(
    id=ZoneId("kh-bench"),
    name="Bench",
    country="KH",
    grid="KH",
    timezone="Asia/Phnom_Penh",
    latitude=Decimal("10.6"),
    longitude=Decimal("103.5"),
)


def measure(lamps: int = LAMPS, sets: int = PV_SETS) -> Figures:
    """Measure the nightly job of one zone, and a year of ten stations' hourly indices."""
    registry = _registry(lamps, sets)
    basis = Basis(
        registry=registry,
        facts=DayTable.of([]),
        uptime=uptime_table(_uptime(registry)),
        batteries=battery_table(_batteries(registry)),
        factors=grid_factors(),
        as_of=micros(_AS_OF),
    )
    hours = _hours(registry)
    nightly = _timed(lambda: _night(registry, hours))
    shown = _timed(lambda: condition(basis, _ZONE, 0))
    air = _timed(_year_of_air)
    return {
        "last_night_from_hours": Measured(nightly, "s"),
        "condition_of_the_zone": Measured(shown, "s"),
        "nightly_job": Measured(nightly + shown, "s"),
        "year_of_hourly_indices": Measured(air, "s"),
        "devices": Measured(float(lamps + sets), "1"),
    }


def _timed(work: Callable[[], object]) -> float:
    """Return the processor time of some work: other programs do not lengthen it. [s]"""
    began = process_time()
    work()
    return process_time() - began


def _registry(lamps: int, sets: int) -> Registry:
    random = np.random.default_rng(1)
    site, gateway = SiteId("kh-bench-site"), GatewayId("kh-bench-gw")
    items: list[model.Entry] = [
        _ZONE,
        model.Site(id=site, zone=_ZONE.id, name="Bench", latitude=None, longitude=None),
        model.Gateway(id=gateway, site=site, provenance=Provenance.SIMULATED, sim=None),
    ]
    for number, (north, east) in enumerate(random.uniform(-0.09, 0.09, (lamps + sets, 2)).tolist()):
        lamp = number < lamps
        items.append(
            Device(
                id=DeviceId(f"kh-{'lamp' if lamp else 'pv'}-{number:05}"),
                gateway=gateway,
                device_class=DeviceClass.STREETLIGHT if lamp else DeviceClass.HOUSEHOLD_PV,
                profile="bench",
                painted_number=None,
                lot=f"lot-{number % 20}",
                latitude=Decimal(f"{10.6 + north:.5f}"),
                longitude=Decimal(f"{103.5 + east:.5f}"),
                interval_s=300,
                rated_power_w=Decimal(60 if lamp else 3_000),
                rated_power_basis=model.Basis.ASSUMED,
                accuracy_percent=Decimal(5),
                grid_connection=GridConnection.OFF if lamp else GridConnection.ON,
                schedule="sunset..sunrise",
                handed_over=date(2026, 1, 1),
            )
        )
    return Registry(Entered(change=1, valid_from=0, item=item) for item in items)


def _days() -> list[date]:
    return [_LAST - timedelta(days=number) for number in reversed(range(_DAYS))]


def _uptime(registry: Registry) -> Iterator[UptimeDay]:
    random = np.random.default_rng(2)
    for device in registry.devices():
        lamp = device.device_class is DeviceClass.STREETLIGHT
        for day, share in zip(_days(), random.uniform(0.2, 1.0, _DAYS).tolist(), strict=True):
            energy = round(700_000 if lamp else 15_000_000 * share)
            yield UptimeDay(
                device=device.id,
                day=day,
                device_class=device.device_class,
                base_s=43_200 if lamp else 36_000,
                up_s=43_000 if lamp else 35_900,
                down_s=0,
                excluded_s=0,
                known_down_s=0,
                counter_mwh=energy,
                gauge_mwh=energy,
                tail_s=0,
            )


def _batteries(registry: Registry) -> Iterator[BatteryDay]:
    for device in registry.devices():
        if device.device_class is DeviceClass.STREETLIGHT:
            for day in _days():
                yield BatteryDay(
                    device=device.id,
                    day=day,
                    charged_mwh=900_000,
                    served_mwh=700_000,
                    lowest_permille=400,
                    highest_permille=950,
                    lowest_mv=12_300,
                    highest_mv=13_900,
                )


def _hours(registry: Registry) -> pd.DataFrame:
    """Return the power of every device in the 24 hours of its last day."""
    noon = micros(datetime(2026, 10, 31, 5, tzinfo=UTC))
    devices = [device.id for device in registry.devices()]
    count = 24 * len(devices)
    table = {name: np.zeros(count) for name in COLUMNS}
    frame = pd.DataFrame(table).astype({"readings": "int64", "resets": "int64"})
    return frame.assign(
        device=np.repeat(devices, 24),
        hour=np.tile(noon + np.arange(24) * 3_600_000_000, len(devices)),
        metric="load_power",
        seconds=3_600.0,
        positive_s=3_600.0,
        integral=216_000.0,
        day=_LAST,
    )


def _night(registry: Registry, hours: pd.DataFrame) -> None:
    """Compute the last day of every device, class by class."""
    for device_class, metric in (
        (DeviceClass.STREETLIGHT, "load_power"),
        (DeviceClass.HOUSEHOLD_PV, "active_power"),
    ):
        devices = [each for each in registry.devices() if each.device_class is device_class]
        asked = {
            (device.id, _LAST): Asked(span=asked_of(registry, _ZONE, device, [_LAST])[0])
            for device in devices
        }
        own = hours[hours["device"].isin({device.id for device in devices})]
        uptime_days(own.assign(metric=metric), device_class=device_class, asked=asked)


def _year_of_air() -> None:
    random = np.random.default_rng(3)
    asked = edition_on("us_epa", _LAST)
    for _ in range(STATIONS):
        for pollutant, averaging in (("pm25", "24h"), ("pm10", "24h"), ("o3", "8h")):
            level = np.abs(random.normal(0, 1, _HOURS_A_YEAR).cumsum()) % 180
            hourly_index(
                asked,
                averaging,
                Series(
                    pollutant=pollutant,
                    unit="ug/m3",
                    reference_c=None if pollutant != "o3" else Fraction(25),
                    hours=[round(each * 1e6) for each in level.tolist()],
                ),
            )
