"""The window: which records are under way and not yet acknowledged, and when to send them again.

Times are seconds of a monotonic clock; they run in real time whatever the zone's clock does.
"""

from dataclasses import dataclass, field

from ingest.contract.identity import BootId
from ingest.contract.ranges import Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How hard a gateway tries. Times in seconds."""

    window: int = 8  # chunks under way, at most
    answer_s: float = 3.0  # an acknowledgement later than that: too much is under way
    untaken: int = 2  # of them, not taken by the broker: what has just entered waits for so many
    transfer_s: float = 2.0  # chunks are made so small that the link carries one in that time
    resend_s: float = 30.0  # doubles each time
    resend_max_s: float = 300.0
    silence_max_s: float = 90.0  # without an acknowledgement, while something is under way
    backoff_max_s: float = 30.0
    linger_s: float = 1.0  # small chunks wait so long for more while others are under way


@dataclass(slots=True, eq=False, kw_only=True)
class Flight:
    """One chunk under way."""

    boot: BootId
    numbers: Ranges  # still to be acknowledged
    attempts: int = 1
    sent_at: float
    due_at: float
    taken: bool = False  # by the broker


@dataclass(slots=True)
class Reach:
    """How many chunks may be under way, learned from how late acknowledgements come.

    All gateways share one ingest, and what is under way stands in a queue before it. Who sees that
    queue grow long halves its share, who does not sends more: so nothing live waits long behind
    the backlog of many, however fast ingest is.
    """

    pace: Pace
    chunks: float = field(init=False)
    _halved_at: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        self.chunks = float(min(self.pace.untaken, self.pace.window))

    def answered(self, *, sent_at: float, now: float) -> None:
        """Take in that a chunk was acknowledged; those sent before it was halved say nothing."""
        took_s = now - sent_at
        if took_s > self.pace.answer_s and sent_at >= self._halved_at:
            self.chunks, self._halved_at = max(self.chunks / 2.0, 1.0), now
        elif took_s < self.pace.answer_s / 2.0:
            self.chunks = min(self.chunks + 1.0, float(self.pace.window))


@dataclass(slots=True, kw_only=True)
class Window:
    """The chunks under way, at most so many."""

    pace: Pace = field(default_factory=Pace)
    flights: list[Flight] = field(default_factory=list)
    reach: Reach = field(init=False)

    def __post_init__(self) -> None:
        self.reach = Reach(self.pace)

    @property
    def free(self) -> bool:
        """Whether another chunk may be sent."""
        return len(self.flights) < int(self.reach.chunks) and not self.link_busy

    @property
    def link_busy(self) -> bool:
        """Whether the link has enough to carry, so that nothing should be sent at all."""
        return sum(not flight.taken for flight in self.flights) >= self.pace.untaken

    def numbers(self, boot: BootId) -> Ranges:
        """Return what of a boot is under way."""
        flying = (flight.numbers for flight in self.flights if flight.boot == boot)
        return Ranges.of(*(pair for numbers in flying for pair in numbers.pairs))

    def launch(self, boot: BootId, numbers: Ranges, *, now: float) -> Flight:
        """Note that a chunk is being sent."""
        due_at = now + self.pace.resend_s
        flight = Flight(boot=boot, numbers=numbers, sent_at=now, due_at=due_at)
        self.flights.append(flight)
        return flight

    def relaunch(self, flight: Flight, numbers: Ranges, *, now: float) -> None:
        """Note that what is left of a chunk is being sent again; nothing left ends the flight."""
        flight.numbers, flight.taken = numbers, False
        patience = self.pace.resend_s * 2.0**flight.attempts
        flight.attempts += 1
        flight.sent_at, flight.due_at = now, now + min(patience, self.pace.resend_max_s)
        self.flights = [each for each in self.flights if each.numbers]

    def land(self, boot: BootId, numbers: Ranges, *, now: float | None = None) -> None:
        """Take in what was acknowledged of a boot; now, where ingest has just said so."""
        for flight in self.flights:
            if flight.boot == boot:
                flight.numbers -= numbers
            if not flight.numbers and now is not None:
                self.reach.answered(sent_at=flight.sent_at, now=now)
        self.flights = [flight for flight in self.flights if flight.numbers]

    def disconnected(self) -> None:
        """Drop what the broker never took: it will be sent afresh."""
        self.flights = [flight for flight in self.flights if flight.taken]

    def waiting(self, heard_at: float) -> list[Flight]:
        """Return the flights that may have been lost, the broker having taken them.

        That is known only of those before the last acknowledgement: while ingest is silent the
        broker keeps them for it, and would keep them once more with every repetition.
        """
        return [flight for flight in self.flights if flight.taken and flight.sent_at < heard_at]

    def under_way(self) -> int:
        """Return how many numbers are under way."""
        return sum((flight.numbers.count for flight in self.flights), start=0)
