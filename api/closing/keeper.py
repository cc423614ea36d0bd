"""What goes on by itself: signed periods whose figures moved are revised, days get digests.

Late data come in many pieces, so a period is looked at when nothing has come for a while.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import OperationalError

from analytics.periods import parse_period
from analytics.service import facts
from analytics.service.decisions import extent
from api.closing import revisions
from api.closing.closing import Asked, revise
from api.closing.digest import DigestRefusedError, Keeping, digest_of
from api.closing.signing import KeyUnusableError, Signer
from api.reports.compute import UnknownScopeError, parse_scope
from api.sources import Sources
from ingest import rooms
from ingest.finishing import finish_in_thread
from ingest.home import Home

_LOG = logging.getLogger(__name__)
_PAUSE: Final = timedelta(minutes=1)  # [assumed] late data are told of within minutes
State = tuple[int, int, tuple[int, int]]


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Revises and digests over some sources; one runs against a catalog."""

    sources: Sources
    home: Home
    _seen: State | None = field(default=None, init=False)
    _done: State | None = field(default=None, init=False)

    async def run(self) -> None:
        """Look again and again until cancelled; what has begun is finished."""
        while True:
            await asyncio.sleep(_PAUSE.total_seconds())
            await finish_in_thread(self._turn)

    def look(self) -> list[int]:
        """Revise what has moved, once nothing moves any more; return the numbers of revisions."""
        with self.sources.catalog.connect() as connection:
            changes, decided = facts.progress(connection).changes, extent(connection)
        state = (changes, self.sources.registry().change, decided)
        quiet, self._seen = state == self._seen, state
        if not quiet or state == self._done:
            return []
        made = [number for asked in self._signed() if (number := self._revised(asked)) is not None]
        self._done = state
        return made

    def digest(self) -> None:
        """Make yesterday's digest where it is not there yet."""
        now = self.sources.clock.now()
        day = now.date() - timedelta(days=1)
        keeping = Keeping(
            archive_dir=self.home.archive_dir,
            registry=self.sources.registry(),
            signer=Signer(self.home.keys_dir),
            software=self.sources.software,
        )
        with self.sources.catalog.begin() as connection:
            try:
                digest_of(connection, keeping, day, at=now)
            except DigestRefusedError as error:
                _LOG.debug("no digest yet: %s", error)

    def note_room(self) -> None:
        """Write down what room the disk has, where there is one."""
        if self.sources.disk is not None:
            with self.sources.catalog.begin() as connection:
                rooms.note(connection, self.sources.disk.look(), at=self.sources.clock.now())

    def _turn(self) -> None:
        try:
            for number in self.look():
                _LOG.warning("a signed period has moved: revision %d", number)
            self.digest()
            self.note_room()
        except (OperationalError, KeyUnusableError) as error:
            _LOG.error("cannot keep revisions yet: %s", str(error).splitlines()[0])

    def _signed(self) -> list[Asked]:
        with self.sources.catalog.connect() as connection:
            known = {(one.scope, one.period): one for one in revisions.every(connection)}
        return [
            Asked(
                registry=self.sources.registry(),
                scope=parse_scope(scope),
                days=parse_period(period),
                software=self.sources.software,
                demo=self.sources.demo,
            )
            for (scope, period), newest in known.items()
            if newest.signed
        ]

    def _revised(self, asked: Asked) -> int | None:
        with self.sources.catalog.begin() as connection:
            try:
                return revise(connection, asked, at=self.sources.clock.now())
            except UnknownScopeError as error:
                _LOG.error("a signed period cannot be computed any more: %s", error)
                return None
