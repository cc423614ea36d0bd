"""Listening to stations for a while: who speaks, what it says. Nothing is answered.

So a logger sends everything again as soon as the gateway itself listens.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from gateway.drivers.hj212.config import ListenerConfig, StationConfig
from gateway.drivers.hj212.crc import Convention
from gateway.drivers.hj212.frames import Found, Frame, FrameReader, SetAside
from gateway.drivers.hj212.segment import Segment, SegmentError, read_segment
from gateway.drivers.hj212.station import RefusedError, Station
from gateway.drivers.hj212.values import REAL_TIME
from gateway.probe.findings import wrong_clock
from gateway.probe.lines import Probed
from ingest.contract.catalog import metric
from ingest.contract.clock import Clock

_READ_BYTES: Final = 16_384
_MOST_STRANGERS: Final = 20
_SAID: Final = 200  # characters of a stranger's name


@dataclass(slots=True)
class Heard:
    """What was heard of one station."""

    values: dict[str, float | None] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def find(self, finding: str) -> None:
        """Note what is wrong, once."""
        if finding not in self.findings:
            self.findings.append(finding)


@dataclass(slots=True)
class Ear:
    """What a listener's connections say."""

    config: ListenerConfig
    clock: Clock
    heard: dict[str, Heard] = field(default_factory=dict)  # by the station's own name
    strangers: list[str] = field(default_factory=list)

    def take(self, found: Found, peer: str) -> None:
        """Note a frame."""
        if isinstance(found, SetAside):
            self._stranger(f"{peer} sends frames that are wrong: {found.reason}")
            return
        try:
            segment = read_segment(found.segment)
        except SegmentError as error:
            self._stranger(f"{peer} sends frames that are wrong: {error}")
            return
        known = next((each for each in self.config.stations if each.mn == segment.mn), None)
        if known is None:
            self._stranger(f"{peer} calls itself {segment.mn[:_SAID]!r}: not in the site file")
            return
        self._note(known, segment, found)

    def _note(self, config: StationConfig, segment: Segment, frame: Frame) -> None:
        heard = self.heard.setdefault(config.mn, Heard())
        if frame.check is not config.check:
            other = "modbus" if frame.check is Convention.MODBUS else "annex-a"
            heard.find(f'its check sums are of the other kind: check = "{other}"')
        if config.password is not None and segment.pw != config.password:
            heard.find("its password is not the one in the site file")
        now = self.clock.now()
        station = Station(config)
        try:
            records = station.records(segment, received_at=now)
        except RefusedError as error:
            heard.find(str(error))
            return
        if segment.cn == REAL_TIME and station.clock_offset_s is not None:
            shown = (now + timedelta(seconds=station.clock_offset_s)).replace(tzinfo=None)
            if wrong := wrong_clock(shown, now, timedelta(0)):
                heard.find(wrong)
        for record in records:
            heard.values.update(record.values)
        for name, value in heard.values.items():
            known = metric(config.map.device_classes[0], name)
            if known and value is not None and not known.low <= value <= known.high:
                heard.find(f"{name} {value:g} {known.unit}: is its unit another one?")

    def _stranger(self, text: str) -> None:
        if text not in self.strangers and len(self.strangers) < _MOST_STRANGERS:
            self.strangers.append(text)


async def listen(
    config: ListenerConfig, *, clock: Clock, patience: timedelta
) -> tuple[list[Probed], list[str]]:
    """Return what was heard of each station, and what strangers did; stops early if all spoke.

    Raises OSError where nobody can listen there, as while the gateway runs.
    """
    ear = Ear(config, clock)
    all_heard = asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        frames = FrameReader()
        peer = str((writer.get_extra_info("peername") or ("?",))[0])
        try:
            while data := await reader.read(_READ_BYTES):
                for found in frames.feed(data):
                    ear.take(found, peer)
                if len(ear.heard) == len(config.stations):
                    all_heard.set()
        finally:
            writer.close()

    server = await asyncio.start_server(
        hear, config.endpoint.host, config.endpoint.port, limit=_READ_BYTES
    )
    try:
        async with asyncio.timeout(patience.total_seconds()):
            await all_heard.wait()
    except TimeoutError:
        pass
    finally:
        server.close()
    return _probed(config, ear.heard), ear.strangers


def _probed(config: ListenerConfig, heard: Mapping[str, Heard]) -> list[Probed]:
    return [
        Probed(
            device=each.id,
            where=f"{config.endpoint} as {each.mn}",
            profile=each.map.id,
            silent=None if each.mn in heard else "did not speak",
            values=heard[each.mn].values if each.mn in heard else {},
            findings=heard[each.mn].findings if each.mn in heard else (),
        )
        for each in config.stations
    ]
