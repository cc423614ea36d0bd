"""Stretches of time in which a device has said something: what lies between them is free.

A clock that was stepped ahead and is put right goes on where nothing was said yet, instead of
behind its last mistake, where everything would be measured in the future.
"""

from dataclasses import dataclass
from typing import Final, Self

_HOUR_MS: Final = 3_600_000
_APART_MS: Final = _HOUR_MS // 6  # what ingest bears of a clock ahead of its own
_LASTING_MS: Final = 24 * _HOUR_MS  # [assumed] a clock that is wrong is put right within a day
_MOST: Final = 8  # [assumed] more jumps than a clock makes in a day


@dataclass(frozen=True, slots=True)
class Stretches:
    """First and last instants of stretches, ascending and apart. [milliseconds, UTC]"""

    pairs: tuple[tuple[int, int], ...] = ()

    @property
    def newest(self) -> int:
        """The latest instant; -1 where there is none."""
        return self.pairs[-1][1] if self.pairs else -1

    def free(self, at: int) -> int:
        """Return an instant that was not used: the one asked for, or the next behind a stretch.

        Nothing is free before the first stretch: a clock without a battery begins in the past.
        """
        for place, (first, last) in enumerate(self.pairs):
            if place and at < first:
                break
            at = max(at, last + 1)
        return at

    def including(self, at: int) -> Self:
        """Return these with an instant; a newest stretch that lasts leaves none before it."""
        before = [pair for pair in self.pairs if pair[0] <= at]
        after = [pair for pair in self.pairs if pair[0] > at]
        if before and at - before[-1][1] <= _APART_MS:
            first, last = before.pop()
            before.append((first, max(last, at)))
        else:
            before.append((at, at))
        if after and after[0][0] - before[-1][1] <= 1:
            before[-1] = (before[-1][0], after.pop(0)[1])
        return type(self)(_bounded([*before, *after]))


def _bounded(pairs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    first, last = pairs[-1]
    if last - first >= _LASTING_MS:
        return ((first, last),)
    joined = pairs[: max(len(pairs) - _MOST + 1, 1)]
    return ((joined[0][0], joined[-1][1]), *pairs[len(joined) :])
