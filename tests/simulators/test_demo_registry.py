"""The registry of the demo: three zones that are data files and no code."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import simulators
from ingest.contract.metric import DeviceClass
from ingest.registry.csv_import import check
from ingest.registry.model import Provenance
from ingest.registry.registry import Entered, Registry

FOLDER = Path(simulators.__file__).parent / "demo_zones" / "registry"
ZONES = ("kh-sihanoukville", "la-saysettha", "sc-mahe")
VEHICLES = {"la-saysettha": 2}  # a bus, and the charger that is wired to it


@pytest.fixture(scope="module")
def demo() -> Registry:
    checked = check(sorted(FOLDER.glob("*.csv")), Registry())
    return Registry(
        Entered(change=1, valid_from=row.valid_from, item=row.item)
        for row in checked.rows
        if row.item is not None
    )


def test_there_are_three_zones_in_three_countries(demo: Registry) -> None:
    assert [(zone.id, zone.country, zone.timezone) for zone in demo.zones()] == [
        ("kh-sihanoukville", "KH", "Asia/Phnom_Penh"),
        ("la-saysettha", "LA", "Asia/Vientiane"),
        ("sc-mahe", "SC", "Indian/Mahe"),
    ]


@pytest.mark.parametrize("zone", ZONES)
def test_a_zone_has_lamps_inverters_an_air_station_and_its_gateway(
    demo: Registry, zone: str
) -> None:
    devices = demo.devices_of_zone(zone)
    classes = Counter(device.device_class for device in devices)
    pv = classes[DeviceClass.SCHOOL_PV] + classes[DeviceClass.HOUSEHOLD_PV]

    assert (classes[DeviceClass.STREETLIGHT], pv, classes[DeviceClass.AIR_STATION]) == (14, 5, 1)
    assert [d.id for d in devices if d.device_class is DeviceClass.GATEWAY] == [f"{zone}-gw1"]
    assert sum(device.id.endswith("-silent") for device in devices) == 1
    assert len(devices) == 21 + VEHICLES.get(zone, 0)


def test_everything_is_simulated_and_was_handed_over_before_the_demo_begins(
    demo: Registry,
) -> None:
    for device in demo.devices():
        assert demo.provenance_of(device) is Provenance.SIMULATED
        if device.device_class is not DeviceClass.GATEWAY:
            assert device.handed_over is not None
            assert device.handed_over < date(2026, 1, 1)


def test_every_painted_number_and_every_position_is_given_once(demo: Registry) -> None:
    for zone in ZONES:
        devices = demo.devices_of_zone(zone)
        painted = [device.painted_number for device in devices if device.painted_number]
        positions = [demo.position_of(device) for device in devices]

        assert len(set(painted)) == len(painted) == 20 + VEHICLES.get(zone, 0)
        assert len(set(positions)) == len(positions)


def test_a_charger_feeds_the_bus(demo: Registry) -> None:
    classes = {DeviceClass.BUS, DeviceClass.CHARGER}
    bus, charger = (d for d in demo.devices_of_zone("la-saysettha") if d.device_class in classes)

    assert (bus.device_class, charger.feeds) == (DeviceClass.BUS, bus.id)


def test_lots_count_the_devices_that_name_them(demo: Registry) -> None:
    named = Counter(device.lot for device in demo.devices() if device.lot is not None)

    assert named == {lot.id: lot.quantity for lot in demo.lots()}


def test_devices_stand_within_three_kilometers_of_their_site(demo: Registry) -> None:
    for device in demo.devices():
        site = demo.site_of(device)
        latitude, longitude = demo.position_of(device)
        assert site.latitude is not None
        assert site.longitude is not None
        assert abs(latitude - site.latitude) * 111 < 3
        assert abs(longitude - site.longitude) * 111 < 3
