"""How long to leave a line alone after it could not be reached."""

from typing import Final

_FIRST_S: Final = 0.1
_LONGEST_S: Final = 30.0


class Backoff:
    """Doubles the wait with each failure, up to half a minute; instants are a monotonic clock's."""

    def __init__(self) -> None:
        """Begin without a failure."""
        self._delay_s = 0.0
        self._until_s = float("-inf")

    def allows(self, now_s: float) -> bool:
        """Tell whether it may be tried now."""
        return now_s >= self._until_s

    def failed(self, now_s: float) -> None:
        """Wait longer than after the last failure."""
        self._delay_s = min(2 * self._delay_s, _LONGEST_S) or _FIRST_S
        self._until_s = now_s + self._delay_s

    def succeeded(self) -> None:
        """Forget all failures."""
        self._delay_s = 0.0
