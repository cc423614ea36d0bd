"""Zones by hand for tests of what methods make of device-days."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from analytics.avoided import Emissions
from analytics.crediting import Case, Expected, emissions
from analytics.daytable import DayTable
from analytics.deviceday import DeviceDay, EnergySource
from analytics.factors.grid import GridFactor, grid_factors
from analytics.methods.method import Choices
from ingest.contract.metric import DeviceClass
from ingest.registry.model import BuildingType, Device, GridConnection
from tests.builders import a_device, a_pv_set, a_zone

DAY = date(2026, 10, 30)


def a_day(
    device: Device,
    day: date = DAY,
    *,
    energy_mwh: int | None = None,
    imported_mwh: int | None = None,
    distance_m: int | None = None,
    lit_s: int | None = None,
) -> DeviceDay:
    """Return a day of a device of which nothing but its time is known, save what is given."""
    return DeviceDay(
        device=device.id,
        day=day,
        device_class=device.device_class,
        records=288,
        covered_s=86_400,
        energy_mwh=energy_mwh,
        energy_source=EnergySource.COUNTER,
        lit_s=lit_s,
        imported_mwh=imported_mwh,
        distance_m=distance_m,
    )


def off_grid(**changed: object) -> Device:
    """Return a household's set where there is no grid, with the proof of it."""
    fields: dict[str, object] = {
        "device_class": DeviceClass.HOUSEHOLD_PV,
        "grid_connection": GridConnection.OFF,
        "building_type": BuildingType.HOUSEHOLD,
        "evidence": "letter of the village office",
        "evidence_on": date(2025, 1, 1),
        "rated_power_w": None,
        "rated_power_basis": None,
    }
    return a_pv_set("kh-home-1", **(fields | changed))


def a_vehicle(device_class: DeviceClass = DeviceClass.BUS, **changed: object) -> Device:
    """Return a vehicle that was handed over on the day."""
    fields: dict[str, object] = {
        "device_class": device_class,
        "rated_power_w": None,
        "rated_power_basis": None,
        "grid_connection": GridConnection.ON,
        "schedule": "",
        "handed_over": DAY,
    }
    return a_device(f"la-{device_class}-1", **(fields | changed))


def credited(
    devices: Sequence[Device],
    facts: Iterable[DeviceDay],
    *,
    country: str = "KH",
    first: date | None = None,
    on: date = DAY,
    factors: Sequence[GridFactor] | None = None,
    choices: Choices | None = None,
) -> list[Emissions]:
    """Return the emissions that some devices avoided."""
    return emissions(
        Case(
            zone=a_zone(country=country, grid=country),
            devices=devices,
            facts=DayTable.of(facts),
            factors=grid_factors() if factors is None else factors,
            on=on,
            expected=dict.fromkeys(DeviceClass, Expected(86_400)),
            first=dict.fromkeys(DeviceClass, first) if first else {},
            choices=choices or Choices(),
        )
    )


def kg(figures: Iterable[Emissions]) -> Decimal:
    """Add up emissions avoided."""
    return sum((figure.kg for figure in figures), start=Decimal(0))
