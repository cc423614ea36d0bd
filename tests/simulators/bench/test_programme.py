"""The programme's bench computes what it says it measures."""

from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa

from analytics.deviceday import device_days
from analytics.periods import Days
from analytics.service import facts
from analytics.service.facts import Progress
from analytics.service.tables import METADATA
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.tables import METADATA as REGISTRY
from simulators.bench import programme

DAY = date(2026, 1, 1)


def test_it_is_all_that_was_announced() -> None:
    pieces = {country: sum(each.values()) for country, each in programme.PIECES.items()}

    assert pieces == {"kh": 6_722, "la": 2_033}


@pytest.mark.parametrize(
    ("device_class", "energy_mwh", "distance_m"),
    [
        (DeviceClass.STREETLIGHT, 720_000, None),
        (DeviceClass.SCHOOL_PV, 6_000_000, None),
        (DeviceClass.BUS, 6_000_000, 6_000),
        (DeviceClass.AIR_STATION, None, None),
    ],
    ids=["12 h of 60 W", "24 x 0.25 kWh", "and 24 x 0.25 km", "nothing but time"],
)
def test_a_day_of_hours_is_a_day_of_energy(
    device_class: DeviceClass, energy_mwh: int | None, distance_m: int | None
) -> None:
    hours = programme.a_day_of_hours(device_class, [DeviceId("bench-1")])

    (fact,) = device_days(hours.assign(day=DAY), device_class=device_class)

    assert (fact.energy_mwh, fact.distance_m) == (energy_mwh, distance_m)


def test_its_figures_are_those_of_its_device_days() -> None:
    """One lamp in Cambodia in 4,300: 0.72 kWh a day at 0.588, two days; the same in Laos."""
    registry = programme.a_registry(share=4_300)
    catalog = sa.create_engine("sqlite://")
    METADATA.create_all(catalog)
    REGISTRY.create_all(catalog)
    with catalog.begin() as connection:
        for number in (1, 2):
            for device in registry.devices():
                hours = programme.a_day_of_hours(device.device_class, [device.id])
                found = device_days(
                    hours.assign(day=date(2026, 1, number)), device_class=device.device_class
                )
                facts.put_device_days(connection, found)
        facts.put_progress(connection, Progress(changes=1, hours=1, since=0, as_of=2**52))

    days = Days(label="", first=DAY, last=date(2026, 1, 2))
    lamps = [
        figure.kg
        for result in programme.results(catalog, registry, days)
        for figure in result.emissions
        if figure.device_class is DeviceClass.STREETLIGHT
    ]
    assert lamps == [Decimal("0.84672"), Decimal("0.7992")]
    catalog.dispose()
