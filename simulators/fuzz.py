"""Feeds the parsers of the field's protocols with damaged, invented and hostile input.

python -m simulators.fuzz [--inputs N] [--seed N]: whatever raises, hangs or grows ends with 1.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Final

from api.decode.chirpstack import ChirpstackConversation
from gateway.decoding.hj212 import Hj212Conversation
from gateway.decoding.modbus import ModbusConversation
from gateway.drivers.hj212.config import StationConfig
from gateway.drivers.hj212.frames import Frame, FrameReader
from gateway.drivers.hj212.segment import SegmentError, read_segment
from gateway.drivers.hj212.station import RefusedError, Station
from gateway.drivers.hj212.station_map import load_maps
from gateway.profile_file import load_profiles
from ingest.chirpstack.codec_files import shipped_codecs
from ingest.contract.identity import DeviceId
from simulators.bench.tree import resident_bytes
from simulators.boxes.hj212 import Manners, framed
from simulators.boxes.serial_line import checked

_INPUTS: Final = 1_000_000
_SLOWEST_S: Final = 1.0  # of CPU for one input
_MOST_PENDING: Final = 20_000  # bytes a reader may keep
_MOST_GROWTH: Final = 33_554_432  # bytes, from a tenth of the inputs to their end
_NOW: Final = datetime(2026, 3, 10, 12, tzinfo=UTC)
_SEGMENTS: Final = (
    (
        b"QN=20260310120000001;ST=22;CN=2051;PW=123456;MN=A;Flag=5;CP=&&DataTime=20260310115900;"
        b"a34004-Avg=21.5,a34004-Min=19.0,a34004-Max=24.0,a34004-Flag=N;a01001-Avg=31.2&&"
    ),
    (
        b"ST=31;CN=2011;PW=1;MN=A;Flag=2;PNUM=2;PNO=1;CP=&&DataTime=20260310115900250;02-Rtd=1,02-ZsRtd=2,"
        b"02-Flag=D;a01012-SampleTime=20260310115801,a01012-Rtd=80&&"
    ),
    "QN=1;ST=22;CN=3020;PW=1;MN=A;Flag=9;CP=&&i11001-Info=//清洗;a=b,&&管路//&&".encode(),
    b"QN=1;ST=22;CN=2061;PW=1;MN=A;Flag=5;CP=&&BeginTime=20260310000000,EndTime=20260310230000&&",
)
_REQUESTS: Final = (
    bytes.fromhex("010301000023"),
    bytes.fromhex("0103f003000a"),
    bytes.fromhex("0103020064"),
    bytes.fromhex("010314") + bytes(range(20)),
    bytes.fromhex("018302"),
    bytes.fromhex("0110e00500020400010002"),
)
_EVENT: Final = (
    b'{"deduplicationId":"1","time":"2026-07-18T09:34:15.775023242+00:00","deviceInfo":'
    b'{"deviceProfileName":"cayenne_lpp","devEui":"0101010101010101","tags":{"device":"a"}},'
    b'"fPort":2,"data":"A2cBEA==","object":{"temperature":25.5,"gps":{"alt":7}}}'
)
_HOSTILE: Final = (
    b"##",
    b"##9999",
    b"##0000",
    b"&&",
    b"//",
    b"\r\n",
    b"CP=&&",
    b"-Rtd=",
    b"1e999",
    b"\x00",
    b"\xff",
    b"[" * 500,
    b'{"a":' * 500,
    b"NaN",
    b"=" * 200,
    b"," * 200,
    b";" * 200,
)


@dataclass(slots=True)
class Parsers:
    """One of each parser, which live through all inputs as they do in the field."""

    rng: random.Random
    reader: FrameReader = field(default_factory=FrameReader)
    hj212: Hj212Conversation = field(default_factory=Hj212Conversation)
    modbus: ModbusConversation = field(
        default_factory=lambda: ModbusConversation(
            load_profiles()["srne_streetlight"], edition="V3.9"
        )
    )
    chirpstack: ChirpstackConversation = field(
        default_factory=lambda: ChirpstackConversation(shipped_codecs())
    )
    station: Station = field(
        default_factory=lambda: Station(
            StationConfig(id=DeviceId("a"), mn="A", map=load_maps()["hj212_air_station"], minutes=5)
        )
    )

    def stream(self, data: bytes) -> None:
        """Feed a gateway's reader, and make records of what it finds."""
        for found in self.reader.feed(data):
            if not isinstance(found, Frame):
                continue
            try:
                segment = read_segment(found.segment)
                self.station.records(segment, received_at=_NOW)
                self.station.gap(segment)
            except (SegmentError, RefusedError):
                continue
        if self.reader.pending > _MOST_PENDING:
            raise MemoryError(f"{self.reader.pending} bytes kept")

    def line(self, data: bytes) -> None:
        """Have a line decoded."""
        told = data.decode("utf-8", "surrogateescape") if self.rng.random() < 0.5 else data.hex()  # noqa: PLR2004
        self.hj212.line(told)

    def event(self, data: bytes) -> None:
        """Have an event of ChirpStack decoded."""
        self.chirpstack.line(data.decode("utf-8", "surrogateescape"))

    def request(self, data: bytes) -> None:
        """Have a frame of a serial line decoded."""
        self.modbus.line(data.hex())


