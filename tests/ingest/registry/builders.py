"""Entries with defaults, so that a test names only what it is about."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from ingest.contract.identity import DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import (
    AidBatch,
    Basis,
    Contract,
    Device,
    Digest,
    Duty,
    Entry,
    Gateway,
    GridConnection,
    Language,
    Lot,
    Person,
    PersonRole,
    Provenance,
    SimCard,
    Site,
    Zone,
)
from ingest.registry.registry import Entered


def a_zone(**changed: object) -> Zone:
    zone = Zone(
        id=ZoneId("north"),
        name="North",
        country="LA",
        grid="LA",
        timezone="Asia/Vientiane",
        latitude=Decimal("17.9757"),
        longitude=Decimal("102.6331"),
    )
    return replace(zone, **cast("Any", changed))


def a_site(**changed: object) -> Site:
    site = Site(id=SiteId("mill"), zone=ZoneId("north"), name="Mill", latitude=None, longitude=None)
    return replace(site, **cast("Any", changed))


def a_gateway(**changed: object) -> Gateway:
    gateway = Gateway(
        id=GatewayId("gw1"), site=SiteId("mill"), provenance=Provenance.REAL, sim=None
    )
    return replace(gateway, **cast("Any", changed))


def a_device(**changed: object) -> Device:
    device = Device(
        id=DeviceId("lamp-1"),
        gateway=GatewayId("gw1"),
        device_class=DeviceClass.STREETLIGHT,
        profile="srne_streetlight",
        painted_number="N-0001",
        lot=None,
        latitude=None,
        longitude=None,
        interval_s=300,
        rated_power_w=Decimal(60),
        rated_power_basis=Basis.ASSUMED,
        accuracy_percent=Decimal(5),
        grid_connection=GridConnection.OFF,
        schedule="sunset..sunrise",
        handed_over=date(2025, 10, 15),
    )
    return replace(device, **cast("Any", changed))


def a_person(**changed: object) -> Person:
    person = Person(
        id="technician-1",
        role=PersonRole.TECHNICIAN,
        title="Technician on duty",
        language=Language.LAO,
        zones=(),
        device_classes=(),
        channels=("sms:crew", "mail"),
        quiet="",
    )
    return replace(person, **cast("Any", changed))


def one_of_each() -> list[Entry]:
    return [
        a_zone(name="Náměstí, ເຂດ „A“"),
        a_site(latitude=Decimal("17.9700"), longitude=Decimal("-102.5")),
        SimCard(number="8985601234567890123", operator="O", plan="P", expires=date(2027, 1, 31)),
        a_gateway(sim="8985601234567890123"),
        AidBatch(id="b1", name='The "first"', country="LA", signed=None, source="a, b"),
        Lot(
            id="b1-lamps",
            aid_batch="b1",
            zone=ZoneId("north"),
            device_class=DeviceClass.STREETLIGHT,
            quantity=2000,
            signed=date(2020, 7, 16),
            shipped=None,
            accepted=None,
            handed_over=date(2022, 4, 29),
            installed=None,
            rated_power_w=Decimal("60.5"),
            rated_power_basis=Basis.NAMEPLATE,
            source="s",
        ),
        a_device(lot="b1-lamps"),
        a_device(id=DeviceId("pv-1"), device_class=DeviceClass.SCHOOL_PV, schedule="", lot=None),
        a_person(
            zones=(ZoneId("north"),),
            device_classes=(DeviceClass.STREETLIGHT, DeviceClass.SCHOOL_PV),
            quiet="22:00..06:00",
            duty=Duty.OFF_HOURS,
            digest=Digest.YES,
            step=2,
        ),
        Contract(
            id="c1",
            lot="b1-lamps",
            site=None,
            contractor="a builder",
            response_hours=48,
            until=date(2027, 4, 29),
            source="s",
        ),
    ]


def entered(*items: Entry, change: int = 1, valid_from: int = 0) -> list[Entered]:
    return [Entered(change=change, valid_from=valid_from, item=item) for item in items]
