"""A small programme by hand: a simulated zone, a recorded one, and one without devices.

Two local days and nights from 2026-10-01, so that every figure can be computed on paper.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from analytics.deviceday import DeviceDay, EnergySource
from analytics.service import facts, uptime
from analytics.service.alarmtables import METADATA as ANALYTICS
from analytics.service.facts import Progress
from api.accounts.actor import Actor
from api.accounts.port import VISITOR, NobodyKnown
from api.closing.tables import METADATA as CLOSING
from api.sources import Sources
from api.tables import METADATA as API
from ingest import ledger
from ingest.audit.tables import AUDIT_HEAD
from ingest.audit.tables import METADATA as AUDIT
from ingest.contract.clock import ManualClock
from ingest.contract.identity import BootId, DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges
from ingest.ledger import BootAccount, Settlement
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
from ingest.registry.registry import Entered, Registry
from ingest.registry.tables import METADATA as REGISTRY
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from ingest.tables import METADATA as INGEST
from ingest.tables import PRESENCE, QUARANTINE
from tests.builders import an_uptime_day
from tests.catalogs import closed_at_the_end

SINCE = datetime(2026, 9, 30, 17, tzinfo=UTC)  # midnight in Phnom Penh and in Vientiane
NOW = datetime(2026, 10, 2, 17, tzinfo=UTC)
FIRST, SECOND = date(2026, 10, 1), date(2026, 10, 2)
FIVE_MINUTES = 300_000_000  # microseconds

A_SOURCE = "a public announcement"


def a_zone(name: str, country: str, title: str, latitude: str, longitude: str) -> Zone:
    return Zone(
        id=ZoneId(name),
        name=title,
        country=country,
        grid=country,
        timezone="Asia/Phnom_Penh",
        latitude=Decimal(latitude),
        longitude=Decimal(longitude),
    )


def a_device(
    name: str,
    device_class: DeviceClass = DeviceClass.SCHOOL_PV,
    *,
    gateway: str = "kh-gw",
    grid: GridConnection = GridConnection.ON,
    painted: str | None = None,
    lot: str | None = None,
    offset: str = "0",
) -> Device:
    lamp = device_class is DeviceClass.STREETLIGHT
    return Device(
        id=DeviceId(name),
        gateway=GatewayId(gateway),
        device_class=device_class,
        profile="a_profile",
        painted_number=painted,
        lot=lot,
        latitude=Decimal("10.600") + Decimal(offset),
        longitude=Decimal("103.500") + Decimal(offset),
        interval_s=300,
        rated_power_w=Decimal(60 if lamp else 10_000),
        rated_power_basis=Basis.ASSUMED if lamp else Basis.NAMEPLATE,
        accuracy_percent=Decimal(2),
        grid_connection=GridConnection.OFF if lamp else grid,
        schedule="18:00..04:00",
        handed_over=date(2026, 1, 15),
    )


DEVICES = (
    a_device("kh-lamp-1", DeviceClass.STREETLIGHT, painted="SHV-0001", lot="kh-lot-1"),
    a_device("kh-lamp-2", DeviceClass.STREETLIGHT, painted="SHV-0002", offset="0.001"),
    a_device("kh-pv-1", painted="SHV-P1", offset="0.002"),
    a_device("kh-pv-2", grid=GridConnection.UNKNOWN, offset="0.0032"),
    a_device("kh-air-1", DeviceClass.AIR_STATION, offset="0.0025"),
    a_device("kh-gw", DeviceClass.GATEWAY),
    a_device("la-pv-1", gateway="la-gw"),
)


def a_registry() -> Registry:
    items: list[Entry] = [
        a_zone("kh-coast", "KH", "Coast <east>", "10.6", "103.5"),
        a_zone("la-city", "LA", "City", "17.9757", "102.6331"),
        a_zone("sc-isle", "SC", "Isle", "-4.62", "55.45"),
        a_site("kh-site", "kh-coast"),
        a_site("la-site", "la-city"),
        a_gateway("kh-gw", "kh-site", Provenance.SIMULATED),
        a_gateway("la-gw", "la-site", Provenance.RECORDED),
        AidBatch(id="kh-batch", name="Lights", country="KH", signed=None, source=A_SOURCE),
        a_lot(),
        *DEVICES,
    ]
    return Registry(Entered(change=1, valid_from=0, item=item) for item in items)


def a_site(name: str, zone: str) -> Site:
    return Site(id=SiteId(name), zone=ZoneId(zone), name=name, latitude=None, longitude=None)


def a_gateway(name: str, site: str, provenance: Provenance) -> Gateway:
    return Gateway(id=GatewayId(name), site=SiteId(site), provenance=provenance, sim=None)


def a_lot() -> Lot:
    return Lot(
        id="kh-lot-1",
        aid_batch="kh-batch",
        zone=ZoneId("kh-coast"),
        device_class=DeviceClass.STREETLIGHT,
        quantity=1,
        signed=None,
        shipped=None,
        accepted=None,
        handed_over=date(2026, 1, 15),
        installed=None,
        rated_power_w=Decimal(60),
        rated_power_basis=Basis.ASSUMED,
        source=A_SOURCE,
    )


def a_day(
    device: str,
    day: date,
    energy_mwh: int | None,
    device_class: DeviceClass = DeviceClass.SCHOOL_PV,
    *,
    lit_s: int | None = None,
) -> DeviceDay:
    return DeviceDay(
        device=DeviceId(device),
        day=day,
        device_class=device_class,
        records=288,
        covered_s=86_400,
        energy_mwh=energy_mwh,
        energy_source=None if energy_mwh is None else EnergySource.COUNTER,
        lit_s=lit_s,
    )


FACTS = (
    a_day("kh-lamp-1", FIRST, 600_000, DeviceClass.STREETLIGHT, lit_s=36_000),
    a_day("kh-pv-1", FIRST, 20_000_000),
    a_day("kh-pv-1", SECOND, 10_000_000),
    a_day("kh-pv-2", FIRST, 5_000_000),
    a_day("kh-air-1", FIRST, None, DeviceClass.AIR_STATION),
    a_day("kh-air-1", SECOND, None, DeviceClass.AIR_STATION),
    a_day("la-pv-1", FIRST, 100_000_000),
)


UPTIME = (
    an_uptime_day("kh-lamp-1", FIRST, up_s=36_000),
    an_uptime_day(
        "kh-pv-1", FIRST, device_class=DeviceClass.SCHOOL_PV, up_s=30_000, known_down_s=600
    ),
)


def a_block(
    device: str,
    device_class: DeviceClass,
    metric: str,
    values: Sequence[float],
    *,
    last: datetime = NOW,
    flags: Sequence[int] | None = None,
) -> Block:
    """Return one value every five minutes, the last at an instant."""
    count = len(values)
    start = micros(last) - (count - 1) * FIVE_MINUTES
    return Block(
        device_class=device_class,
        names=(DeviceId(device),),
        devices=np.zeros(count, np.int32),
        measured_at=start + FIVE_MINUTES * np.arange(count, dtype=np.int64),
        values={metric: np.array(values, np.float64)},
        flags={metric: np.array(flags or [Quality.GOOD] * count, np.int8)},
    )


def a_store() -> MemoryStore:
    store = MemoryStore()
    nan = float("nan")
    store.write(
        [
            a_block(
                "kh-pv-1",
                DeviceClass.SCHOOL_PV,
                "active_power",
                [1000.0, 2500.5, nan, 4000.0],
                flags=[1, 1, 9, 3],
            ),
            a_block("kh-lamp-1", DeviceClass.STREETLIGHT, "load_power", [60.0] * 12),
            a_block("kh-lamp-1", DeviceClass.STREETLIGHT, "fault_word", [2.0]),
            a_block("kh-air-1", DeviceClass.AIR_STATION, "pm25", [31.25]),
            a_block(
                "kh-pv-2",
                DeviceClass.SCHOOL_PV,
                "active_power",
                [5.0],
                last=datetime(2026, 10, 2, 16, 44, tzinfo=UTC),
            ),
        ]
    )
    return store


def a_catalog() -> sa.Engine:
    engine = closed_at_the_end(
        sa.create_engine(
            "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
        )
    )
    for metadata in (INGEST, REGISTRY, AUDIT, ANALYTICS, API, CLOSING):
        metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(AUDIT_HEAD).values(id=1, number=0, hash=""))
        facts.put_device_days(connection, FACTS)
        uptime.put_uptime_days(connection, UPTIME)
        reached = Progress(changes=1, hours=1, since=micros(SINCE), as_of=micros(NOW))
        facts.put_progress(connection, reached)
        _account(connection)
        _quarantine(connection)
        _presence(connection)
    return engine


def _account(connection: sa.Connection) -> None:
    """Enter ten records: 7 stored, 1 repeated, 1 quarantined, 1 still pending."""
    gateway = GatewayId("kh-gw")
    ledger.save(
        connection,
        [
            BootAccount(
                gateway=gateway,
                boot=BootId("boot-1"),
                head=10,
                low=10,
                stored=Ranges.of((1, 8)),
                quarantined=Ranges.of((9, 9)),
                days={FIRST: (1, 10)},
            )
        ],
    )
    settled = Settlement(
        gateway=gateway, day=FIRST, stored=7, repeated=1, quarantined=1, readings=80
    )
    ledger.move(connection, [settled])


def _quarantine(connection: sa.Connection) -> None:
    for reason in ("measured in 1970", "no JSON"):
        row = {
            "gateway": "kh-gw",
            "boot": "boot-1",
            "numbers": "[[9, 9]]",
            "reason": reason,
            "received_at": micros(NOW),
            "archive_file": "w1.zwa",
            "archive_offset": 0,
            "archive_index": 0,
        }
        connection.execute(sa.insert(QUARANTINE).values(row))


def _presence(connection: sa.Connection) -> None:
    rows = [
        {"gateway": "kh-gw", "born_at": micros(SINCE), "died_at": None, "heard_at": micros(NOW)},
        {"gateway": "la-gw", "born_at": micros(SINCE), "died_at": micros(NOW), "heard_at": 1},
    ]
    for row in rows:
        told = {
            "boot": "boot-1",
            "connection": 1,
            "software": "0.1.0",
            "held": "[]",
            "clock_steps": '[{"at": 1793408400000000, "by_s": -3600.0}]',
            "not_taken": 7,
        }
        connection.execute(sa.insert(PRESENCE).values(row | told))


class Viewers(NobodyKnown):
    """Whoever comes is a viewer."""

    def visitor(self, address: str) -> Actor:  # noqa: ARG002 - the port's signature
        return VISITOR


def some_sources() -> Sources:
    registry = a_registry()
    return Sources(
        catalog=a_catalog(),
        store=a_store(),
        registry=lambda: registry,
        clock=ManualClock(NOW),
        software="0.1.0",
    )
