"""Samples, against a textbook's example and against drawing again and again."""

from decimal import Decimal

import numpy as np
import pytest
from scipy import stats

from analytics.samples import SampleError, expand, expand_share, students_t


def test_a_sample_is_expanded_with_students_t_and_the_finite_correction() -> None:
    """Of 100 sets five gave 4, 6, 5, 7 and 8 kWh: mean 6, variance 2.5, t 2.776445.

    600 kWh, give or take 2.776445 x sqrt(2.5 / 5 x 0.95) x 100 = 191.353 kWh.
    """
    told = expand([Decimal(n) for n in (4, 6, 5, 7, 8)], 100)

    assert told.total == 600
    assert float(told.half_width) == pytest.approx(191.353, abs=0.001)
    assert told.conservative == told.total - told.half_width


def test_who_looks_at_everything_errs_in_nothing() -> None:
    assert expand([Decimal(3), Decimal(5)], 2).half_width == 0


def test_nothing_is_credited_below_zero() -> None:
    assert expand([Decimal(0), Decimal(10)], 1_000).conservative == 0


def test_a_share_that_works_is_a_total_of_ones() -> None:
    told = expand_share([True] * 27 + [False] * 3, 2_000)

    assert told.total == 1_800


@pytest.mark.parametrize("count", [0, 1, 4])
def test_too_few_or_too_many_are_no_sample(count: int) -> None:
    with pytest.raises(SampleError, match="expected 2 to 3"):
        expand([Decimal(1)] * count, 3)


@pytest.mark.parametrize(("freedom", "quantile"), [(1, "12.706205"), (29, "2.045230")])
def test_students_quantiles_are_those_of_the_tables(freedom: int, quantile: str) -> None:
    assert students_t(freedom) == Decimal(quantile)


def test_the_interval_holds_the_truth_nineteen_times_of_twenty() -> None:
    random = np.random.default_rng(3)
    everyone = np.round(random.normal(55, 12, 2_000), 3)
    truth = everyone.sum()

    held = 0
    for _ in range(600):
        told = expand([Decimal(str(v)) for v in random.choice(everyone, 30, replace=False)], 2_000)
        held += abs(float(told.total) - truth) <= float(told.half_width)

    assert stats.binom.cdf(held, 600, 0.95) > 0.001
    assert stats.binom.sf(held - 1, 600, 0.95) > 0.001
