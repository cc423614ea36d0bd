"""PV sets, counters, fault words and air stations by their readings."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.faults.fast import judge
from analytics.faults.machine import Floats
from analytics.faults.seen import seen
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.block import empty
from tests.analytics.faults.zone import (
    EVENING,
    NOON,
    Column,
    found,
    lamps,
    minutes,
    others,
    readings,
    sets,
    stations,
)


def _power(first: float, rest: float, count: int = 6, steps: int = 9) -> Floats:
    power = np.full((count, steps), rest)
    power[0] = first
    return power


def test_a_set_without_power_in_the_sun_is_a_fault_after_half_an_hour() -> None:
    power = _power(first=0, rest=4_000)
    power[0, -1] = 4_000

    faults = found(readings(sets(6), {"active_power": power}, start=NOON), "zero_output")

    assert [(fault.subject, minutes(fault, NOON)) for fault in faults] == [
        ("kh-pv-0", (0, 30, None))
    ]


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"active_power": _power(0, 0)}, id="while no set gives any: the grid is away"),
        pytest.param({"active_power": _power(0, 90)}, id="under a cloud that leaves hardly any"),
        pytest.param(
            {"active_power": _power(0, 4_000), "voltage_l1": _power(3, 230)},
            id="on a feeder without voltage",
        ),
        pytest.param({"active_power": _power(60, 4_000)}, id="that gives a little"),
    ],
)
def test_a_set_is_not_dead(columns: dict[str, Column]) -> None:
    assert found(readings(sets(6), columns, start=NOON), "zero_output") == []


def test_a_set_gives_nothing_at_night() -> None:
    power = _power(first=0, rest=0, count=1)

    assert found(readings(sets(1), {"active_power": power}, start=EVENING), "zero_output") == []


def test_a_set_alone_is_judged_without_neighbors() -> None:
    power = _power(first=0, rest=0, count=1)

    assert len(found(readings(sets(1), {"active_power": power}, start=NOON), "zero_output")) == 1


def test_a_counter_that_jumps_is_marked_until_it_goes_on_as_it_should() -> None:
    # A set of 10 kWp gives 1 kWh at most in five minutes, and a counter has steps of its own.
    counter = [100, 100.5, 101.2, 150, 150.5, 151]

    faults = found(readings(sets(), {"energy_generated": counter}), "counter_implausible")

    assert [minutes(fault) for fault in faults] == [(15, 15, 20)]


@pytest.mark.parametrize(
    "counter",
    [
        pytest.param([100, 101, np.nan, np.nan, 104.5], id="that went on in a hole"),
        pytest.param([100, 0, 0.5, 1.2], id="that began anew"),
        pytest.param([100, 101, 102, 103], id="of whole kilowatt hours"),
    ],
)
def test_a_counter_is_plausible(counter: list[float]) -> None:
    assert found(readings(sets(), {"energy_generated": counter}), "counter_implausible") == []


def test_a_vehicle_drives_no_faster_than_it_can() -> None:
    bus = others(DeviceClass.BUS)

    legal = found(readings(bus, {"odometer": [0, 9, 18]}), "counter_implausible")
    flying = found(readings(bus, {"odometer": [0, 9, 60]}), "counter_implausible")

    assert (len(legal), len(flying)) == (0, 1)


def test_a_vehicle_charges_no_faster_than_its_charger() -> None:
    motorbike, bus = (others(each) for each in (DeviceClass.E_MOTORBIKE, DeviceClass.BUS))

    told = {"energy_charged": [0.0, 12.0, 24.0]}  # 144 kW

    assert len(found(readings(motorbike, told), "counter_implausible")) == 1
    assert found(readings(bus, told), "counter_implausible") == []


def test_what_a_device_reports_of_itself_is_a_fault() -> None:
    word = [0, 32, 32, 32, 32, 32, 32, 32, 0, 0, 0, 0, 0, 0, 0]

    faults = found(readings(lamps(), {"fault_word": word}), "fault_word")

    assert [minutes(fault) for fault in faults] == [(5, 35, 70)]
    assert faults[0].evidence == {"fault_word": 32}


@pytest.mark.parametrize(
    ("profile", "word", "expected"),
    [
        pytest.param("srne_streetlight", 1, 0, id="over-discharge has a rule of its own"),
        pytest.param("srne_streetlight", 1 << 31, 0, id="so has an open lamp circuit"),
        pytest.param("srne_streetlight", (1 << 31) + (1 << 5), 1, id="but heat has none"),
        pytest.param("epever_streetlight", 1 << 31, 1, id="other profiles, other bits"),
    ],
)
def test_bits_that_other_rules_judge_are_left_to_them(
    profile: str, word: int, expected: int
) -> None:
    told = {"fault_word": np.full(8, float(word))}

    assert len(found(readings(lamps(profile=profile), told), "fault_word")) == expected


def test_a_fault_word_beside_a_dark_lamp_is_the_same_thing() -> None:
    dark = {"load_power": 0, "battery_voltage": 13.1, "battery_soc": 70, "lamp_on": 1}

    seen = readings(lamps(), {**dark, "fault_word": np.full(12, 32.0)})

    assert len(found(seen, "lamp_out")) == 1
    assert found(seen, "fault_word") == []


def _air(values: list[float]) -> dict[str, Column]:
    return {"pm25": values}


def test_an_instrument_that_says_the_same_for_six_hours_is_stuck() -> None:
    moving, steady = [20.0, 22.0, 21.0], [23.4] * 26

    faults = found(readings(stations(), _air([*moving, *steady, 25, 24, 26]), every=15), "stuck")

    began, raised, cleared = minutes(faults[0])
    assert (began, raised - began) == (45, 360)
    assert cleared is not None
    assert faults[0].evidence == {"pm25": 23.4}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([0.0] * 40, id="at nothing"),
        pytest.param([1.5] * 40, id="at its detection limit"),
        pytest.param([23.4] * 20, id="for less than six hours"),
        pytest.param([23.4, 23.6] * 20, id="while it moves a little"),
    ],
)
def test_an_instrument_is_not_stuck(values: list[float]) -> None:
    assert found(readings(stations(), _air(values), every=15), "stuck") == []


def test_more_fine_dust_than_dust_contradicts_itself_after_two_hours() -> None:
    columns: dict[str, Column] = {"pm25": [20.0] * 13 + [60.0] * 40 + [20.0] * 40, "pm10": 40.0}

    faults = found(readings(stations(), columns), "cross_check")

    began, raised, cleared = minutes(faults[0])
    assert (began, raised) == (180, 180)
    assert cleared is not None


@pytest.mark.parametrize(
    "fine",
    [
        pytest.param(43.0, id="within ten percent"),
        pytest.param(40.0, id="as much"),
    ],
)
def test_instruments_may_differ_a_little(fine: float) -> None:
    columns: dict[str, Column] = {"pm25": np.full(60, fine), "pm10": 40.0}

    assert found(readings(stations(), columns), "cross_check") == []


def test_a_value_below_the_detection_limit_is_out_of_range_after_an_hour() -> None:
    seen = readings(stations(), {"no2": np.full(15, -20.0)})
    block = replace(seen.block, flags={"no2": np.full(15, Quality.BAD, np.int8)})

    faults = found(replace(seen, block=block), "range")

    assert [minutes(fault) for fault in faults] == [(0, 60, None)]


def test_a_small_negative_is_noise_around_nothing() -> None:
    seen = readings(stations(), {"no2": np.full(15, -2.0)})
    block = replace(seen.block, flags={"no2": np.full(15, Quality.BAD, np.int8)})

    assert found(replace(seen, block=block), "range") == []


def test_damp_air_is_a_mark_between_two_thresholds() -> None:
    damp = [90.0] * 14 + [83.0] * 14 + [70.0] * 14

    faults = found(readings(stations(), {"humidity": damp}), "humidity")

    assert [minutes(fault) for fault in faults] == [(0, 60, 200)]


@pytest.mark.parametrize("device_class", list(DeviceClass))
def test_without_readings_nothing_is_said(device_class: DeviceClass) -> None:
    fleet = others(device_class)
    block = empty(device_class)

    assert judge(seen(fleet, block, 0), {}, since=0)[0] == []
