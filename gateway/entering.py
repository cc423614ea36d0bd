"""What drivers that are spoken to need to let records enter: the outbox, instants, the clock."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.instants import Instants
from gateway.outbox import Outbox
from ingest.contract.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """The way into one gateway's outbox."""

    outbox: Outbox
    instants: Instants  # of what has no clock of its own
    clock: Clock
    appended: Callable[[], None]  # called after records were committed
