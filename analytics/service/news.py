"""What is new for the watch: what may have come in time, and what is history.

Rows are taken down while they wait on the change feed, however long the feeder is busy with others;
what the feeder has computed and was not seen there is taken down behind it.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from ingest.contract.identity import DeviceId
from ingest.contract.period import LATE_AFTER, hour_of
from ingest.feed import Change, Waiting

Hours = dict[DeviceId, set[int]]
_LATE_US: Final = LATE_AFTER // timedelta(microseconds=1)


def live_from(now: int) -> int:
    """Return the start of the first hour in which something may have come in time."""
    return hour_of(now - _LATE_US)


@dataclass(slots=True)
class News:
    """Hours of devices with something new in them; told of by more than one thread."""

    _hours: Hours = field(default_factory=dict, init=False)
    _seen: frozenset[int] = field(default=frozenset(), init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False)

    def see(self, rows: Iterable[Waiting]) -> None:
        """Take down rows that wait on the feed, each once."""
        with self._turn:
            waiting = {row.id: row for row in rows}
            self._add(
                (row.device, row.hour) for row in waiting.values() if row.id not in self._seen
            )
            self._seen = frozenset(waiting)

    def note(self, changes: Iterable[Change]) -> None:
        """Take down rows that were computed, but for those that were seen before."""
        with self._turn:
            self._add((each.device, each.hour) for each in changes if each.id not in self._seen)

    def add(self, hours: Mapping[DeviceId, Iterable[int]]) -> None:
        """Take down hours, or take them up again."""
        with self._turn:
            self._add((device, hour) for device, own in hours.items() for hour in own)

    def take_live(self, now: int) -> Hours:
        """Return what may have come in time, and forget it."""
        return self._taken(lambda hour: hour >= live_from(now))

    def take_history(self, now: int) -> Hours:
        """Return all the rest, and forget it."""
        return self._taken(lambda hour: hour < live_from(now))

    def _add(self, hours: Iterable[tuple[DeviceId, int]]) -> None:
        for device, hour in hours:
            self._hours.setdefault(device, set()).add(hour)

    def _taken(self, is_meant: Callable[[int], bool]) -> Hours:
        with self._turn:
            taken, left = Hours(), Hours()
            for device, hours in self._hours.items():
                if meant := set(filter(is_meant, hours)):
                    taken[device] = meant
                if rest := hours - meant:
                    left[device] = rest
            self._hours = left
        return taken
