"""Which records say what no later one repeats: a state that changed, a counter that was reset.

An outbox that thins never lets go of these. What lies between two of them can only make gauges
coarser: every state keeps the instant it changed at, and a counter's readings on both sides of a
reset stay, so what it counted can still be told.
"""

from collections.abc import Mapping
from typing import Final

from ingest.contract.catalog import METRICS
from ingest.contract.metric import Kind


def _names(kind: Kind) -> frozenset[str]:
    return frozenset(
        metric.name for metrics in METRICS.values() for metric in metrics if metric.kind is kind
    )


_STATES: Final = _names(Kind.STATE)
_COUNTERS: Final = _names(Kind.COUNTER)


class Turns:
    """What each device last said of its states and counters, and under which key."""

    def __init__(self) -> None:
        """Begin without knowing anything: the first that a device says then turns something."""
        self._said: dict[tuple[int, str], tuple[float | None, int]] = {}

    def forget(self) -> None:
        """Know nothing any more; what was noted may not have been committed."""
        self._said.clear()

    def note(self, device: int, key: int, values: Mapping[str, float | None]) -> set[int]:
        """Take in a record; return the keys of those that now say what no other does."""
        turned: set[int] = set()
        for name in _STATES & values.keys():
            known = self._said.get((device, name))
            turned |= {key} if known is None or known[0] != values[name] else set()
            self._said[device, name] = (values[name], key)
        for name in _COUNTERS & values.keys():
            if (value := values[name]) is not None:
                known = self._said.get((device, name))
                turned |= _reset(known, value, key)
                self._said[device, name] = (value, key)
        return turned


def _reset(known: tuple[float | None, int] | None, value: float, key: int) -> set[int]:
    if known is None:
        return {key}
    before, its_key = known
    return {its_key, key} if before is not None and value < before else set()
