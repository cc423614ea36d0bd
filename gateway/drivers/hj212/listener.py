"""The listener that stations connect to: bound to one interface, and bounded in every respect."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from gateway.drivers.hj212.aside import AsideFile
from gateway.drivers.hj212.config import ListenerConfig
from gateway.drivers.hj212.frames import FrameReader
from gateway.drivers.hj212.reception import Reception
from gateway.drivers.hj212.station import Station
from gateway.endpoints import Endpoint
from gateway.entering import Entering
from ingest.contract.clock import Clock
from ingest.contract.identity import DeviceId

_LOG: Final = logging.getLogger(__name__)
_READ_BYTES: Final = 16_384
_IDLE_S: Final = 3_600.0  # an hourly station keeps its connection
_DRAIN_S: Final = 10.0
_MOST_STRANGE: Final = 20  # frames without a good one between them, then the connection ends


class Hj212Listener:
    """Serves stations once it was entered and runs."""

    def __init__(self, config: ListenerConfig, reception: Reception, *, clock: Clock) -> None:
        """Hand what comes to a reception."""
        self._config = config
        self._reception = reception
        self._clock = clock
        self._silent_after = config.silent_after
        self._connections: set[asyncio.Task[None]] = set()
        self._arriving: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]]

    async def __aenter__(self) -> Self:
        self._arriving = asyncio.Queue(maxsize=self._config.connections)
        self._server = await asyncio.start_server(
            self._arrived, self._config.endpoint.host, self._config.endpoint.port, limit=_READ_BYTES
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        while not self._arriving.empty():
            self._arriving.get_nowait()[1].close()
        await asyncio.sleep(0)  # for connections to be closed while there is a loop

    @property
    def bound(self) -> tuple[Endpoint, ...]:
        """Where it listens."""
        names = (each.getsockname() for each in self._server.sockets)
        return tuple(Endpoint(str(name[0]), int(name[1])) for name in names)

    @property
    def connections(self) -> int:
        """How many connections stand."""
        return len(self._connections)

    @property
    def stations(self) -> Iterable[Station]:
        """The stations that may connect."""
        return self._reception.stations.values()

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch(), name="silence")
            while True:
                reader, writer = await self._arriving.get()
                task = tasks.create_task(self._serve(reader, writer), name="station")
                self._connections.add(task)
                task.add_done_callback(self._connections.discard)

    def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting = len(self._connections) + self._arriving.qsize()
        if waiting >= self._config.connections:
            _LOG.warning("%s turned away: %d connections", _peer(writer), waiting)
            writer.close()
            return
        self._arriving.put_nowait((reader, writer))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames, peer, strange = FrameReader(), _peer(writer), 0
        try:
            while data := await asyncio.wait_for(reader.read(_READ_BYTES), _IDLE_S):
                if not (found := frames.feed(data)):
                    continue
                outcome = await self._reception.take(found, peer=peer)
                strange = outcome.strange if outcome.good else strange + outcome.strange
                if strange > _MOST_STRANGE:
                    _LOG.warning("%s turned away after %d strange frames", peer, strange)
                    break
                if outcome.answers:
                    writer.writelines(outcome.answers)
                    await asyncio.wait_for(writer.drain(), _DRAIN_S)
        except (OSError, TimeoutError) as error:
            _LOG.info("%s is gone: %s", peer, str(error) or type(error).__name__)
        finally:
            if frames.drop() or frames.discarded:
                _LOG.warning("%s: %d bytes in no frame", peer, frames.discarded)
            writer.close()

    async def _watch(self) -> None:
        """Tell of stations that have been silent for too long, once each."""
        began = self._clock.now()
        while True:
            await self._clock.sleep(self._silent_after / 3)
            for station in self.stations:
                if station.reachable is not False and self._is_silent(station, began):
                    _LOG.warning("%s: not heard of", station.config.id)
                    await self._reception.tell(station, reachable=False)

    def _is_silent(self, station: Station, began: datetime) -> bool:
        return (station.heard_at or began) + self._silent_after <= self._clock.now()


def listening(
    config: ListenerConfig,
    number: int,
    stations: Mapping[DeviceId, Station],
    *,
    home: Path,
    entering: Entering,
) -> Hj212Listener:
    """Return a gateway's listener of some number; what it sets aside lies in the home."""
    quota = config.quarantine_bytes // 3  # strangers, what was not read, and what was before
    strangers = AsideFile(home / f"strangers-{number}.jsonl", quota_bytes=quota, renews=False)
    unread = AsideFile(home / f"unread-{number}.jsonl", quota_bytes=quota, renews=True)
    served = [stations[each.id] for each in config.stations]
    reception = Reception(served, entering=entering, strangers=strangers, unread=unread)
    return Hj212Listener(config, reception, clock=entering.clock)


def _peer(writer: asyncio.StreamWriter) -> str:
    """Return the address somebody connects from, without the port."""
    return str((writer.get_extra_info("peername") or ("?",))[0])
