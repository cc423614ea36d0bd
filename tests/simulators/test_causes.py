"""Causes as data."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest

from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from simulators.causes import Cause, CauseKind, conditions_of, demo_causes, silent_at
from simulators.world.model import SimulatedDevice, SimulatedZone

START = datetime(2026, 10, 1, tzinfo=timezone(timedelta(hours=4)))
LAMP, OTHER = DeviceId("lamp-0"), DeviceId("lamp-1")


def a_zone(*, lamps: int, roofs: int) -> SimulatedZone:
    kinds = [DeviceClass.STREETLIGHT] * lamps + [DeviceClass.HOUSEHOLD_PV] * roofs
    devices = tuple(
        SimulatedDevice(
            id=DeviceId(f"device-{number}"),
            device_class=kind,
            rated_power_w=60.0,
            latitude=-4.6,
            longitude=55.4,
        )
        for number, kind in enumerate(kinds)
    )
    return SimulatedZone(
        id=ZoneId("sc-mahe"),
        latitude=-4.6,
        longitude=55.4,
        utc_offset=timedelta(hours=4),
        devices=devices,
    )


def test_conditions_hold_from_the_start_of_a_cause_to_just_before_its_end() -> None:
    instants = np.array([0, 10, 20, 30])
    soiled = Cause(device=LAMP, kind=CauseKind.PANEL_SOILED, period=Period(10, 30))

    conditions = conditions_of([soiled], [OTHER, LAMP], instants)

    assert conditions.panel_share.tolist() == [[1.0, 1.0, 1.0, 1.0], [1.0, 0.6, 0.6, 1.0]]
    assert (conditions.battery_share == 1.0).all()
    assert not conditions.lamp_dark.any()


def test_two_causes_at_once_add_up() -> None:
    both = [
        Cause(device=LAMP, kind=kind, period=Period(0, 100))
        for kind in (CauseKind.PANEL_SOILED, CauseKind.STRING_LOW)
    ]

    assert conditions_of(both, [LAMP], np.array([0, 10])).panel_share.tolist() == [[0.3, 0.3]]


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param(20, [False, False, True], id="at a step"),
        pytest.param(11, [False, False, True], id="between two"),
        pytest.param(0, [True, False, False], id="at the first"),
        pytest.param(21, [False, False, False], id="in the next day"),
    ],
)
def test_a_counter_restarts_once(start: int, expected: list[bool]) -> None:
    reset = Cause(device=LAMP, kind=CauseKind.COUNTER_RESET, period=Period(start, 1_000))

    conditions = conditions_of([reset], [LAMP], np.array([0, 10, 20]))

    assert conditions.counter_restarts.tolist() == [expected]


def test_who_is_silent_is_silent_for_a_half_open_period() -> None:
    silent = Cause(device=LAMP, kind=CauseKind.DEVICE_SILENT, period=Period(10, 20))

    assert [bool(silent_at([silent], instant)) for instant in (9, 10, 19, 20)] == [
        False,
        True,
        True,
        False,
    ]


def test_the_causes_of_a_demo_depend_on_the_seed() -> None:
    zone = a_zone(lamps=20, roofs=4)
    causes = demo_causes(zone, seed=1, start=START, days=7)

    assert causes == demo_causes(zone, seed=1, start=START, days=7)
    assert causes != demo_causes(zone, seed=2, start=START, days=7)
    assert {cause.kind for cause in causes} == set(CauseKind)


@pytest.mark.parametrize("days", [1, 2, 7])
def test_every_cause_of_a_demo_begins_within_it(days: int) -> None:
    for seed in range(20):
        for cause in demo_causes(a_zone(lamps=20, roofs=4), seed=seed, start=START, days=days):
            assert cause.period.start in Period.between(START, START + timedelta(days=days))


@pytest.mark.parametrize(
    ("lamps", "roofs", "expected"), [(20, 4, 8), (9, 0, 3), (1, 0, 1), (0, 0, 0)]
)
def test_at_most_a_third_of_a_kind_ails(lamps: int, roofs: int, expected: int) -> None:
    causes = demo_causes(a_zone(lamps=lamps, roofs=roofs), seed=3, start=START, days=7)

    ailing = {cause.device for cause in causes}
    assert len(ailing) == len(causes)
    assert len(causes) <= expected
    assert (not causes) == (expected == 0)


def test_a_dark_night_begins_at_noon_so_that_the_night_is_whole() -> None:
    morning = START + timedelta(hours=9)
    causes = demo_causes(a_zone(lamps=20, roofs=0), seed=3, start=morning, days=7)
    out = next(cause for cause in causes if cause.kind is CauseKind.LAMP_OUT)

    assert (out.period.start - micros(START)) % 86_400_000_000 == 43_200_000_000
