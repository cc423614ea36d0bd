"""Simulated equipment by itself, for a gateway to be tried on: a station, or devices on a line.

Its values are invented and drift; it can be told to misbehave.
"""

import asyncio
import random
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from pymodbus.constants import ExcCodes

from gateway.drivers.hj212.station_map import StationMap
from gateway.profile import Profile
from ingest.contract.catalog import FAULT_WORD, metric
from ingest.contract.clock import SystemClock
from ingest.contract.metric import DeviceClass, Kind
from simulators.boxes.hj212 import Hj212Box, Manners, Said
from simulators.boxes.modbus import ModbusBox
from simulators.boxes.registers import RegisterValueError
from simulators.boxes.serial_line import LineManners, SerialBox
from simulators.boxes.units import Units
from simulators.world.resolution import DECIMALS

STATION_MANNERS: Final[Mapping[str, Manners]] = {
    "torn": Manners(torn_after=60),
    "wrong-check": Manners(wrong_check=True),
    "modbus-check": Manners(modbus_check=True),
    "garbage": Manners(noise=b"\x00\xff##12"),
    "length": Manners(longer_by=6),
    "pieces": Manners(piece=7),
}
LINE_MANNERS: Final[Mapping[str, LineManners]] = {
    "torn": LineManners(torn_after=9),
    "wrong-check": LineManners(wrong_check=True),
    "garbage": LineManners(noise=b"\x00\xff"),
}
UNIT_MANNERS: Final = ("silent", "exceptions", "frozen", "reset-counters")
_DRIFT: Final = 0.02  # of a value, from one to the next
_USUAL: Final = 0.1  # of a metric's span, where it begins
_MOST_REACHED: Final = 100_000.0  # of a counter when it begins
_STEP: Final = timedelta(seconds=5)


@dataclass(slots=True)
class Drifting:
    """Values of some metrics that drift from a beginning; counters only grow."""

    device_class: DeviceClass
    names: Sequence[str]
    rng: random.Random
    frozen: bool = False
    resets: bool = False
    _values: dict[str, float] | None = None

    def next(self) -> dict[str, float]:
        """Return the values of the next instant."""
        if self._values is None:
            self._values = {name: self._begin(name) for name in self.names}
        elif not self.frozen:
            self._values = {name: self._moved(name, old) for name, old in self._values.items()}
        return {name: round(value, DECIMALS.get(name, 0)) for name, value in self._values.items()}

    def _begin(self, name: str) -> float:
        known = metric(self.device_class, name)
        if known is None or name == FAULT_WORD.name:
            return 0.0
        if known.kind is Kind.STATE:
            return 1.0
        begin = max(known.low, 0.0) + _USUAL * (known.high - max(known.low, 0.0))
        return min(begin, _MOST_REACHED) if known.kind is Kind.COUNTER else begin

    def _moved(self, name: str, old: float) -> float:
        known = metric(self.device_class, name)
        if known is None or known.kind is Kind.STATE:
            return old
        if known.kind is Kind.COUNTER:
            return 0.0 if self.resets and self.rng.random() < _DRIFT else old + self.rng.random()
        return min(max(old * (1 + self.rng.uniform(-_DRIFT, _DRIFT)), known.low), known.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationOrders:
    """A station to be played."""

    host: str
    port: int
    mn: str
    map: StationMap
    manners: Manners
    every: timedelta
    count: int | None  # uploads; None: until stopped
    clock: timedelta  # how far its clock is ahead of UTC
    seed: int


async def play_station(orders: StationOrders) -> int:
    """Connect, and say something now and then; return how many uploads were answered."""
    points = {each.metric: each for each in reversed(list(orders.map.points.values()))}
    drifting = Drifting(orders.map.device_classes[0], list(points), random.Random(orders.seed))
    answered = sent = 0
    while orders.count is None or sent < orders.count:
        box = Hj212Box(
            host=orders.host,
            port=orders.port,
            mn=orders.mn,
            system=orders.map.systems[0],
            manners=orders.manners,
        )
        with suppress(OSError):
            async with box:
                while orders.count is None or sent < orders.count:
                    shown = (SystemClock().now() + orders.clock).replace(tzinfo=None, microsecond=0)
                    items = {
                        points[name].code: {"Rtd": _sent(value, points[name].by), "Flag": "N"}
                        for name, value in drifting.next().items()
                    }
                    sent += 1
                    answered += await box.say(Said(at=shown, items=items), timeout_s=1.0)
                    sys.stderr.write(f"{sent} sent, {answered} answered\n")
                    if orders.manners.torn_after is not None:
                        break
                    await asyncio.sleep(orders.every.total_seconds())
                continue
        await asyncio.sleep(min(orders.every.total_seconds(), 1.0))
    return answered


def _sent(value: float, by: tuple[int, int]) -> str:
    multiplier, divisor = by
    return f"{value * divisor / multiplier:.4f}"


async def play_line(
    profiles: Sequence[Profile],
    *,
    port: int | None,
    misbehaves: str | None,
    clock: timedelta,
    seed: int,
) -> None:
    """Serve a unit of each profile until cancelled, over TCP or, without a port, on a terminal."""
    units = dict(enumerate(profiles, start=1))
    box: ModbusBox | SerialBox = SerialBox(units) if port is None else ModbusBox(units, port=port)
    if isinstance(box, SerialBox):
        box.manners = LINE_MANNERS.get(misbehaves or "", box.manners)
    drifting = {
        unit: Drifting(
            profile.device_classes[0],
            profile.metrics,
            random.Random(seed + unit),
            frozen=misbehaves == "frozen",
            resets=misbehaves == "reset-counters",
        )
        for unit, profile in units.items()
    }
    async with box:
        where = box.path if isinstance(box, SerialBox) else f"127.0.0.1:{box.port}"
        sys.stdout.write(f"{where}: units 1 to {len(units)}\n")
        sys.stdout.flush()
        for unit in units:
            if misbehaves == "silent":
                box.silence(unit, on=True)
            if misbehaves == "exceptions":
                box.refuse(unit, ExcCodes.DEVICE_FAILURE)
        while True:
            for unit, profile in units.items():
                _show(box, unit, drifting[unit].next(), profile, clock)
            await asyncio.sleep(_STEP.total_seconds())


def _show(
    box: Units, unit: int, values: Mapping[str, float], profile: Profile, clock: timedelta
) -> None:
    for name, value in values.items():
        with suppress(RegisterValueError):  # a register of few digits
            box.set(unit, {name: value})
    if profile.clock is not None:
        box.show(unit, (SystemClock().now() + clock).replace(tzinfo=None))
