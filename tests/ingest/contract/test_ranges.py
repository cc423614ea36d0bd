"""Ranges against sets of numbers."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contract.ranges import EMPTY, Ranges

numbers = st.integers(0, 40)
sets = st.sets(numbers)
pairs = st.lists(st.tuples(numbers, numbers))


def tidy(ranges: Ranges) -> bool:
    """Tell whether pairs are in order, not empty, and never touch."""
    ends = [end for pair in ranges.pairs for end in pair]
    inside = all(first <= last for first, last in ranges.pairs)
    apart = all(after - before > 1 for before, after in zip(ends[1::2], ends[2::2], strict=False))
    return inside and apart and ends == sorted(ends)


@given(pairs)
def test_pairs_in_any_order_become_the_same_set(pairs: list[tuple[int, int]]) -> None:
    ranges = Ranges.of(*pairs)

    expected = {number for first, last in pairs for number in range(first, last + 1)}
    assert set(ranges.numbers()) == expected
    assert ranges == Ranges.from_numbers(expected)
    assert tidy(ranges)


@given(st.lists(numbers))
def test_numbers_may_repeat(listed: list[int]) -> None:
    ranges = Ranges.from_numbers(listed)

    assert list(ranges.numbers()) == sorted(set(listed))
    assert tidy(ranges)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param(Ranges.__or__, set[int].__or__, id="union"),
        pytest.param(Ranges.__and__, set[int].__and__, id="intersection"),
        pytest.param(Ranges.__sub__, set[int].__sub__, id="difference"),
    ],
)
@given(some=sets, others=sets)
def test_arithmetic_is_that_of_sets(
    ours: Callable[[Ranges, Ranges], Ranges],
    theirs: Callable[[set[int], set[int]], set[int]],
    some: set[int],
    others: set[int],
) -> None:
    result = ours(Ranges.from_numbers(some), Ranges.from_numbers(others))

    assert set(result.numbers()) == theirs(some, others)
    assert tidy(result)


@given(sets, numbers, numbers)
def test_gaps_and_what_is_within_share_a_span(some: set[int], first: int, last: int) -> None:
    ranges, span = Ranges.from_numbers(some), set(range(first, last + 1))

    gaps, within = ranges.gaps(first, last), ranges.within(first, last)

    assert set(gaps.numbers()) == span - some
    assert set(within.numbers()) == span & some
    assert tidy(gaps)
    assert tidy(within)


@given(sets, st.integers(-1, 41))
def test_it_knows_what_it_holds(some: set[int], number: int) -> None:
    ranges = Ranges.from_numbers(some)

    assert (number in ranges) == (number in some)
    assert ranges.count == len(some)
    assert bool(ranges) == bool(some)


def test_it_does_not_count_one_by_one() -> None:
    whole = Ranges.of((1, 2**53))

    assert (whole - Ranges.of((7, 7))).pairs == ((1, 6), (8, 2**53))
    assert whole.count == 2**53


def test_neighbors_join_and_an_empty_pair_adds_nothing() -> None:
    assert Ranges.of((4, 6), (1, 3), (9, 8)).to_lists() == [[1, 6]]
    assert Ranges.of((5, 4)) == EMPTY
