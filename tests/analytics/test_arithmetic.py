"""One lamp, one inverter, one bus: from reading to kilogram, against sums on paper."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from analytics.arithmetic import Arithmetic, Known, arithmetic, wired_to
from analytics.daytable import DayTable
from analytics.deviceday import DeviceDay
from analytics.factors.grid import grid_factors
from analytics.quoting import total_kg
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.registry.model import Device
from ingest.storage.block import Block
from tests.analytics.cases import DAY, a_day, a_vehicle
from tests.builders import a_device, a_pv_set, a_zone

FIVE_MINUTES = 300_000_000
EVENING = datetime(2026, 10, 30, 12, tzinfo=UTC)  # 19:00 in Cambodia
MORNING = datetime(2026, 10, 30, 2, tzinfo=UTC)
BEFORE = datetime(2026, 10, 29, 16, tzinfo=UTC)  # 23:00 the day before


def a_block(device: Device, start: datetime, columns: Mapping[str, Sequence[float]]) -> Block:
    count = len(next(iter(columns.values())))
    return Block(
        device_class=device.device_class,
        names=(device.id,),
        devices=np.zeros(count, np.int32),
        measured_at=micros(start) + FIVE_MINUTES * np.arange(count, dtype=np.int64),
        values={name: np.array(values, np.float64) for name, values in columns.items()},
        flags={name: np.full(count, Quality.GOOD, np.int8) for name in columns},
    )


def computed(device: Device, block: Block, kept: DeviceDay) -> Arithmetic:
    known = Known(
        zone=a_zone(),
        devices={device.id: device},
        facts=DayTable.of([kept]),
        kept=kept,
        factors=grid_factors(),
    )
    return arithmetic(device, DAY, block, known)


def test_a_lamp_from_its_power_to_its_kilograms() -> None:
    """Twelve readings of 60 W; the last holds two intervals: 65 min x 60 W are 65 Wh."""
    lamp = a_device()
    kept = a_day(lamp, energy_mwh=65_000, lit_s=3_900)

    told = computed(lamp, a_block(lamp, EVENING, {"load_power": [60.0] * 12}), kept)

    (power,) = told.metrics
    assert [(step.readings, step.seconds, step.amount) for step in power.hours] == [
        (12, 3_600.0, 216_000.0),
        (0, 300.0, 18_000.0),
    ]
    assert told.again is not None
    assert (told.again.energy_mwh, told.again.lit_s) == (65_000, 3_900)
    assert total_kg(told.figures) == Decimal("0.065") * Decimal("0.588")


def test_an_inverter_from_its_counter_to_its_kilograms() -> None:
    """Its counter stood at 1,000 the evening before; a reading then is where the day begins."""
    pv = a_pv_set()
    kept = a_day(pv, energy_mwh=2_500_000)
    block = a_block(pv, BEFORE, {"energy_generated": [1_000.0, *[1_000.0] * 118, 1_002.5]})

    told = computed(pv, block, kept)

    assert told.again is not None
    assert told.again.energy_mwh == 2_500_000
    assert sum(metric.total for metric in told.metrics) == 2.5
    assert [line.quantity for line in told.lines] == [2_500_000]
    assert total_kg(told.figures) == Decimal("2.5") * Decimal("0.874")


def test_a_bus_from_its_odometer_and_its_charging_to_its_kilograms() -> None:
    """10 km at 30 l/100 km x 2.5247 kg/l, less 12 kWh x 1.25 x 0.588 kg/kWh."""
    bus = a_vehicle(handed_over=date(2026, 10, 30))
    kept = a_day(bus, energy_mwh=12_000_000, distance_m=10_000)
    block = a_block(
        bus,
        MORNING,
        {"odometer": [500.0, 504.0, 510.0], "energy_charged": [80.0, 80.0, 92.0]},
    )

    told = computed(bus, block, kept)

    assert told.again is not None
    assert (told.again.distance_m, told.again.energy_mwh) == (10_000, 12_000_000)
    assert {line.name: line.kg for line in told.lines} == {
        "fuel": Decimal("7.5741"),
        "charged": Decimal("-8.82"),
    }


def test_whatever_feeds_a_device_link_by_link_belongs_to_its_arithmetic() -> None:
    bus = a_vehicle()
    charger = a_device("la-charger-1", feeds=bus.id)
    pv = a_pv_set("la-pv-1", feeds=charger.id)

    assert set(wired_to(bus, [pv, charger, bus, a_device("la-lamp-1")])) == {
        bus.id,
        charger.id,
        pv.id,
    }
