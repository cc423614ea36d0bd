"""A year of the whole programme: hours to device-days to figures, at three sizes.

Every device that was announced, with a day of hours that repeats; reading the hours' file and
writing the facts are in it. Figures are taken from device-days on disk.
"""

import resource
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np
import pandas as pd
import sqlalchemy as sa

from analytics.deviceday import ENERGY, device_days
from analytics.factors.grid import Role, look_up
from analytics.hours import COLUMNS, RECORD
from analytics.periods import Days, parse_period
from analytics.result import ZoneResult, period_window, zone_result
from analytics.service import facts
from analytics.service.basis import read_basis
from analytics.service.facts import Progress
from analytics.service.hourfiles import HourFiles
from analytics.service.ownfactors import enter
from analytics.service.tables import METADATA
from ingest.catalog import open_catalog
from ingest.contract.identity import DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period, micros
from ingest.registry.model import (
    Basis,
    Device,
    Entry,
    Gateway,
    GridConnection,
    Provenance,
    Site,
    Zone,
)
from ingest.registry.registry import Entered, Registry
from ingest.registry.tables import METADATA as REGISTRY
from simulators.bench.figure import Figures, Measured

PIECES: Final = {  # as announced: 6,722 in Cambodia, 2,033 in Laos
    "kh": {
        DeviceClass.STREETLIGHT: 4_300,
        DeviceClass.SCHOOL_PV: 200,
        DeviceClass.HOUSEHOLD_PV: 2_000,
        DeviceClass.E_MOTORBIKE: 200,
        DeviceClass.AIR_STATION: 10,
        DeviceClass.FLUE_GAS_ANALYZER: 10,
        DeviceClass.MOBILE_AIR_STATION: 2,
    },
    "la": {
        DeviceClass.STREETLIGHT: 2_000,
        DeviceClass.AIR_STATION: 5,
        DeviceClass.BUS: 12,
        DeviceClass.TRUCK: 8,
        DeviceClass.CAR: 8,
    },
}
_YEAR: Final = 2026
_FIRST: Final = date(_YEAR, 1, 1)
_DAYS_ON_FILE: Final = 6  # more than are kept in memory
_DAY_US: Final = 24 * HOUR_US
_SIZES: Final = (1, 2, 4)  # quarters of what is asked
_POSITIONS: Final = {"kh": ("10.61", "103.53"), "la": ("17.98", "102.63")}


def measure(days: int = 365) -> Figures:
    """Compute a year, then a month of it, and the year again with another factor."""
    registry = a_registry()
    with tempfile.TemporaryDirectory() as directory:
        catalog = open_catalog(f"sqlite:{directory}/catalog.db")
        METADATA.create_all(catalog)
        REGISTRY.create_all(catalog)
        try:
            return {
                **_first_computation(Path(directory), catalog, registry, days),
                **_figures(catalog, registry, days),
                "resident_at_most": Measured(_resident_mb(), "MBy"),
            }
        finally:
            catalog.dispose()


