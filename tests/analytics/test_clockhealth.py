"""A clock an hour ahead, from readings to the finding; the sun is the simulator's.

Its code is not the one that judges.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pytest

from analytics.clockhealth import ClockSuspect, suspected
from analytics.clocks import Witness
from analytics.days import days_of
from analytics.hours import roll
from analytics.lighting.battery import BatteryDay, battery_days, battery_table
from analytics.pv.days import PvDay, pv_days, pv_table
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period, micros
from ingest.registry.model import Device
from ingest.storage.block import Block
from simulators.world.sun import sun_position
from tests.builders import a_device, a_pv_set, a_registry, a_zone

_START = micros(datetime(2026, 9, 30, 17, tzinfo=UTC))  # midnight in Cambodia
_DAYS = 5
_AT = _START + 300_000_000 * np.arange(_DAYS * 288, dtype=np.int64)
_ELEVATION = sun_position(_AT, latitude=np.array(10.6093), longitude=np.array(103.5296)).elevation


def days_of_device(
    device: Device, metric: str, power: npt.NDArray[np.float64], ahead_s: int
) -> tuple[list[PvDay], list[BatteryDay]]:
    block = Block(
        device_class=device.device_class,
        names=[device.id],
        devices=np.zeros(len(_AT), np.int32),
        measured_at=_AT + ahead_s * 1_000_000,
        values={metric: power.astype(np.float64)},
        flags={metric: np.ones(len(_AT), np.int8)},
    )
    span = Period(_START, _START + (24 * _DAYS + 3) * HOUR_US)
    hours = roll(block, span, intervals_s={device.id: 300}, running={})
    days = days_of(
        hours["hour"].unique().tolist(), ZoneInfo("Asia/Phnom_Penh"), device.device_class
    )
    hours = hours.assign(day=hours["hour"].map(days))
    if device.device_class is DeviceClass.STREETLIGHT:
        return [], battery_days(hours)
    return pv_days(hours), []


def a_set(ahead_s: int, stated_s: int = 0) -> list[ClockSuspect]:
    device = a_pv_set(clock_offset_s=stated_s)
    power = 9_000 * np.clip(np.sin(np.radians(_ELEVATION)), 0, None)
    pv, lamps = days_of_device(device, "active_power", power, ahead_s)
    return list(
        suspected(
            a_registry(device), a_zone(), [device], pv=pv_table(pv), lamps=battery_table(lamps)
        )
    )


def a_lamp(
    ahead_s: int, stated_s: int = 0, schedule: str = "sunset..sunrise"
) -> list[ClockSuspect]:
    device = a_device(clock_offset_s=stated_s, schedule=schedule)
    pv, lamps = days_of_device(
        device, "load_power", np.where(_ELEVATION < -0.8, 60.0, 0.0), ahead_s
    )
    return list(
        suspected(
            a_registry(device), a_zone(), [device], pv=pv_table(pv), lamps=battery_table(lamps)
        )
    )


@pytest.mark.parametrize(
    ("judged", "witness"),
    [
        pytest.param(a_set, Witness.PV_NOON, id="a set's noon"),
        pytest.param(a_lamp, Witness.LAMP_DUSK, id="a lamp's dusk"),
    ],
)
def test_a_clock_on_beijing_time_is_suspected_and_a_right_one_is_not(
    judged: Callable[..., list[ClockSuspect]], witness: Witness
) -> None:
    (found,) = judged(3_600, 60)

    assert found.finding.witness is witness
    assert found.finding.suspected_offset_s == 3_600
    assert abs(found.finding.seen_s - 3_600) < 400
    assert found.finding.days >= 4
    assert found.stated_offset_s == 60
    assert judged(0) == []


def test_a_lamp_that_goes_by_the_clock_tells_nothing_of_it() -> None:
    assert a_lamp(3_600, schedule="18:00..04:00") == []


def test_the_days_are_dated() -> None:
    device = a_pv_set()
    pv, _ = days_of_device(device, "active_power", np.clip(_ELEVATION, 0, None), 0)

    assert [each.day for each in pv][:2] == [date(2026, 10, 1), date(2026, 10, 2)]
    assert pv[0].middle_at is not None
