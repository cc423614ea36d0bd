"""Sets of whole numbers as ranges: accounts of records are interval arithmetic."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ranges:
    """A set of numbers as sorted, disjoint, never adjacent pairs (first, last), both included."""

    pairs: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, *pairs: tuple[int, int]) -> "Ranges":
        """Build from pairs in any order; an empty one (last < first) adds nothing."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted(pair for pair in pairs if pair[1] >= pair[0]):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    @classmethod
    def from_numbers(cls, numbers: Iterable[int]) -> "Ranges":
        """Build from single numbers in any order."""
        distinct = sorted(set(numbers))
        if distinct and distinct[-1] - distinct[0] + 1 == len(distinct):
            return cls(((distinct[0], distinct[-1]),))
        merged: list[list[int]] = []
        for number in distinct:
            if merged and number <= merged[-1][1] + 1:
                merged[-1][1] = number
            else:
                merged.append([number, number])
        return cls(tuple((first, last) for first, last in merged))

    def __or__(self, other: "Ranges") -> "Ranges":
        if not other.pairs:
            return self
        return Ranges.of(*self.pairs, *other.pairs)

    def __and__(self, other: "Ranges") -> "Ranges":
        return Ranges(tuple(_overlaps(self.pairs, other.pairs)))

    def __sub__(self, other: "Ranges") -> "Ranges":
        if not self.pairs or not other.pairs:
            return self
        return self & other.gaps(self.pairs[0][0], self.pairs[-1][1])

    def __contains__(self, number: int) -> bool:
        place = bisect_right(self.pairs, number, key=lambda pair: pair[0]) - 1
        return place >= 0 and number <= self.pairs[place][1]

    def __bool__(self) -> bool:
        return bool(self.pairs)

    def gaps(self, first: int, last: int) -> "Ranges":
        """Return the numbers from first to last, both included, that are not in the set."""
        holes: list[tuple[int, int]] = []
        start = first
        for low, high in self.pairs:
            if low > last:
                break
            if low > start:
                holes.append((start, low - 1))
            start = max(start, high + 1)
        if start <= last:
            holes.append((start, last))
        return Ranges(tuple(holes))

    def within(self, first: int, last: int) -> "Ranges":
        """Return the part of the set from first to last, both included."""
        return self & Ranges(((first, last),)) if first <= last else EMPTY

    @property
    def count(self) -> int:
        """How many numbers the set holds."""
        return sum(last - first + 1 for first, last in self.pairs)

    def numbers(self) -> Iterator[int]:
        """Yield every number in order."""
        for first, last in self.pairs:
            yield from range(first, last + 1)

    def to_lists(self) -> list[list[int]]:
        """Return the pairs as JSON holds them."""
        return [[first, last] for first, last in self.pairs]


EMPTY = Ranges()


def _overlaps(
    some: tuple[tuple[int, int], ...], others: tuple[tuple[int, int], ...]
) -> Iterator[tuple[int, int]]:
    here = there = 0
    while here < len(some) and there < len(others):
        first = max(some[here][0], others[there][0])
        last = min(some[here][1], others[there][1])
        if first <= last:
            yield first, last
        if some[here][1] < others[there][1]:
            here += 1
        else:
            there += 1
