"""Polling a line: its devices are asked one after another at aligned instants.

A device that does not answer costs its neighbors nothing but the wait. Losing it and finding it
again are records of the state metric `reachable`, once each, not at every poll.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Final

from gateway.driver import DeviceUnreachableError, Driver, DriverError, PolledDevice, Readout
from gateway.instants import Instants
from gateway.outbox import Outbox
from gateway.outbox_errors import OutboxError, RecordTooLargeError
from gateway.steps import NOTICED_S, ClockWatch
from ingest.contract.catalog import REACHABLE
from ingest.contract.clock import Clock
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges
from ingest.contract.record import Record

_LOG: Final = logging.getLogger(__name__)
_MOST_SKIPPED: Final = 12  # polls
_STUCK_S: Final = 120.0  # [assumed] no device and no disk takes that long


@dataclass(slots=True, kw_only=True)
class Contact:
    """A device as its line knows it."""

    device: PolledDevice
    reachable: bool | None = None  # None before it was first asked
    told: bool | None = None  # the last of it that was committed
    failures: int = 0  # in a row
    polls_to_skip: int = 0

    def is_due(self) -> bool:
        """Tell whether to ask it now, counting down the polls it is left alone for."""
        if self.polls_to_skip:
            self.polls_to_skip -= 1
            return False
        return True

    def failed(self) -> None:
        """Leave it alone for 1, 2, 4, 8 and then 12 polls."""
        self.polls_to_skip = min(2**self.failures, _MOST_SKIPPED)
        self.failures += 1

    def answered(self) -> None:
        """Ask it at every poll again."""
        self.failures = self.polls_to_skip = 0

    def turned(self, *, reachable: bool) -> dict[str, float | None]:
        """Return what is to be said about its being reachable: nothing where that was told."""
        self.reachable = reachable
        return {} if reachable is self.told else {REACHABLE.name: float(reachable)}


@dataclass(slots=True, kw_only=True)
class Line:
    """Devices that share a driver, polled at whole multiples of the interval since the epoch."""

    driver: Driver
    devices: Sequence[PolledDevice]
    interval: timedelta
    outbox: Outbox
    instants: Instants
    clock: Clock
    watch: ClockWatch
    appended: Callable[[], None]  # called after records were committed
    news: Callable[[], None]  # called when the clock was stepped, or records were not taken
    _contacts: list[Contact] = field(init=False)
    _not_taken: int = field(default=0, init=False)
    _moved_at: float = field(default_factory=monotonic, init=False)

    def __post_init__(self) -> None:
        self._contacts = [Contact(device=device) for device in self.devices]

    @property
    def stuck(self) -> bool:
        """Whether neither a device was asked nor anything appended for longer than can be."""
        longest = self.interval.total_seconds() + _STUCK_S
        return monotonic() - self._moved_at > longest

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            await self._until_due()
            await self.poll()

    async def _until_due(self) -> None:
        """Wait for the next whole multiple of the interval.

        A clock may fall behind during the wait, and the rest is waited for: else the same instant
        would be polled twice. Where it was stepped back by more than that, the wait is over.
        """
        interval = self.interval // timedelta(microseconds=1)
        due = (micros(self.clock.now()) // interval + 1) * interval
        while 0 < (left := due - micros(self.clock.now())) <= interval:
            await self.clock.sleep(timedelta(microseconds=left))

    async def poll(self) -> None:
        """Ask every device that is due, and append what they said in one transaction."""
        self._moved_at = monotonic()
        if self.watch.look():
            self.news()
        asked = [await self._ask(contact) for contact in self._contacts if contact.is_due()]
        records = [record for record in asked if record is not None]
        try:
            await asyncio.to_thread(self._append, records)
        except OutboxError as error:
            _LOG.error("%d records not taken: %s", len(records), error)
        else:
            for contact in self._contacts:
                contact.told = contact.reachable
            self.appended()
        if self._not_taken != self.outbox.not_taken:
            self._not_taken = self.outbox.not_taken
            self.news()

    def _append(self, records: Sequence[Record]) -> Ranges:
        """Append records; one that no message could carry does not take the others with it."""
        while True:
            try:
                return self.outbox.append(records, entered_at=self.clock.now())
            except RecordTooLargeError as error:
                _LOG.error("1 record not taken: %s", error)
                self.outbox.refuse(1)
                records = [record for record in records if record.device != error.device]

    async def _ask(self, contact: Contact) -> Record | None:
        self._moved_at = monotonic()
        try:
            readout = await self.driver.read(contact.device)
        except DriverError as error:
            return self._without_answer(contact, error)
        contact.answered()
        return self._record(contact, readout, contact.turned(reachable=True))

    def _without_answer(self, contact: Contact, error: DriverError) -> Record | None:
        if not contact.failures:
            _LOG.warning("device not read: %s", error)
        contact.failed()
        turned = contact.turned(reachable=not isinstance(error, DeviceUnreachableError))
        return self._record(contact, Readout(values={}), turned)

    def _record(
        self, contact: Contact, readout: Readout, turned: dict[str, float | None]
    ) -> Record | None:
        values = {**turned, **readout.values}
        if not values:
            return None
        now = self.clock.now()
        measured_at = self.instants.issue(contact.device.id, now)
        own = abs(measured_at - micros(now)) < NOTICED_S * 1_000_000
        own = own and not self.instants.is_behind(contact.device.id, measured_at)
        return Record(
            device=contact.device.id,
            measured_at=measured_at,
            values=values,
            quality=readout.quality if own else _suspected(readout.quality, values),
        )


def _suspected(
    quality: Mapping[str, Quality], values: Mapping[str, float | None]
) -> dict[str, Quality]:
    """Flag values whose instant is doubtful, where they are not flagged already."""
    return {**dict.fromkeys(values, Quality.SUSPECT), **quality}
