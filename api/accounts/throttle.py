"""Slower with every wrong password: a wait that doubles, by account and by address."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ingest.contract.clock import Clock

_KEPT: Final = 10_000  # keys; the ones not tried for longest are forgotten first
_FORGIVEN_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How many tries are free, and how long the wait between two may become."""

    free: int
    longest: timedelta


# An account's wait stays short, since anybody can cause it; an address's may grow.
ACCOUNT: Final = Patience(free=5, longest=timedelta(minutes=1))
ADDRESS: Final = Patience(free=20, longest=timedelta(minutes=15))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tries:
    count: int
    last: datetime


class Throttle:
    """Counts tries by key. Safe in any thread; forgotten with the process."""

    def __init__(self, clock: Clock, patience: Patience) -> None:
        self._clock = clock
        self._patience = patience
        self._turn = threading.Lock()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    def enter(self, key: str) -> timedelta | None:
        """Count a try and return None; or return how long to wait, where it comes too early.

        A try counts before it is judged, so that many at once are not judged as one.
        """
        now = self._clock.now()
        with self._turn:
            before = self._tries.get(key)
            if before is None or now - before.last > _FORGIVEN_AFTER:
                before = _Tries(count=0, last=now)
            wait = self._wait(before.count) - (now - before.last)
            if wait > timedelta(0):
                return wait
            self._tries[key] = _Tries(count=before.count + 1, last=now)
            self._tries.move_to_end(key)
            if len(self._tries) > _KEPT:
                self._tries.popitem(last=False)
        return None

    def forgive(self, key: str) -> None:
        """Forget the tries of a key, after a right one."""
        with self._turn:
            self._tries.pop(key, None)

    def undo(self, key: str) -> None:
        """Take one try back, after a right one: an office shares its address."""
        with self._turn:
            if (tries := self._tries.get(key)) is not None:
                self._tries[key] = _Tries(count=tries.count - 1, last=tries.last)

    def _wait(self, count: int) -> timedelta:
        over = count - self._patience.free
        if over < 0:
            return timedelta(0)
        return min(timedelta(seconds=2 ** min(over, 20)), self._patience.longest)
