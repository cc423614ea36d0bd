"""A zone in Cambodia with a lamp or a PV set, for tests that care about one of their fields."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from analytics.daytable import DayTable
from analytics.deviceday import DeviceDay
from analytics.factors.grid import grid_factors
from analytics.result import Basis
from analytics.uptime.days import UptimeDay, uptime_table
from ingest.contract.identity import DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Basis as StatedBasis
from ingest.registry.model import Device, Entry, GridConnection, Provenance, Zone
from ingest.registry.registry import Entered, Registry
from tests.ingest.registry import builders

NIGHT = date(2026, 10, 30)
EVENING = datetime(2026, 10, 30, 11, 0, tzinfo=UTC)  # 18:00 in Cambodia
MINUTE_US = 60_000_000


def a_zone(**changed: object) -> Zone:
    """Return a zone in Cambodia."""
    fields: dict[str, object] = {
        "id": ZoneId("kh-test"),
        "country": "KH",
        "grid": "KH",
        "timezone": "Asia/Phnom_Penh",
        "latitude": Decimal("10.6093"),
        "longitude": Decimal("103.5296"),
    }
    return builders.a_zone(**(fields | changed))


def a_device(device: str = "kh-lamp-1", **changed: object) -> Device:
    """Return a lamp of 60 W."""
    fields: dict[str, object] = {
        "id": DeviceId(device),
        "gateway": GatewayId("kh-gw-1"),
        "interval_s": 300,
        "rated_power_w": Decimal(60),
        "rated_power_basis": StatedBasis.ASSUMED,
        "accuracy_percent": Decimal(5),
        "grid_connection": GridConnection.OFF,
        "schedule": "sunset..sunrise",
        "handed_over": date(2025, 1, 1),
    }
    return builders.a_device(**(fields | changed))


def a_pv_set(device: str = "kh-pv-1", **changed: object) -> Device:
    """Return a school's PV set of 10 kWp on the grid."""
    fields: dict[str, object] = {
        "device_class": DeviceClass.SCHOOL_PV,
        "profile": "sunspec_three_phase",
        "painted_number": None,
        "rated_power_w": Decimal(10_000),
        "grid_connection": GridConnection.ON,
    }
    return a_device(device, **(fields | changed))


def an_uptime_day(device: str, day: date, **changed: object) -> UptimeDay:
    """Return a lamp's night of ten hours of which nothing is known."""
    fields: dict[str, object] = {
        "device": DeviceId(device),
        "day": day,
        "device_class": DeviceClass.STREETLIGHT,
        "base_s": 36_000,
        "up_s": 0,
        "down_s": 0,
        "excluded_s": 0,
        "known_down_s": 0,
        "counter_mwh": None,
        "gauge_mwh": None,
        "tail_s": 0,
    }
    return UptimeDay(**(fields | changed))  # type: ignore[arg-type]


def a_basis(
    registry: Registry,
    facts: Iterable[DeviceDay] = (),
    uptime: Iterable[UptimeDay] = (),
    **changed: object,
) -> Basis:
    """Return what results are computed from, of a registry without any other facts."""
    fields: dict[str, object] = {
        "registry": registry,
        "facts": DayTable.of(facts),
        "uptime": uptime_table(uptime),
        "factors": grid_factors(),
        "as_of": 0,
    }
    return Basis(**(fields | changed))  # type: ignore[arg-type]


def a_registry(*devices: Device, zone: Zone | None = None, more: Sequence[Device] = ()) -> Registry:
    """Return a registry of one zone with two gateways; the second serves `more`."""
    zone = zone or a_zone()
    site = SiteId("kh-site")
    gateways = (
        builders.a_gateway(id=GatewayId(name), site=site, provenance=Provenance.SIMULATED)
        for name in ("kh-gw-1", "kh-gw-2")
    )
    items: list[Entry] = [
        zone,
        builders.a_site(id=site, zone=zone.id),
        *gateways,
        *(devices or (a_device(),)),
        *more,
    ]
    return Registry(Entered(change=1, valid_from=0, item=item) for item in items)
