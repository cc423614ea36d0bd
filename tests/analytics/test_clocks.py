"""A clock one hour ahead is found by the sun; a right one, clouds and a late lamp are not accused.

The panel follows the simulator's sun, which shares no code with the one that judges.
"""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from analytics.clocks import Witness, judged_by_sun, lamp_dusks, pv_noons, suns
from analytics.night import Pole
from ingest.contract.period import DAY_US
from simulators.world.sun import sun_position

POLE = Pole.at(Decimal("10.61"), Decimal("103.53"), "Asia/Phnom_Penh")
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 7)
SUNS = suns(POLE, FIRST, LAST)
FIVE_MINUTES = 300_000_000
START = SUNS[FIRST].noon // DAY_US * DAY_US - DAY_US
AT = START + FIVE_MINUTES * np.arange(9 * 288, dtype=np.int64)
HOUR_S = 3_600


def a_panel(*, cloudy: int | None = None) -> "np.typing.NDArray[np.float64]":
    """Return a panel's power at AT, clouded over after noon on one day in so many."""
    sun = sun_position(AT, latitude=np.array(10.61), longitude=np.array(103.53))
    power = 5_000.0 * np.clip(np.sin(np.radians(sun.elevation)), 0.0, None)
    if cloudy:
        for number, each in enumerate(SUNS.values()):
            if number % cloudy == 0:
                power[(each.noon < AT) & (each.noon + DAY_US // 3 > AT)] *= 0.2
    return power


@pytest.mark.parametrize("ahead_s", [-HOUR_S, 0, HOUR_S, 2 * HOUR_S])
def test_a_panels_noon_tells_the_clock(ahead_s: int) -> None:
    seen = pv_noons(AT + ahead_s * 1_000_000, a_panel(), SUNS)

    found = judged_by_sun(seen, Witness.PV_NOON)

    assert found is not None
    assert (found.days, found.suspected_offset_s) == (7, ahead_s)
    assert abs(found.seen_s - ahead_s) < 120


def test_a_few_cloudy_afternoons_do_not_hide_or_make_an_hour() -> None:
    power = a_panel(cloudy=3)

    right = judged_by_sun(pv_noons(AT, power, SUNS), Witness.PV_NOON)
    ahead = judged_by_sun(pv_noons(AT + HOUR_S * 1_000_000, power, SUNS), Witness.PV_NOON)

    assert right is not None
    assert ahead is not None
    assert (right.suspected_offset_s, ahead.suspected_offset_s) == (0, HOUR_S)


@pytest.mark.parametrize(
    ("late", "usual", "offset"),
    [
        pytest.param(timedelta(minutes=10), timedelta(minutes=10), 0, id="right"),
        pytest.param(timedelta(minutes=70), timedelta(minutes=10), HOUR_S, id="ahead"),
        pytest.param(timedelta(minutes=-50), timedelta(minutes=10), -HOUR_S, id="behind"),
        pytest.param(timedelta(minutes=25), timedelta(0), 0, id="a photocell in the shade"),
    ],
)
def test_a_lamps_dusk_tells_the_clock(late: timedelta, usual: timedelta, offset: int) -> None:
    on = [each.sunset + late // timedelta(microseconds=1) for each in SUNS.values()]

    seen = lamp_dusks(on, SUNS)
    found = judged_by_sun(seen, Witness.LAMP_DUSK, usual_s=int(usual.total_seconds()))

    assert found is not None
    assert found.suspected_offset_s == offset
    assert found.seen_s == late.total_seconds()


def test_too_few_days_and_days_that_disagree_say_nothing() -> None:
    assert judged_by_sun([HOUR_S, HOUR_S], Witness.PV_NOON) is None
    assert judged_by_sun([0, HOUR_S * 2, -HOUR_S * 2, HOUR_S * 4], Witness.PV_NOON) is None
    assert pv_noons(AT, np.full(len(AT), np.nan), SUNS) == []
    assert pv_noons(AT, np.zeros(len(AT)), SUNS) == []
    assert lamp_dusks([], SUNS) == []


def test_noon_lies_where_the_equation_of_time_has_it() -> None:
    # 12:00 + 4 min/deg * (105 - 103.53) deg, less the equation of time of 1 October, 10.2 min.
    noon = SUNS[FIRST].noon / 1e6 % 86_400 / 60

    assert noon == pytest.approx(4 * 60 + 55.7, abs=1.0)
