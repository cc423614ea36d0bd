from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.board.axes import nice_step, time_ticks, value_scale
from ingest.contract.period import HOUR_US, Period


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (4.0, 1.0),
        (4.1, 2.0),
        (10.0, 5.0),
        (100.0, 50.0),
        (0.3, 0.1),
        (0.09, 0.05),
        (7_000.0, 2000.0),
    ],
)
def test_a_step_is_one_two_or_five(span: float, expected: float) -> None:
    assert nice_step(span, 4) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "from_zero", "expected"),
    [
        pytest.param(0.0, 92.0, True, ["0", "50", "100"], id="from zero"),
        pytest.param(24.1, 26.2, False, ["24", "25", "26", "27"], id="without zero"),
        pytest.param(-3.0, 4.0, True, ["-4", "-2", "0", "2", "4"], id="both sides of zero"),
        pytest.param(0.0, 0.25, True, ["0.0", "0.1", "0.2", "0.3"], id="decimals"),
        pytest.param(0.0, 0.0, True, ["0.0", "0.5"], id="nothing but zero"),
        pytest.param(5.0, 5.0, False, ["5.0", "5.5"], id="one value"),
    ],
)
def test_ticks_hold_the_values(
    *, low: float, high: float, from_zero: bool, expected: list[str]
) -> None:
    _, ticks = value_scale(low, high, start=100, end=0, from_zero=from_zero)

    assert [tick.text for tick in ticks] == expected


@given(
    low=st.floats(min_value=-1e9, max_value=1e9),
    span=st.floats(min_value=1e-3, max_value=1e9),
    from_zero=st.booleans(),
)
def test_every_value_lies_between_the_ends(*, low: float, span: float, from_zero: bool) -> None:
    scale, ticks = value_scale(low, low + span, start=190, end=12, from_zero=from_zero)

    slack = 1e-6 * 178
    assert 12 - slack <= scale.at(low + span) <= scale.at(low) <= 190 + slack
    assert 2 <= len(ticks) <= 8


def test_time_ticks_stand_at_every_sixth_local_hour() -> None:
    midnight = 20_000 * 24 * HOUR_US - 7 * HOUR_US  # in Phnom Penh, UTC+7

    ticks = time_ticks(
        Period(midnight, midnight + 24 * HOUR_US),
        ZoneInfo("Asia/Phnom_Penh"),
        start=0,
        end=240,
    )

    assert [(tick.at, tick.text) for tick in ticks] == [
        (0, "00:00"),
        (60, "06:00"),
        (120, "12:00"),
        (180, "18:00"),
        (240, "00:00"),
    ]
