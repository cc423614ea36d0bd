"""What is sent when: fills the window from the outbox, and sends again what nobody acknowledged."""

from typing import Final

from gateway.chunks import TARGET_BYTES, SealedChunk, seal_chunk
from gateway.outbox import Outbox
from gateway.selection import Choice, Selection
from gateway.window import Flight, Pace, Window
from ingest.contract.clock import Clock
from ingest.contract.identity import BootId
from ingest.contract.ranges import EMPTY, Ranges

_FIRST_ROWS: Final = 500
_LEAST_ROWS: Final = 50
_MOST_ROWS: Final = 5_000
_LEAST_BYTES: Final = 4_096

Departure = tuple[Flight, SealedChunk]


class Dispatch:
    """Decides over departures; it sends nothing itself. Times are seconds of a monotonic clock."""

    def __init__(self, *, outbox: Outbox, clock: Clock, pace: Pace) -> None:
        """Dispatch an outbox's records at a pace; the clock tells when a chunk was sent."""
        self.window = Window(pace=pace)
        self._pace = pace
        self._outbox = outbox
        self._clock = clock
        self._selection = Selection(outbox, self.window)
        self._rows = _FIRST_ROWS
        self._bytes = TARGET_BYTES
        self._launched_at = float("-inf")
        self._heard_at = float("-inf")

    def heard(self, now: float) -> None:
        """Take in that ingest said something: it is there, and may not have what is under way."""
        self._heard_at = now

    def departures(self, now: float) -> list[Departure]:
        """Return what is to be sent now: what fits into the window, then what is overdue."""
        return self._afresh(now) + self._overdue(now)

    def taken(self, flight: Flight, chunk: SealedChunk, *, seconds: float) -> None:
        """Take in that the broker took a chunk, and how long that took."""
        flight.taken = True
        size = len(chunk.payload)
        if seconds > self._pace.transfer_s:
            fitting = size * self._pace.transfer_s / seconds
            self._bytes = max(min(int(fitting), self._bytes), _LEAST_BYTES)
        elif seconds < self._pace.transfer_s / 2:
            self._bytes = min(max(self._bytes, 2 * size), TARGET_BYTES)
        self._learn_size(chunk)

    def settle(self, boot: BootId, numbers: Ranges, *, now: float | None = None) -> None:
        """Take in an acknowledgement: first on disk, then in the window.

        Now is when ingest said it, None where it is not known how long ago that was.
        """
        self._outbox.settle(boot, numbers)
        self.window.land(boot, numbers, now=now)

    def rest_s(self, now: float) -> float | None:
        """Return for how long nothing is to be sent; None where only news can change that."""
        if self.window.link_busy:
            return None
        times = [flight.due_at for flight in self.window.waiting(self._heard_at)]
        if self.window.free and self._lingers(now) and self._selection.unsent > 0:
            times.append(self._launched_at + self._pace.linger_s)
        return max(min(times) - now, 0.0) if times else None

    def _overdue(self, now: float) -> list[Departure]:
        departures: list[Departure] = []
        for flight in self.window.waiting(self._heard_at):
            if self.window.link_busy:
                break
            if flight.due_at <= now and (departure := self._again(flight, now)):
                departures.append(departure)
        return departures

    def _again(self, flight: Flight, now: float) -> Departure | None:
        chunk = None
        if flight.boot in self._outbox.held_boots():
            rows = self._outbox.rows(flight.boot, within=flight.numbers, limit=_MOST_ROWS)
            chunk = self._seal(Choice(boot=flight.boot, rows=rows))
        self.window.relaunch(flight, chunk.numbers if chunk else EMPTY, now=now)
        return (flight, chunk) if chunk and chunk.numbers else None

    def _afresh(self, now: float) -> list[Departure]:
        departures: list[Departure] = []
        while self.window.free and not self._lingers(now):
            choice = self._selection.next(self._rows)
            if choice is None:
                break
            chunk = self._seal(choice)
            departures.append((self.window.launch(chunk.boot, chunk.numbers, now=now), chunk))
            self._launched_at = now
            self._learn_size(chunk)
        return departures

    def _lingers(self, now: float) -> bool:
        small = self._selection.unsent < self._rows
        return small and bool(self.window.flights) and now < self._launched_at + self._pace.linger_s

    def _seal(self, choice: Choice) -> SealedChunk:
        return seal_chunk(
            choice.rows,
            account=self._outbox.account(choice.boot),
            held=self._outbox.held_boots(),
            sent_at=self._clock.now(),
            newest=choice.newest,
        )

    def _learn_size(self, chunk: SealedChunk) -> None:
        if not chunk.rows:
            return
        fitting = self._bytes * 9 // 10 * chunk.rows // len(chunk.payload)
        self._rows = min(max(fitting, _LEAST_ROWS), _MOST_ROWS)
