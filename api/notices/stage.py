"""Notices as a stage: what is new is addressed, what is due is sent, again and again."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError, OperationalError

from api.notices import deliveries
from api.notices.entering import Entering
from api.notices.sending import Sending
from api.sources import Sources
from ingest.contract.period import micros
from ingest.finishing import finish_in_thread

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeStage:
    """Brings notices to people until it is cancelled; one runs against a catalog."""

    sources: Sources
    entering: Entering
    sending: Sending
    pause: timedelta = timedelta(seconds=1)
    """Between two turns, in real time."""

    async def run(self) -> None:
        """Run until cancelled; a turn that has begun is finished."""
        if self.sending.sender() is None:
            _LOG.warning("no channel is set: notices are recorded and reach nobody")
        await finish_in_thread(self._resume)
        while True:
            await finish_in_thread(self._turn)
            await asyncio.sleep(self.pause.total_seconds())

    def resume(self) -> int:
        """Take up what was being sent when the last process ended; return how much that was."""
        with self.sources.catalog.begin() as connection:
            return deliveries.resume(connection)

    def turn(self) -> int:
        """Address what is new and send what is due; return how many messages went out."""
        now, registry = micros(self.sources.clock.now()), self.sources.registry()
        with self.sources.catalog.begin() as connection:
            self.entering.enter(connection, registry, now)
        with self.sources.catalog.begin() as connection:
            parcels = self.sending.packed(connection, registry, now)
        if not parcels:
            return 0
        troubles = self.sending.send(parcels)
        now = micros(self.sources.clock.now())
        with self.sources.catalog.begin() as connection:
            for parcel, trouble in zip(parcels, troubles, strict=True):
                self.sending.settle(connection, parcel, trouble, now)
        return troubles.count(None)

    def _resume(self) -> None:
        try:
            if count := self.resume():
                _LOG.warning("deliveries that may be sent twice: %d", count)
        except OperationalError as error:
            _LOG.error("cannot resume sending yet: %s", str(error).splitlines()[0])

    def _turn(self) -> None:
        try:
            self.turn()
        except (OperationalError, IntegrityError) as error:
            _LOG.error("cannot send notices yet: %s", str(error).splitlines()[0])
