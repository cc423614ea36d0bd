"""What to send next: live first, without letting the backlog wait for ever."""

from dataclasses import dataclass

from gateway.outbox import Held, Outbox
from gateway.window import Window
from ingest.contract.identity import BootId


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Rows of one boot to send next; without rows, the account of what was thinned of it."""

    boot: BootId
    rows: list[Held]
    newest: bool = False


class Selection:
    """Chooses among the records held and not under way.

    The oldest go first. With more unsent than fits into a chunk there is a backlog: then what has
    just entered goes at once, and of the others every second chunk takes the newest. A boot of
    which nothing but thinned numbers is left is chosen last, to tell these.
    """

    def __init__(self, outbox: Outbox, window: Window) -> None:
        """Choose from an outbox what the window does not hold."""
        self._outbox = outbox
        self._window = window
        self._newest_is_next = False
        self._looked_at = 0  # numbers of the present boot

    @property
    def unsent(self) -> int:
        """How many records wait to be sent."""
        return len(self._outbox) - self._window.under_way()

    def next(self, limit: int) -> Choice | None:
        """Return at most so many rows to send now, or None where nothing is left to tell."""
        boots = self._outbox.held_boots()
        backlog = self.unsent > limit
        newest = backlog and (self._something_entered() or self._newest_is_next)
        self._newest_is_next = backlog and not newest
        for boot in reversed(boots) if newest else boots:
            if rows := self._unsent_of(boot, limit, newest=newest):
                return Choice(boot=boot, rows=rows, newest=newest)
        return next(
            (Choice(boot=boot, rows=[]) for boot in boots if self._only_thinned(boot)), None
        )

    def _something_entered(self) -> bool:
        before, self._looked_at = self._looked_at, self._outbox.account(self._outbox.boot).head
        return self._looked_at > before

    def _unsent_of(self, boot: BootId, limit: int, *, newest: bool) -> list[Held]:
        account = self._outbox.account(boot)
        free = self._window.numbers(boot).gaps(account.low, account.head)
        return self._outbox.rows(boot, within=free, limit=limit, newest=newest)

    def _only_thinned(self, boot: BootId) -> bool:
        account = self._outbox.account(boot)
        return bool(account.thinned) and not self._window.numbers(boot)
