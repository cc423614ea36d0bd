"""Flags and their precedence."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contract.quality import Quality

# The aggregate of IOOS ioos_qc 3.0.0, lowest precedence first.
PRECEDENCE = [9, 2, 1, 3, 4]
flags = st.lists(st.sampled_from(Quality))


@pytest.mark.parametrize(("some", "other"), list(product(PRECEDENCE, repeat=2)))
def test_the_worse_of_two_wins(some: int, other: int) -> None:
    worst = Quality.worst([Quality(some), Quality(other)])

    assert worst == max(some, other, key=PRECEDENCE.index)


def test_missing_is_left_only_where_all_are_missing() -> None:
    assert Quality.worst([Quality.MISSING] * 3) is Quality.MISSING
    assert Quality.worst([Quality.MISSING, Quality.UNCHECKED]) is Quality.UNCHECKED


def test_nothing_checked_is_unchecked() -> None:
    assert Quality.worst([]) is Quality.UNCHECKED


@given(flags, flags)
def test_worst_does_not_depend_on_how_checks_are_grouped(
    some: list[Quality], others: list[Quality]
) -> None:
    apart = [Quality.worst(group) for group in (some, others) if group]

    assert Quality.worst(some + others) == Quality.worst(apart)
