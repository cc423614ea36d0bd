"""A zone that lives: what is promised of it whatever the weather."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import numpy as np
import pytest

from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant
from simulators.causes import Cause, CauseKind
from simulators.world.model import SimulatedDevice, SimulatedZone
from simulators.world.zone import World

KH = timezone(timedelta(hours=7))
START = datetime(2026, 10, 1, tzinfo=KH)


def a_device(name: str, device_class: DeviceClass, rated_power_w: float = 0.0) -> SimulatedDevice:
    return SimulatedDevice(
        id=DeviceId(name),
        device_class=device_class,
        rated_power_w=rated_power_w,
        latitude=10.61,
        longitude=103.53,
    )


LAMP = a_device("lamp-1", DeviceClass.STREETLIGHT, 60.0)
SECOND_LAMP = a_device("lamp-2", DeviceClass.STREETLIGHT, 40.0)
ROOF = a_device("roof-1", DeviceClass.HOUSEHOLD_PV, 3_000.0)
SCHOOL = a_device("school-1", DeviceClass.SCHOOL_PV, 5_000.0)
AIR = a_device("air-1", DeviceClass.AIR_STATION)
ALL = (LAMP, SECOND_LAMP, ROOF, SCHOOL, AIR)


def a_world(
    *devices: SimulatedDevice,
    seed: int = 7,
    start: datetime = START,
    causes: Sequence[Cause] = (),
) -> World:
    zone = SimulatedZone(
        id=ZoneId("kh-sihanoukville"),
        latitude=10.61,
        longitude=103.53,
        utc_offset=timedelta(hours=7),
        devices=devices or ALL,
    )
    return World(zone, seed=seed, start=start, causes=causes)


def told(world: World, device: str, metric: str, steps: range) -> list[float]:
    values = [world.at(step)[DeviceId(device)][metric] for step in steps]
    return [value for value in values if value is not None]


def test_every_value_is_of_a_metric_of_its_class_and_plausible() -> None:
    world = a_world()
    classes = {device.id: device.device_class for device in ALL}

    for step in range(0, 3 * 288, 7):
        for device, values in world.at(step).items():
            metrics = metrics_of(classes[device])
            for name, value in values.items():
                assert value is not None, (device, name)
                assert metrics[name].low <= value <= metrics[name].high, (device, name, value)


def test_the_same_seed_is_the_same_world_and_another_is_not() -> None:
    steps = [100, 400]

    first = [a_world().at(step) for step in steps]

    assert [a_world().at(step) for step in steps] == first
    assert [a_world(seed=8).at(step) for step in steps] != first


def test_a_device_more_changes_nothing_for_the_others() -> None:
    few, many = a_world(LAMP, ROOF), a_world(SECOND_LAMP, LAMP, SCHOOL, ROOF, AIR)

    for step in range(0, 3 * 288, 11):
        for device, values in few.at(step).items():
            assert many.at(step)[device] == values


def test_a_world_followed_for_a_week_begins_like_one_followed_for_two_days() -> None:
    week, two_days = a_world(), a_world()
    week.at(7 * 288 - 1)

    assert [week.at(step) for step in range(0, 576, 5)] == [
        two_days.at(step) for step in range(0, 576, 5)
    ]


def test_a_day_can_be_asked_for_again_after_it_was_let_go() -> None:
    world = a_world()
    first = dict(world.at(150))
    for day in range(1, 6):
        world.at(day * 288)

    assert world.at(150) == first


def test_step_and_instant_go_by_local_days() -> None:
    world = a_world(start=START + timedelta(hours=9, minutes=30))

    assert instant(world.instant(0)) == datetime(2026, 10, 1, 2, 30, tzinfo=UTC)
    assert instant(world.instant(174)) == datetime(2026, 10, 1, 17, 0, tzinfo=UTC)
    assert world.at(0) == a_world().at(114)
    assert world.at(174) == a_world().at(288)


@pytest.mark.parametrize(
    "start", [START + timedelta(seconds=1), START + timedelta(minutes=7)], ids=["1 s", "7 min"]
)
def test_a_start_between_two_steps_is_refused(start: datetime) -> None:
    with pytest.raises(ValueError, match="do not meet"):
        a_world(start=start)


def test_a_device_without_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match="truck-1: no model of a truck"):
        a_world(a_device("truck-1", DeviceClass.TRUCK))


@pytest.mark.parametrize(
    ("device", "power", "counter"),
    [
        ("lamp-1", "load_power", "energy_used"),
        ("lamp-2", "pv_power", "energy_generated"),
        ("roof-1", "active_power", "energy_generated"),
    ],
)
def test_a_counter_advances_by_the_power_held_between_readings(
    device: str, power: str, counter: str
) -> None:
    world, steps = a_world(), range(5 * 288)
    powers = told(world, device, power, steps)
    counters = [round(1_000 * value) for value in told(world, device, counter, steps)]

    passed = Fraction(0)
    for step in steps:
        assert counters[step] - counters[0] == int(passed), step
        passed += Fraction(int(powers[step]) * 300, 3_600)


def test_a_lamp_burns_from_sunset_to_sunrise() -> None:
    world = a_world(LAMP)
    lit = told(world, "lamp-1", "lamp_on", range(288))

    # The sun rises and sets within twenty minutes of six o'clock in early October.
    assert lit[: 5 * 12] == [1.0] * 60
    assert lit[6 * 12 : 17 * 12] == [0.0] * 132
    assert lit[18 * 12 :] == [1.0] * 72
    assert 60 * 0.96 < np.mean(told(world, "lamp-1", "load_power", range(220, 288))) < 60 * 1.04


def test_a_roof_yields_what_roofs_yield_there() -> None:
    counters = told(a_world(), "roof-1", "energy_generated", range(0, 20 * 288, 288))

    hours_a_day = (counters[-1] - counters[0]) / 3.0 / 19

    # The order of magnitude that any design handbook gives for the tropics.
    assert 3.2 < hours_a_day < 4.9


def test_values_are_those_that_registers_hold() -> None:
    world = a_world(LAMP, ROOF)
    fine = {
        "volt": 10,
        "temperature": 10,
        "current": 100,
        "frequency": 100,
        "factor": 1_000,
        "energy": 1_000,
    }

    for step in range(0, 288, 5):
        for values in world.at(step).values():
            for name, value in values.items():
                scale = next((by for part, by in fine.items() if part in name), 1)
                assert value is not None
                assert value == float(f"{value:.3f}"), name
                assert abs(value * scale - round(value * scale)) < 1e-6, (name, value)


def test_south_of_the_line_a_zone_lives_as_well() -> None:
    mahe = SimulatedZone(
        id=ZoneId("sc-mahe"),
        latitude=-4.62,
        longitude=55.45,
        utc_offset=timedelta(hours=4),
        devices=(
            SimulatedDevice(
                id=DeviceId("lamp-sc"),
                device_class=DeviceClass.STREETLIGHT,
                rated_power_w=60.0,
                latitude=-4.62,
                longitude=55.45,
            ),
        ),
    )
    world = World(mahe, seed=1, start=datetime(2026, 10, 1, tzinfo=timezone(timedelta(hours=4))))

    noon, midnight = world.at(145)[DeviceId("lamp-sc")], world.at(0)[DeviceId("lamp-sc")]

    assert (noon["lamp_on"], midnight["lamp_on"]) == (0.0, 1.0)
    assert (noon["pv_power"] or 0.0) > 0.0


def a_cause(kind: CauseKind, device: str, *, first_hour: float, hours: float) -> Cause:
    start = START + timedelta(hours=first_hour)
    period = Period.between(start, start + timedelta(hours=hours))
    return Cause(device=DeviceId(device), kind=kind, period=period)


def test_a_lamp_that_is_out_stays_dark_though_commanded_on() -> None:
    cause = a_cause(CauseKind.LAMP_OUT, "lamp-1", first_hour=20, hours=4)
    world = a_world(causes=[cause])

    dark = range(20 * 12, 24 * 12)
    assert told(world, "lamp-1", "load_power", dark) == [0.0] * 48
    assert told(world, "lamp-1", "lamp_on", dark) == [1.0] * 48
    assert len(set(told(world, "lamp-1", "energy_used", dark))) == 1
    assert told(world, "lamp-1", "load_power", range(239, 240))[0] > 50.0
    assert told(world, "lamp-1", "load_power", range(288, 289))[0] > 50.0
    assert world.at(250)[DeviceId("lamp-2")] == a_world().at(250)[DeviceId("lamp-2")]


def test_a_worn_battery_does_not_last_the_night() -> None:
    cause = a_cause(CauseKind.BATTERY_WORN, "lamp-1", first_hour=0, hours=96)
    lit = told(a_world(causes=[cause]), "lamp-1", "lamp_on", range(288, 2 * 288))

    assert lit[19 * 12] == 1.0
    assert lit[4 * 12] == 0.0


def test_half_the_strings_give_half_the_power() -> None:
    cause = a_cause(CauseKind.STRING_LOW, "roof-1", first_hour=0, hours=24)
    noon = range(130, 160)

    half = told(a_world(causes=[cause]), "roof-1", "active_power", noon)
    whole = told(a_world(), "roof-1", "active_power", noon)

    assert half == pytest.approx([value / 2 for value in whole], abs=1.0)


def test_a_counter_that_is_reset_counts_from_zero_and_goes_on_the_next_day() -> None:
    causes = [
        a_cause(CauseKind.COUNTER_RESET, "lamp-1", first_hour=20.01, hours=1),
        a_cause(CauseKind.COUNTER_RESET, "roof-1", first_hour=20, hours=1),
    ]
    world = a_world(causes=causes)
    used = told(world, "lamp-1", "energy_used", range(2 * 288))

    assert used[240] > 20.0
    assert used[241] == 0.0
    assert used[242] == pytest.approx(0.005, abs=0.001)
    assert used[288] > used[287] > 0.2
    # A SunSpec accumulator of 0 says that there is none, until the sun has made a watt-hour.
    assert world.at(240)[DeviceId("roof-1")]["energy_generated"] is None
    assert (world.at(288 + 144)[DeviceId("roof-1")]["energy_generated"] or 0.0) > 0.0


def test_a_silent_device_lives_on_and_is_named_silent() -> None:
    cause = a_cause(CauseKind.DEVICE_SILENT, "roof-1", first_hour=12, hours=1)
    world = a_world(causes=[cause])

    assert [world.silent(step) for step in (143, 144, 155, 156)] == [
        frozenset(),
        {"roof-1"},
        {"roof-1"},
        frozenset(),
    ]
    assert world.at(144) == a_world().at(144)