def a_registry(share: int = 1) -> Registry:
    """Return the programme's equipment, or one in so many of each class."""
    items = [
        item
        for country, pieces in PIECES.items()
        for item in _zone(country, {name: -(-count // share) for name, count in pieces.items()})
    ]
    return Registry(Entered(change=1, valid_from=0, item=item) for item in items)


def _zone(country: str, pieces: dict[DeviceClass, int]) -> Iterator[Entry]:
    latitude, longitude = map(Decimal, _POSITIONS[country])
    zone, site = ZoneId(f"bench-{country}"), SiteId(f"bench-{country}-site")
    yield Zone(
        id=zone,
        name=country.upper(),
        country=country.upper(),
        grid=country.upper(),
        timezone="Asia/Bangkok",
        latitude=latitude,
        longitude=longitude,
    )
    yield Site(id=site, zone=zone, name=country, latitude=None, longitude=None)
    yield Gateway(
        id=GatewayId(f"bench-{country}-gw"), site=site, provenance=Provenance.SIMULATED, sim=None
    )
    for device_class, count in pieces.items():
        for number in range(count):
            yield _device(country, device_class, number)


def _device(country: str, device_class: DeviceClass, number: int) -> Device:
    lamp = device_class is DeviceClass.STREETLIGHT
    return Device(
        id=DeviceId(f"bench-{country}-{device_class}-{number:04}"),
        gateway=GatewayId(f"bench-{country}-gw"),
        device_class=device_class,
        profile="bench",
        painted_number=None,
        lot=None,
        latitude=None,
        longitude=None,
        interval_s=300,
        rated_power_w=Decimal(60) if lamp else None,
        rated_power_basis=Basis.NAMEPLATE if lamp else None,
        accuracy_percent=Decimal(5),
        grid_connection=GridConnection.OFF if lamp else GridConnection.ON,
        schedule="sunset..sunrise" if lamp else "",
        handed_over=date(2025, 1, 1),
    )


def _first_computation(
    directory: Path, catalog: sa.Engine, registry: Registry, days: int
) -> dict[str, Measured]:
    """Make device-days of hours, day by day, and say how long the first quarters took."""
    groups = list(_groups(registry))
    files = HourFiles(directory / "hours")
    for zone, device_class, devices in groups:
        _write_hours(files, zone, device_class, devices)
    pieces = sum(len(devices) for _, _, devices in groups)
    told: dict[str, Measured] = {}
    start = perf_counter()
    for number in range(days):
        for zone, device_class, _ in groups:
            on_file = number % _DAYS_ON_FILE * _DAY_US
            hours = files.read(zone, device_class, Period(on_file, on_file + _DAY_US))
            found = device_days(
                hours.assign(day=_FIRST + timedelta(days=number)), device_class=device_class
            )
            with catalog.begin() as connection:
                facts.put_device_days(connection, found)
        for quarters in _SIZES:
            if number + 1 == days * quarters // _SIZES[-1]:
                name = f"device_days_{pieces * (number + 1)}"
                told[name] = Measured(perf_counter() - start, "s")
    files.close()
    return told


def _write_hours(
    files: HourFiles, zone: ZoneId, device_class: DeviceClass, devices: list[DeviceId]
) -> None:
    hours = a_day_of_hours(device_class, devices)
    for number in range(_DAYS_ON_FILE):
        own = hours.assign(hour=hours["hour"] + number * _DAY_US)
        keys = list(zip(own["device"], own["hour"], strict=True))
        files.replace(zone, device_class, keys, own)


def _groups(registry: Registry) -> Iterator[tuple[ZoneId, DeviceClass, list[DeviceId]]]:
    for zone in registry.zones():
        by_class: dict[DeviceClass, list[DeviceId]] = {}
        for device in registry.devices_of_zone(zone.id):
            by_class.setdefault(device.device_class, []).append(device.id)
        for device_class, devices in by_class.items():
            yield zone.id, device_class, devices


def a_day_of_hours(device_class: DeviceClass, devices: list[DeviceId]) -> pd.DataFrame:
    """Return 24 hours of what a class's energy is read from, for each device."""
    source = ENERGY.get(device_class)
    names = [RECORD, "reachable"]
    if source is not None:
        told = (source.power, source.counter, source.distance)
        names += [name for name in told if name is not None]
    rows = pd.MultiIndex.from_product(
        [devices, [hour * HOUR_US for hour in range(24)], sorted(names)],
        names=["device", "hour", "metric"],
    ).to_frame(index=False)
    lit = np.asarray(rows["hour"]) >= 12 * HOUR_US
    values: dict[str, Any] = {
        "readings": 12,
        "seconds": 3_600.0,
        "positive_s": np.where(lit, 3_600.0, 0.0),
        "integral": np.where(lit, 60.0 * 3_600, 0.0),
        "minimum": 0.0,
        "maximum": 60.0,
        "increase": 0.25,
        "bridged": 0.0,
        "running": 100.0,
        "resets": 0,
    }
    return rows.assign(**values)[list(COLUMNS)].astype(dict(COLUMNS))


def _figures(catalog: sa.Engine, registry: Registry, days: int) -> dict[str, Measured]:
    last = _FIRST + timedelta(days=days - 1)
    now = micros(datetime.combine(last + timedelta(days=3), datetime.min.time(), UTC))
    with catalog.begin() as connection:
        reached = Progress(
            changes=1, hours=1, since=micros(datetime(_YEAR, 1, 1, tzinfo=UTC)), as_of=now
        )
        facts.put_progress(connection, reached)
    year = Days(label="year", first=_FIRST, last=last)
    month = parse_period(f"{_FIRST:%Y-%m}")
    _timed(catalog, registry, month)  # the sun of these nights, once
    told = {
        "figures_of_a_month": _timed(catalog, registry, month),
        "figures_of_the_year": _timed(catalog, registry, year),
    }
    with catalog.begin() as connection:
        basis = read_basis(connection, registry, days=month)
        role = Role.CM_ENERGY_EFFICIENCY
        factor = look_up(basis.factors, country="KH", role=role, on=last)
        enter(
            connection,
            replace(factor, value=Decimal("0.6"), source="a ministry"),
            actor="bench",
            known_at=datetime(_YEAR, 1, 1, tzinfo=UTC),
        )
    return told | {"year_after_a_factors_change": _timed(catalog, registry, year)}


def _timed(catalog: sa.Engine, registry: Registry, days: Days) -> Measured:
    start = perf_counter()
    results(catalog, registry, days)
    return Measured(perf_counter() - start, "s")


def results(catalog: sa.Engine, registry: Registry, days: Days) -> list[ZoneResult]:
    """Return the results of all zones from what the catalog holds, read anew."""
    with catalog.connect() as connection:
        basis = read_basis(connection, registry, days=days)
    return [zone_result(basis, zone, period_window(zone, days)) for zone in registry.zones()]


def _resident_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
