"""Silence, outage and proof by counter, from uptime days to a zone's headline."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from analytics.figures import Unit, written
from analytics.periods import parse_period
from analytics.result import ZoneResult, period_window, zone_result
from analytics.uptime.days import UptimeDay
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.model import Device
from tests.builders import a_basis, a_device, a_pv_set, a_registry, a_zone, an_uptime_day

_LATER = micros(datetime(2026, 12, 1, tzinfo=UTC))
_LAMPS, _SILENT, _PROVEN = 4_300, 1_290, 200
_FIRST, _LAST = 1, 20  # October
_TEN_HOURS = "19:00..05:00"  # all of them dark in Cambodia in October
_NIGHT_S = 36_000
_NIGHT_MWH = 600_000  # 60 W for ten hours


def _result(devices: Sequence[Device], uptime: Sequence[UptimeDay]) -> ZoneResult:
    basis = a_basis(a_registry(*devices), uptime=uptime, as_of=_LATER)
    return zone_result(
        basis, a_zone(), period_window(a_zone(), parse_period("2026-10-01..2026-10-20"))
    )


def _proven(result: ZoneResult) -> str:
    share = result.light.proven_percent
    assert share is not None
    return written(share, Unit.PERCENT)


def _nights() -> list[date]:
    return [date(2026, 10, day) for day in range(_FIRST, _LAST + 1)]


def _lit(device: Device, day: date, mwh: int = _NIGHT_MWH) -> UptimeDay:
    return an_uptime_day(device.id, day, up_s=_NIGHT_S, counter_mwh=mwh, gauge_mwh=_NIGHT_MWH)


def _back(device: Device, nights: float) -> UptimeDay:
    """A lamp that comes back on 21 October, with what its counter took meanwhile and that night."""
    mwh = round((nights + 1) * _NIGHT_MWH)
    return _lit(device, date(2026, 10, 21), mwh)


@pytest.fixture(scope="module")
def lamps() -> list[Device]:
    return [a_device(f"kh-lamp-{n:04}", schedule=_TEN_HOURS) for n in range(_LAMPS)]


def test_what_is_silent_is_not_proven_until_a_counter_says_so(lamps: list[Device]) -> None:
    """4,300 lamps, 1,290 of them silent for all 20 nights: 3,010 / 4,300 = 70.0 %.

    200 come back with counters that went on as ever: 3,210 / 4,300 = 74.65 %.
    """
    heard = [_lit(lamp, day) for lamp in lamps[_SILENT:] for day in _nights()]

    assert _proven(_result(lamps, heard)) == "70.0"

    back = [_back(lamp, nights=20) for lamp in lamps[:_PROVEN]]

    assert _proven(_result(lamps, [*heard, *back])) == "74.7"


@pytest.mark.parametrize(
    ("nights", "proven"),
    [
        pytest.param(20, "100.0", id="as ever"),
        pytest.param(18, "100.0", id="nine tenths are as expected"),
        pytest.param(10, "50.0", id="half of it"),
        pytest.param(0, "0.0", id="the counter stood still"),
    ],
)
def test_a_counter_proves_its_share_of_the_silence(nights: float, proven: str) -> None:
    lamp = a_device(schedule=_TEN_HOURS)

    assert _proven(_result([lamp], [_back(lamp, nights)])) == proven


def test_a_gap_proves_no_more_than_itself() -> None:
    """Lit on 1, silent on 2, dark from 3 on: the night of the 2nd is proven on the 3rd."""
    lamp = a_device(schedule=_TEN_HOURS)
    dark = [
        an_uptime_day(
            lamp.id, day, down_s=_NIGHT_S, known_down_s=_NIGHT_S, counter_mwh=0, gauge_mwh=0
        )
        for day in _nights()[3:]
    ]
    third = an_uptime_day(
        lamp.id,
        date(2026, 10, 3),
        down_s=_NIGHT_S,
        known_down_s=_NIGHT_S,
        counter_mwh=_NIGHT_MWH,
        gauge_mwh=0,
    )

    result = _result([lamp], [_lit(lamp, date(2026, 10, 1)), third, *dark])

    spent = result.fleets[DeviceClass.STREETLIGHT].spent()
    assert (spent.up_s, spent.proven_s, spent.down_s) == (36_000, 36_000, 18 * 36_000)
    assert spent.times.unknown == 0


def test_what_a_day_was_silent_for_at_its_end_is_proven_by_the_next() -> None:
    """Five hours lit on the 1st, then silent; on the 2nd the counter tells of five more."""
    lamp = a_device(schedule=_TEN_HOURS)
    first = an_uptime_day(
        lamp.id,
        date(2026, 10, 1),
        up_s=18_000,
        counter_mwh=300_000,
        gauge_mwh=300_000,
        tail_s=18_000,
    )
    second = _lit(lamp, date(2026, 10, 2), _NIGHT_MWH + 300_000)

    result = _result([lamp], [first, second])

    spent = result.fleets[DeviceClass.STREETLIGHT].spent()
    assert (spent.up_s, spent.proven_s) == (54_000, 18_000)


def test_an_inverter_is_proven_by_its_own_normal_yield() -> None:
    """It gives 40 kWh a day as long as it is heard; silent for two days, it has given 80 more."""
    inverter = a_pv_set()
    heard = [
        an_uptime_day(
            inverter.id,
            date(2026, 10, day),
            device_class=DeviceClass.SCHOOL_PV,
            up_s=86_400,
            counter_mwh=40_000_000,
            gauge_mwh=40_000_000,
        )
        for day in range(1, 18)
    ]
    back = an_uptime_day(
        inverter.id,
        date(2026, 10, 20),
        device_class=DeviceClass.SCHOOL_PV,
        up_s=86_400,
        counter_mwh=120_000_000,
        gauge_mwh=40_000_000,
    )

    silent = _result([inverter], heard).fleets[DeviceClass.SCHOOL_PV].spent()
    proven = _result([inverter], [*heard, back]).fleets[DeviceClass.SCHOOL_PV].spent()

    assert silent.proven_share is not None
    assert abs(silent.proven_share - Fraction(17, 20)) < Fraction(1, 100)
    assert silent.times.point == 1
    assert proven.proven_share == 1
