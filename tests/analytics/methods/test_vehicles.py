"""Electric vehicles, against kilograms worked out on paper.

A bus takes 30 l/100 km of diesel at 2.5247 kg/l, the lower bound: 0.757410 kg/km. Charging counts
at the plant: 1 kWh is 1.25 kWh there, at 0.555 kg/kWh in Laos 0.69375 kg.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.factors.grid import Role
from analytics.figures import Status
from analytics.methods.method import Choices
from analytics.quoting import half_width_kg, interval_covers
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection
from tests.analytics.cases import DAY, a_day, a_vehicle, credited, kg
from tests.builders import a_device, a_pv_set

_KWH = 1_000_000


def a_charger(**changed: object) -> Device:
    fields: dict[str, object] = {
        "device_class": DeviceClass.CHARGER,
        "feeds": "la-bus-1",
        "grid_connection": GridConnection.ON,
    }
    return a_device("la-charger-1", **(fields | changed))


def test_a_bus_avoids_its_fuel_less_its_charging() -> None:
    bus = a_vehicle()

    (figure,) = credited(
        [bus], [a_day(bus, distance_m=200_000, energy_mwh=200 * _KWH)], country="LA"
    )

    assert figure.kg == Decimal("151.482") - Decimal("138.75")
    assert figure.distance_m == 200_000


def test_a_bus_may_emit_more_than_it_avoids_and_says_so() -> None:
    bus = a_vehicle()
    choices = Choices(roles={DeviceClass.BUS: Role.OM})
    facts = [a_day(bus, distance_m=200_000, energy_mwh=200 * _KWH)]

    (figure,) = credited([bus], facts, country="LA", choices=choices)

    assert figure.kg == Decimal("151.482") - 250 * Decimal("1.069")
    assert figure.kg < 0


def test_the_chargers_meter_comes_before_the_vehicles_counter() -> None:
    bus, charger = a_vehicle(), a_charger()
    facts = [
        a_day(bus, distance_m=200_000, energy_mwh=200 * _KWH),
        a_day(charger, energy_mwh=220 * _KWH),
    ]

    (figure,) = credited([bus, charger], facts, country="LA")

    assert figure.kg == Decimal("151.482") - 220 * Decimal("0.69375")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="the bus was never heard"),
        pytest.param([{"distance_m": 200_000, "energy_mwh": 200 * _KWH}], id="heard the day after"),
        pytest.param([{}], id="heard, but not of its odometer"),
    ],
)
def test_charging_counts_on_a_day_that_only_the_charger_tells_of(
    before: list[dict[str, int]],
) -> None:
    """150 kWh are 104.0625 kg at the plant, on a day without a kilometer."""
    bus, charger = a_vehicle(), a_charger()
    heard = [a_day(bus, DAY + timedelta(days=bool(each)), **each) for each in before]
    driven = sum(each.get("distance_m", 0) for each in before)

    (figure,) = credited(
        [bus, charger], [*heard, a_day(charger, energy_mwh=150 * _KWH)], country="LA"
    )

    day = Decimal("151.482") - Decimal("138.75") if driven else 0
    assert figure.kg == day - Decimal("104.0625")
    assert figure.distance_m == driven
    assert figure.measured


def test_charging_that_nobody_metered_is_estimated_with_a_wide_interval() -> None:
    """200 km at 1 kWh/km, give or take 30 %."""
    bus = a_vehicle(accuracy_percent=Decimal(0))

    figures = credited([bus], [a_day(bus, distance_m=200_000)], country="LA")

    assert kg(figures) == Decimal("151.482") - Decimal("138.75")
    assert figures[0].estimated_mwh == 200 * _KWH
    assert half_width_kg(figures) == Decimal("138.75") * Decimal("0.3")
    assert interval_covers(figures) == "metering, estimating"


def test_charging_without_a_distance_is_debited_all_the_same() -> None:
    bus = a_vehicle()

    (figure,) = credited([bus], [a_day(bus, energy_mwh=100 * _KWH)], country="LA")

    assert figure.kg == -100 * Decimal("0.69375")


def test_pv_off_the_grid_that_charges_is_credited_once() -> None:
    """Its charging counts as zero, so the PV itself earns nothing."""
    bus = a_vehicle()
    charger = a_charger(grid_connection=GridConnection.OFF)
    pv = a_pv_set("la-pv-1", grid_connection=GridConnection.OFF, feeds=charger.id)
    facts = [
        a_day(bus, distance_m=200_000),
        a_day(charger, energy_mwh=200 * _KWH),
        a_day(pv, energy_mwh=210 * _KWH),
    ]

    driven, sun = credited([bus, charger, pv], facts, country="LA")

    assert driven.kg == Decimal("151.482")
    assert (sun.kg, sun.reasons[0][:34]) == (Decimal(0), "charges vehicles off the grid: cre")


def test_pv_on_the_grid_is_credited_and_charging_is_debited() -> None:
    bus, charger = a_vehicle(), a_charger()
    pv = a_pv_set("la-pv-1", feeds=charger.id, rated_power_w=None, rated_power_basis=None)
    facts = [
        a_day(bus, distance_m=200_000),
        a_day(charger, energy_mwh=200 * _KWH),
        a_day(pv, energy_mwh=210 * _KWH),
    ]

    driven, sun = credited([bus, charger, pv], facts, country="LA")

    assert driven.kg == Decimal("151.482") - Decimal("138.75")
    assert sun.kg == 210 * Decimal("0.876")


def test_the_baseline_improves_year_by_year() -> None:
    bus = a_vehicle(handed_over=DAY - timedelta(days=2 * 365))
    choices = Choices(parameters={"bus.kwh_per_km": "0"})

    (figure,) = credited([bus], [a_day(bus, distance_m=100_000)], country="LA", choices=choices)

    assert figure.kg == Decimal("75.741") * Decimal("0.9801")


@pytest.mark.parametrize(
    ("device_class", "mass"),
    [
        (DeviceClass.TRUCK, "88.3645"),
        (DeviceClass.CAR, "21.372"),
        (DeviceClass.E_MOTORBIKE, "5.12928"),
    ],
    ids=["35 l x 2.5247", "10 l x 2.1372", "2.4 l x 2.1372"],
)
def test_every_class_has_a_baseline(device_class: DeviceClass, mass: str) -> None:
    vehicle = a_vehicle(device_class)

    (figure,) = credited([vehicle], [a_day(vehicle, distance_m=100_000, energy_mwh=0)])

    assert figure.kg == Decimal(mass)


def test_what_a_vehicle_took_the_place_of_is_assumed_so_it_is_for_review() -> None:
    bus = a_vehicle()

    (figure,) = credited([bus], [a_day(bus, distance_m=1_000, energy_mwh=_KWH)])

    assert figure.status is Status.FOR_REVIEW
    assert "30 l/100 km" in figure.review[0]
    assert "verify" in figure.method.evidence


def test_days_do_not_mix_between_vehicles() -> None:
    one, other = a_vehicle(), replace(a_vehicle(), id="la-bus-2")  # type: ignore[arg-type]
    charger = a_charger(feeds=other.id)
    facts = [
        a_day(one, distance_m=1_000, energy_mwh=_KWH),
        a_day(other, distance_m=1_000, energy_mwh=_KWH),
        a_day(charger, energy_mwh=3 * _KWH),
        a_day(charger, DAY - timedelta(days=1), energy_mwh=50 * _KWH),
    ]

    (figure,) = credited([one, other, charger], facts, country="LA")

    assert figure.kg == 2 * Decimal("0.75741") - 4 * Decimal("0.69375")
