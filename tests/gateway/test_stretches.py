"""What a device has said something in is remembered; between these stretches is room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.stretches import Stretches

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOON = 1_795_521_600_000


def said_at(*instants: int) -> Stretches:
    stretches = Stretches()
    for at in instants:
        stretches = stretches.including(at)
    return stretches


@pytest.mark.parametrize(
    ("instants", "pairs"),
    [
        pytest.param([], (), id="nothing"),
        pytest.param([5, 9, 5], ((5, 9),), id="soon after each other"),
        pytest.param([0, 10 * MINUTE], ((0, 10 * MINUTE),), id="as far apart as ingest bears"),
        pytest.param([0, 10 * MINUTE + 1], ((0, 0), (600_001, 600_001)), id="farther apart"),
        pytest.param([0, HOUR, 9], ((0, 9), (HOUR, HOUR)), id="back in the first"),
        pytest.param([0, HOUR, -HOUR], ((-HOUR, -HOUR), (0, 0), (HOUR, HOUR)), id="before all"),
        pytest.param([0, HOUR, HOUR - 2, HOUR - 1], ((0, 0), (HOUR - 2, HOUR)), id="one again"),
    ],
)
def test_instants_far_apart_lie_in_stretches_of_their_own(
    instants: list[int], pairs: tuple[tuple[int, int], ...]
) -> None:
    assert said_at(*instants).pairs == pairs


@pytest.mark.parametrize(
    ("asked", "free"),
    [
        pytest.param(NOON + 2 * HOUR, NOON + 2 * HOUR, id="behind all"),
        pytest.param(NOON + HOUR // 2, NOON + HOUR // 2, id="between two"),
        pytest.param(NOON + 1, NOON + MINUTE + 1, id="within the first"),
        pytest.param(NOON + HOUR + 5, NOON + HOUR + 10, id="within the last"),
        pytest.param(NOON - DAY, NOON + MINUTE + 1, id="before all"),
    ],
)
def test_what_was_not_said_at_is_free_but_before_all(asked: int, free: int) -> None:
    stretches = said_at(NOON, NOON + MINUTE, NOON + HOUR, NOON + HOUR + 9)

    assert stretches.free(asked) == free


def test_a_stretch_that_lasts_a_day_leaves_none_before_it() -> None:
    first_start = NOON - 26 * 365 * DAY  # of a machine whose clock has no battery
    instants = [NOON + minutes * MINUTE for minutes in range(0, 24 * 60 + 1, 10)]

    before, after = said_at(first_start, *instants[:-1]), said_at(first_start, *instants)

    assert [len(before.pairs), len(after.pairs)] == [2, 1]
    assert after.free(first_start + HOUR) == NOON + DAY + 1


def test_of_many_stretches_the_oldest_are_taken_as_one() -> None:
    stretches = said_at(*(hour * HOUR for hour in range(20)))

    assert len(stretches.pairs) == 8
    assert stretches.pairs[:2] == ((0, 12 * HOUR), (13 * HOUR, 13 * HOUR))


@given(st.lists(st.integers(0, 3 * DAY) | st.integers(0, 50), max_size=60))
def test_nothing_is_free_that_was_said_at(asked: list[int]) -> None:
    stretches, given_out = Stretches(), list[int]()
    for at in asked:
        free = stretches.free(at)
        stretches = stretches.including(free)
        given_out.append(free)

    assert len(set(given_out)) == len(given_out)
    assert all(free >= at for at, free in zip(asked, given_out, strict=True))
    assert not given_out or stretches.newest == max(given_out)
