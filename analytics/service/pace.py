"""How often something long is done again: so seldom that it takes a tenth of the time at most."""

from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

_SHARE: Final = 10  # as long again, so many times, until the next


@dataclass(slots=True)
class Pace:
    """When something was done last, and how long it took; what takes a moment never waits."""

    at_least_s: float = 1.0  # what takes less is done whenever it is asked for
    _done_at: float = field(default=0.0, init=False)
    _took_s: float = field(default=0.0, init=False)

    def is_due(self, *, busy: bool = False) -> bool:
        """Tell whether it may be done again; while there is other work, a moment waits, too."""
        waited = perf_counter() - self._done_at
        takes_a_moment = self._took_s < self.at_least_s and not busy
        return takes_a_moment or waited >= _SHARE * self._took_s

    def took(self, seconds: float) -> None:
        """Note that it was done just now, and how long that took."""
        self._done_at, self._took_s = perf_counter(), seconds
