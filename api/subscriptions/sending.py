"""What sending something can come to, and when it is tried again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from api.subscriptions.kept import Sending
from ingest.contract.patience import pause_s
from ingest.contract.period import micros

_FIRST_S: Final = 60.0
_LONGEST_S: Final = 6 * 3_600.0
ATTEMPTS: Final = 12
"""Over some two days [assumed]: a weekend's outage of a mail server is got over."""


class NotSentError(Exception):
    """Something did not go out; the message is one line and shows no secret."""

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good  # trying again would not help


def succeeded(before: Sending, *, at: datetime) -> Sending:
    """Return how far something is that has gone out."""
    return Sending(attempts=before.attempts + 1, sent_at=micros(at))


def failed(
    before: Sending, error: NotSentError, *, at: datetime, chance: Callable[[], float]
) -> Sending:
    """Return how far something is that did not go out.

    Args:
        before: How far it was.
        error: Why.
        at: When it was tried.
        chance: Tells a number from 0 to below 1: those who failed together do not return together.
    """
    attempts = before.attempts + 1
    pause = pause_s(before.attempts, first_s=_FIRST_S, longest_s=_LONGEST_S, jitter=chance())
    return Sending(
        attempts=attempts,
        next_at=micros(at + timedelta(seconds=pause)),
        given_up=error.for_good or attempts >= ATTEMPTS,
        error=str(error),
    )
