"""Steps of the machine's clock: noticed against a clock that only runs forward.

The network's time puts a clock right by running it a little faster or slower; what it cannot put
right so, it steps. Readings of before and after such a step lie wrongly beside each other, and
somebody must be told.
"""

import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from ingest.contract.clock import Clock
from ingest.contract.lifecycle import ClockStep
from ingest.contract.period import micros

_LOG: Final = logging.getLogger(__name__)
NOTICED_S: Final = 1.0  # [assumed] far above what a clock drifts between two polls
_TOLD: Final = 10


class ClockWatch:
    """Compares a clock with one that only runs forward, whenever it is asked to look."""

    def __init__(self, clock: Clock, *, forward: Callable[[], float]) -> None:
        """Watch a clock; forward tells seconds since any instant, and is never set."""
        self._clock = clock
        self._forward = forward
        self._ahead_s = self._difference(clock.now())
        self._steps: deque[ClockStep] = deque(maxlen=_TOLD)

    @property
    def steps(self) -> tuple[ClockStep, ...]:
        """The newest steps of this boot, in order."""
        return tuple(self._steps)

    def look(self) -> bool:
        """Tell whether the clock was stepped since this was last asked."""
        now = self._clock.now()
        before, self._ahead_s = self._ahead_s, self._difference(now)
        by_s = self._ahead_s - before
        if abs(by_s) < NOTICED_S:
            return False
        self._steps.append(ClockStep(at=now, by_s=round(by_s, 3)))
        _LOG.warning("the clock was stepped by %+.3f s", by_s)
        return True

    def _difference(self, now: datetime) -> float:
        return micros(now) / 1e6 - self._forward()
