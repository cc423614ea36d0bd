"""Faults in time: which belong to one stretch of trouble, and when it held."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Final

from analytics.faults.fault import Fault, RuleId

FaultKey = tuple[RuleId, str, int]
_FOREVER: Final = 2**62


def key_of(fault: Fault) -> FaultKey:
    """Return what a fault is named by."""
    return fault.rule, fault.subject, fault.began_at


def end_of(fault: Fault) -> int:
    """Return when a fault cleared; far ahead while it holds."""
    return _FOREVER if fault.cleared_at is None else fault.cleared_at


def touch(one: Fault, other: Fault, gap_us: int) -> bool:
    """Tell whether two faults hold at one time, or with no longer a gap between them."""
    first, last = (one, other) if one.began_at <= other.began_at else (other, one)
    return last.began_at <= end_of(first) + gap_us


def episodes(faults: Iterable[Fault], gap_us: int) -> list[tuple[Fault, ...]]:
    """Return faults in runs without a longer gap, each in the order they began."""
    order = attrgetter("began_at", "rule", "subject")
    return _runs(sorted(faults, key=order), attrgetter("began_at"), gap_us)


def stretches(faults: Sequence[Fault]) -> list[tuple[Fault, ...]]:
    """Return faults in runs through which at least one of them was raised and not cleared."""
    order = attrgetter("raised_at", "began_at", "rule", "subject")
    return _runs(sorted(faults, key=order), attrgetter("raised_at"), 0)


def _runs(
    faults: Iterable[Fault], start: Callable[[Fault], int], gap_us: int
) -> list[tuple[Fault, ...]]:
    """Return faults, in the order of their starts, in runs without a longer gap."""
    runs: list[list[Fault]] = []
    reached = 0
    for fault in faults:
        if runs and start(fault) <= reached + gap_us:
            runs[-1].append(fault)
            reached = max(reached, end_of(fault))
        else:
            runs.append([fault])
            reached = end_of(fault)
    return [tuple(run) for run in runs]
