"""Faults of the network between gateways and the broker."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

from ingest.contract.clock import SystemClock
from simulators.conductor import Conductor
from simulators.drill.faults.fault import Fault, Strike
from simulators.drill.field import LONG
from simulators.drill.relay import Closed, HalfClosedError, Link, Relay, Way
from simulators.drill.setting import Setting

_PUBLISH: Final = 0x30
_AGAIN: Final = 0x08  # the flag of a message sent again
_ACK_TOPIC: Final = b"/down/ack"
_DAY: Final = timedelta(days=1)
_LONGEST_DELAY_S: Final = 0.4
_LOSS: Final = 0.04  # of packets: each takes its connection with it, as TCP would give up


class _Delaying(Link):
    """Holds every packet up for a time at random."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        del way
        await asyncio.sleep(self._rng.uniform(0.0, _LONGEST_DELAY_S))
        return (piece,)


class _Losing(Link):
    """Loses packets at random, and their connections with them."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        del way
        if self._rng.random() < _LOSS:
            raise ConnectionResetError
        return (piece,)


class _HalfClosing(Link):
    """Closes one way at random and leaves the other open."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        del way
        if self._rng.random() < _LOSS:
            raise HalfClosedError
        return (piece,)


class _Twice(Link):
    """Hands every message on twice."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        if way is Way.THERE and piece[0] & 0xF0 == _PUBLISH:
            return (piece, bytes((piece[0] | _AGAIN,)) + piece[1:])
        return (piece,)


class _WithoutAcknowledgements(Link):
    """Loses every acknowledgement."""

    async def carry(self, way: Way, piece: bytes) -> Sequence[bytes]:
        lost = way is Way.BACK and piece[0] & 0xF0 == _PUBLISH and _ACK_TOPIC in piece[:128]
        return () if lost else (piece,)


def _cut(setting: Setting, _: ExitStack) -> None:
    setting.live(1)
    setting.link.use(Closed())
    setting.live(10 if setting.thorough else 3)
    setting.link.use(Link())


def _half_open(setting: Setting, _: ExitStack) -> None:
    """Let nothing through connections that stay open, and never will: who has them finds out."""
    setting.link.freeze()
    setting.live(4)


def _under(make: "type[_Delaying | _Losing | _HalfClosing]") -> Strike:
    def strike(setting: Setting, _: ExitStack) -> None:
        setting.link.turn(make(random.Random(setting.rng.random())))
        setting.live(15 if setting.thorough else 4)
        setting.link.use(Link())

    return strike


def _treating(link: Link) -> Strike:
    def strike(setting: Setting, _: ExitStack) -> None:
        setting.link.turn(link)
        setting.live(10 if setting.thorough else 4)
        setting.link.turn(Link())

    return strike


def _a_day_without(setting: Setting, stack: ExitStack) -> None:
    """Let a gateway live through 24 h of simulated time without a network."""
    hours = _DAY if setting.thorough else _DAY / 8
    start = SystemClock().now() - 2 * _DAY
    conductor = Conductor(start)
    setting.loop.run(conductor.__aenter__())
    stack.callback(lambda: setting.loop.run(conductor.__aexit__(None, None, None)))
    link = Relay(setting.loop, setting.broker.port, packets=True)
    stack.callback(link.close)
    link.use(Closed())
    gateway = setting.gateways[LONG]
    gateway.configure(broker=link.port, line=setting.lines[LONG], follow=conductor.port)
    gateway.process.start()
    stack.callback(gateway.process.stop)
    setting.loop.run(conductor.gather(1))
    setting.loop.run(conductor.run(start + hours))
    link.use(Link())


FAULTS: Final = (
    Fault(name="network_cut", strike=_cut),
    Fault(name="network_half_open", strike=_half_open),
    Fault(name="network_delays", strike=_under(_Delaying)),
    Fault(name="network_loses", strike=_under(_Losing)),
    Fault(name="network_half_closes", strike=_under(_HalfClosing)),
    Fault(name="messages_twice", strike=_treating(_Twice())),
    Fault(name="acknowledgements_lost", strike=_treating(_WithoutAcknowledgements())),
    Fault(name="day_without_network", strike=_a_day_without),
)
