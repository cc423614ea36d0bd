"""How many are visited and what share works, by published figures."""

import pytest

from analytics.sample_plans import drawn, ninety_ten, share


@pytest.mark.parametrize(
    ("population", "expected", "size"),
    [
        # By the guideline's equation on paper: 601.339 / (19.99 + 0.30067) = 29.64 and so on.
        pytest.param(2_000, 0.9, 30, id="2000 at 90 %"),
        pytest.param(2_000, 0.5, 239, id="2000 at 50 %"),
        pytest.param(1, 0.9, 1, id="one"),
        pytest.param(5, 0.5, 5, id="never more than there are"),
    ],
)
def test_the_ninety_ten_rule(population: int, expected: float, size: int) -> None:
    assert ninety_ten(population, expected) == size


@pytest.mark.parametrize(("population", "expected"), [(0, 0.9), (10, 0.0), (10, 1.0)])
def test_what_no_sample_can_be_planned_for_is_refused(population: int, expected: float) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        ninety_ten(population, expected)


def test_a_draw_is_repeated_by_its_seed() -> None:
    once = drawn(2_000, 30, seed=7)

    assert once == drawn(2_000, 30, seed=7)
    assert once != drawn(2_000, 30, seed=8)
    assert len(set(once)) == 30
    assert list(once) == sorted(once)
    assert 1 <= once[0] <= once[-1] <= 2_000
    assert drawn(3, 3, seed=1) == (1, 2, 3)


def test_a_share_has_its_interval() -> None:
    # statsmodels 0.14, proportion_confint(27, 30, 0.1, "wilson").
    found = share(27, 30)

    assert found is not None
    assert (round(found.point, 4), round(found.low, 4), round(found.high, 4)) == (
        0.9,
        0.7745,
        0.9593,
    )


def test_a_share_stays_within_its_bounds_and_nothing_visited_is_no_share() -> None:
    none, every = share(0, 10), share(10, 10)

    assert none is not None
    assert every is not None
    assert (none.low, every.high) == (0.0, 1.0)
    assert none.high > 0
    assert share(0, 0) is None