def inputs(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield, without end, the parser to feed and what with."""
    while True:
        if rng.random() < 0.2:  # noqa: PLR2004
            yield "event", _damaged(rng, _EVENT)
            continue
        if rng.random() < 0.3:  # noqa: PLR2004
            content = _damaged(rng, rng.choice(_REQUESTS))
            yield "request", checked(content) if rng.random() < 0.7 else content  # noqa: PLR2004
            continue
        segment = rng.choice(_SEGMENTS)
        if rng.random() < 0.6:  # noqa: PLR2004 - behind a right check sum
            manners = Manners(modbus_check=rng.random() < 0.1, longer_by=rng.choice((0, 0, 6, 1)))  # noqa: PLR2004
            data = framed(_damaged(rng, segment)[:9_999], manners)
        else:
            data = _damaged(rng, framed(segment, Manners()))
        yield rng.choice(("stream", "line")), data


def _damaged(rng: random.Random, content: bytes) -> bytes:
    data = bytearray(content)
    for _ in range(rng.randrange(4)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0:
                data[at : at + 1] = rng.randbytes(1)
            case 1:
                del data[at : at + rng.randrange(20)]
            case 2:
                data[at:at] = rng.choice(_HOSTILE)
            case 3:
                data[at:at] = data[: rng.randrange(len(data) + 1)]
            case 4:
                data[at:at] = rng.randbytes(rng.randrange(30))
            case _:
                data = data[:at] or data
    return bytes(data)


def fuzz(count: int, seed: int, said: Callable[[str], None]) -> int:
    """Feed so many inputs; return how many of them broke something, and say which."""
    rng, broken, settled = random.Random(seed), 0, 0
    parsers = Parsers(rng)
    for number, (name, data) in enumerate(islice(inputs(rng), count)):
        if number == count // 10:
            settled = resident_bytes(os.getpid())
        began = time.process_time()
        try:
            getattr(parsers, name)(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is to be told
            broken += 1
            said(f"input {number} of seed {seed}: {name}: {error!r}: {data.hex()}")
        if time.process_time() - began > _SLOWEST_S:
            broken += 1
            said(f"input {number} of seed {seed}: {name}: too slow: {data.hex()}")
    grown = resident_bytes(os.getpid()) - settled
    if settled and grown > _MOST_GROWTH:
        broken += 1
        said(f"{grown} bytes more after {count} inputs of seed {seed}")
    return broken


def main(argv: list[str] | None = None) -> int:
    """Run from the command line; return an exit status."""
    parser = argparse.ArgumentParser(prog="python -m simulators.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=_INPUTS, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    args = parser.parse_args(argv)
    began = time.monotonic()
    broken = fuzz(args.inputs, args.seed, partial(print, file=sys.stderr))
    seconds = time.monotonic() - began
    sys.stdout.write(f"{args.inputs} inputs in {seconds:.0f} s, {broken} broke something\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
