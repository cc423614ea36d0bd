"""What becomes of a connection's frames: records of known stations, or set aside with the reason.

Answers go out only after the outbox, or the file of what is set aside, has them on disk.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from gateway.drivers.hj212.answers import answer, history_request
from gateway.drivers.hj212.aside import AsideFile
from gateway.drivers.hj212.crc import Convention
from gateway.drivers.hj212.frames import Found, Frame, Reason, SetAside
from gateway.drivers.hj212.segment import Segment, SegmentError, read_segment
from gateway.drivers.hj212.station import RefusedError, Station
from gateway.entering import Entering
from gateway.outbox_errors import OutboxError
from ingest.contract.catalog import REACHABLE
from ingest.contract.record import Record

_LOG: Final = logging.getLogger(__name__)
_NO_RECORD: Final = "no metric for it"
_STRANGER: Final = "unknown station"


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What one look at a connection's bytes brought."""

    answers: list[bytes] = field(default_factory=list)
    good: int = 0  # frames of stations that may speak
    strange: int = 0  # frames of nobody known, or damaged


@dataclass(slots=True)
class _Taken:
    station: Station
    segment: Segment
    content: bytes
    records: list[Record]
    aside: str | None = None  # why it is written down besides


@dataclass(slots=True)
class _Aside:
    content: bytes
    reason: str


class Reception:
    """Takes the frames of a listener's stations in; calls are made one at a time a connection."""

    def __init__(
        self,
        stations: Sequence[Station],
        *,
        entering: Entering,
        strangers: AsideFile,
        unread: AsideFile,
    ) -> None:
        """Serve stations, and set the frames of strangers and what was not read aside."""
        self.stations: Final = {station.config.mn: station for station in stations}
        self._outbox = entering.outbox
        self._instants = entering.instants
        self._clock = entering.clock
        self._strangers = strangers
        self._unread = unread
        self._appended = entering.appended
        self._turn = asyncio.Lock()

    async def take(self, found: Sequence[Found], *, peer: str) -> Outcome:
        """Commit what frames say, and return what is to be answered to whom they came from."""
        now = self._clock.now()
        read = [self._read(each, peer, now) for each in found]
        taken = [each for each in read if isinstance(each, _Taken)]
        asides = [each for each in read if isinstance(each, _Aside)]
        async with self._turn:
            committed = await asyncio.to_thread(self._commit, taken, asides, peer, now)
        outcome = Outcome(good=len(taken), strange=len(asides))
        if committed:
            for each in taken:
                outcome.answers += self._answers(each, now)
        return outcome

    async def tell(self, station: Station, *, reachable: bool) -> None:
        """Commit that a station is heard of, or is not any more; an outbox without room: later."""
        event = self._event(station, reachable=reachable)
        try:
            await asyncio.to_thread(self._outbox.append, [event], entered_at=self._clock.now())
        except OutboxError as error:
            _LOG.error("an event of %s not taken: %s", station.config.id, error)
            return
        station.reachable = reachable
        self._appended()

    def _read(self, found: Found, peer: str, now: datetime) -> _Taken | _Aside:
        if isinstance(found, SetAside):
            return _Aside(found.content, found.reason)
        try:
            segment = read_segment(found.segment)
        except SegmentError as error:
            return _Aside(found.segment, str(error))
        station = self.stations.get(segment.mn)
        if station is None:
            return _Aside(found.segment, _STRANGER)
        reason = _no_entry(station, segment, found, peer)
        if reason:
            return _Aside(found.segment, reason)
        return self._taken(station, segment, found, now)

    def _taken(self, station: Station, segment: Segment, found: Frame, now: datetime) -> _Taken:
        taken = _Taken(station, segment, found.segment, [])
        if station.is_repeated(found.segment):
            return taken
        try:
            taken.records = station.records(segment, received_at=now)
        except RefusedError as error:
            taken.aside = str(error)
        else:
            taken.aside = None if taken.records or not segment.items else _NO_RECORD
        return taken

    def _commit(
        self, taken: Sequence[_Taken], asides: Sequence[_Aside], peer: str, now: datetime
    ) -> bool:
        """Write everything to disk; tell whether the outbox took what is ours."""
        try:
            self._set_aside(taken, asides, peer, now)
            records = [record for each in taken for record in each.records]
            new = {each.station.config.mn: each.station for each in taken}
            events = [
                self._event(station, reachable=True)
                for station in new.values()
                if not station.reachable
            ]
            if records or events:
                self._outbox.append([*events, *records], entered_at=now)
        except (OutboxError, OSError) as error:
            _LOG.error("%d frames of %s not taken: %s", len(taken), peer, error)
            return False
        for each in taken:
            each.station.taken_in(each.content)
            each.station.reachable, each.station.heard_at = True, now
        if records or events:
            self._appended()
        return True

    def _set_aside(
        self, taken: Sequence[_Taken], asides: Sequence[_Aside], peer: str, now: datetime
    ) -> None:
        for stranger in asides:
            self._strangers.put(
                stranger.content, reason=stranger.reason, peer=peer, received_at=now
            )
        for each in taken:
            if each.aside:
                self._unread.put(each.content, reason=each.aside, peer=peer, received_at=now)

    def _answers(self, taken: _Taken, now: datetime) -> list[bytes]:
        due = answer(taken.segment)
        answers = [due] if due else []
        gap = taken.station.gap(taken.segment)
        if gap is not None:
            _LOG.info("%s: asked for %s to %s", taken.station.config.id, gap.begin, gap.end)
            offset = taken.station.config.utc_offset
            answers.append(
                history_request(taken.segment, begin=gap.begin, end=gap.end, offset=offset, now=now)
            )
        return answers

    def _event(self, station: Station, *, reachable: bool) -> Record:
        return Record(
            device=station.config.id,
            measured_at=self._instants.issue(station.config.id, self._clock.now()),
            values={REACHABLE.name: float(reachable)},
        )


def _no_entry(station: Station, segment: Segment, frame: Frame, peer: str) -> str | None:
    """Return why a frame may not speak for a station, None where it may."""
    config = station.config
    if frame.check is not config.check:
        return Reason.MODBUS if frame.check is Convention.MODBUS else Reason.MISMATCH
    if config.network is not None and ip_address(peer) not in config.network:
        return "from another network"
    if config.password is not None and segment.pw != config.password:
        return "wrong password"
    return None
