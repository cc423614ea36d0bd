"""The whole programme's month as PDF, XLSX and CSV: 2,000 devices in 40 zones, from the catalog."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from analytics.deviceday import DeviceDay, EnergySource
from analytics.periods import Days, parse_period
from analytics.scopes import PROGRAMME
from analytics.service import facts
from analytics.service.facts import Progress
from api.catalog import ready_catalog
from api.reports.compute import compute, document
from dashboards.report.formats import Form, Format, written
from ingest.contract.identity import DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.home import Home
from ingest.registry.model import (
    AidBatch,
    Basis,
    Device,
    Entry,
    Gateway,
    GridConnection,
    Lot,
    Provenance,
    Site,
    Zone,
)
from ingest.registry.tables import append, load
from simulators.bench.figure import Figures, Measured

ZONES: Final = 40
DEVICES_A_ZONE: Final = 50
_DAYS: Final = parse_period("2026-10")
_NOW: Final = datetime(2026, 11, 3, tzinfo=UTC)
_HANDED_OVER: Final = date(2026, 1, 15)


@dataclass(frozen=True, slots=True)
class Taken:
    """How long a format took, from the catalog to its bytes."""

    seconds: float
    size: int


def measure(zones: int = ZONES, devices_a_zone: int = DEVICES_A_ZONE) -> Figures:
    """Write each format once, the first time in its process as every time on a command line."""
    with tempfile.TemporaryDirectory() as directory:
        catalog = ready_catalog(Home.create(Path(directory) / "home").catalog_url({}))
        try:
            _fill(catalog, zones, devices_a_zone)
            taken = {each: _take(catalog, each) for each in (Format.PDF, Format.XLSX, Format.CSV)}
        finally:
            catalog.dispose()
    return _told(taken) | {"devices": Measured(zones * devices_a_zone, "1")}


def _told(taken: Mapping[Format, Taken]) -> dict[str, Measured]:
    seconds = {f"{name}_seconds": Measured(each.seconds, "s") for name, each in taken.items()}
    return seconds | {f"{name}_bytes": Measured(each.size, "By") for name, each in taken.items()}


def _take(catalog: sa.Engine, name: Format) -> Taken:
    began = time.perf_counter()
    with catalog.connect() as connection:
        found = compute(connection, load(connection), PROGRAMME, _DAYS)
    content = written(document(found, software="bench"), Form(format=name, language="en"))
    return Taken(time.perf_counter() - began, len(content))


def _fill(catalog: sa.Engine, zones: int, devices_a_zone: int) -> None:
    with catalog.begin() as connection:
        devices = put_registry(connection, zones, devices_a_zone)
        found = [day for each in devices for day in days_of(each, _DAYS)]
        facts.put_device_days(connection, found)
        reached = Progress(changes=1, hours=1, since=micros(_NOW), as_of=micros(_NOW))
        facts.put_progress(connection, reached)


def put_registry(connection: sa.Connection, zones: int, devices_a_zone: int) -> list[Device]:
    """Enter the zones and their equipment; return the devices."""
    entries = [
        (micros(datetime(2026, 1, 1, tzinfo=UTC)), entry)
        for number in range(zones)
        for entry in _zone(number, devices_a_zone)
    ]
    append(connection, entries, actor="bench", source="bench", known_at=_NOW)
    return [entry for _, entry in entries if isinstance(entry, Device)]


def days_of(device: Device, days: Days) -> Iterator[DeviceDay]:
    """Yield what a device did, every day the same."""
    lamp = device.device_class is DeviceClass.STREETLIGHT
    for day in days:
        yield DeviceDay(
            device=device.id,
            day=day,
            device_class=device.device_class,
            records=288,
            covered_s=86_400,
            energy_mwh=600_000 if lamp else 20_000_000,
            energy_source=EnergySource.COUNTER,
            lit_s=36_000 if lamp else None,
        )


def _zone(number: int, devices: int) -> Iterator[Entry]:
    zone, site, gateway = f"kh-{number:02}", f"kh-{number:02}-site", f"kh-{number:02}-gw"
    yield Zone(
        id=ZoneId(zone),
        name=zone,
        country="KH",
        grid="KH",
        timezone="Asia/Phnom_Penh",
        latitude=Decimal("10.6"),
        longitude=Decimal("103.5") + Decimal(number) / 100,
    )
    yield Site(id=SiteId(site), zone=ZoneId(zone), name=site, latitude=None, longitude=None)
    yield Gateway(
        id=GatewayId(gateway), site=SiteId(site), provenance=Provenance.SIMULATED, sim=None
    )
    yield AidBatch(id=f"{zone}-batch", name=zone, country="KH", signed=None, source="bench")
    yield _lot(zone, devices)
    for index in range(devices):
        yield _device(zone, gateway, index)


def _lot(zone: str, quantity: int) -> Lot:
    return Lot(
        id=f"{zone}-lot",
        aid_batch=f"{zone}-batch",
        zone=ZoneId(zone),
        device_class=DeviceClass.STREETLIGHT,
        quantity=quantity,
        signed=None,
        shipped=None,
        accepted=None,
        handed_over=_HANDED_OVER,
        installed=None,
        rated_power_w=Decimal(60),
        rated_power_basis=Basis.ASSUMED,
        source="bench",
    )


def _device(zone: str, gateway: str, index: int) -> Device:
    lamp = index % 2 == 0
    return Device(
        id=DeviceId(f"{zone}-{index:03}"),
        gateway=GatewayId(gateway),
        device_class=DeviceClass.STREETLIGHT if lamp else DeviceClass.SCHOOL_PV,
        profile="bench",
        painted_number=None,
        lot=f"{zone}-lot" if lamp else None,
        latitude=None,
        longitude=None,
        interval_s=300,
        rated_power_w=Decimal(60 if lamp else 10_000),
        rated_power_basis=Basis.ASSUMED if lamp else Basis.NAMEPLATE,
        accuracy_percent=Decimal(2),
        grid_connection=GridConnection.OFF if lamp else GridConnection.ON,
        schedule="18:00..04:00",
        handed_over=_HANDED_OVER,
    )
