"""Polling a line: its devices are asked one after another at aligned instants.

A device that does not answer costs its neighbors nothing but the wait. Losing it and finding it
again are records of the state metric `reachable`, once each, not at every poll.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gateway.driver import DeviceUnreachableError, Driver, DriverError, PolledDevice, Readout
from gateway.instants import Instants
from gateway.outbox import Outbox
from gateway.outbox_errors import OutboxError
from ingest.contract.catalog import REACHABLE
from ingest.contract.clock import Clock
from ingest.contract.period import micros
from ingest.contract.record import Record

_LOG: Final = logging.getLogger(__name__)
_MOST_SKIPPED: Final = 12  # polls


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
    appended: Callable[[], None]  # called after records were committed
    _contacts: list[Contact] = field(init=False)

    def __post_init__(self) -> None:
        self._contacts = [Contact(device=device) for device in self.devices]

    async def run(self) -> None:
        """Poll until cancelled."""
        interval = self.interval // timedelta(microseconds=1)
        while True:
            to_next = interval - micros(self.clock.now()) % interval
            await self.clock.sleep(timedelta(microseconds=to_next))
            await self.poll()

    async def poll(self) -> None:
        """Ask every device that is due, and append what they said in one transaction."""
        asked = [await self._ask(contact) for contact in self._contacts if contact.is_due()]
        records = [record for record in asked if record is not None]
        try:
            await asyncio.to_thread(self.outbox.append, records, entered_at=self.clock.now())
        except OutboxError as error:
            _LOG.error("%d records not taken: %s", len(records), error)
            return
        for contact in self._contacts:
            contact.told = contact.reachable
        self.appended()

    async def _ask(self, contact: Contact) -> Record | None:
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
        return Record(
            device=contact.device.id,
            measured_at=self.instants.issue(contact.device.id, self.clock.now()),
            values=values,
            quality=readout.quality,
        )
