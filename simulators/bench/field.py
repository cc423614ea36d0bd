"""Many gateways in one process, as ingest sees them: chunks, a window each, acknowledgements.

Chunks are formed before anything is measured; what a gateway costs is measured elsewhere.
"""

import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiomqtt

from gateway.window import Pace, Reach
from gateway.wire import decode
from ingest.archive import Message
from ingest.contract.ack import parse_ack
from ingest.contract.identity import GatewayId
from ingest.contract.ranges import EMPTY, Ranges
from ingest.contract.topic import Topic
from ingest.mqtt import BrokerAddress

_PATIENCE_S: Final = 600.0
_IN_FLIGHT: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A chunk to be published, and the last of its numbers."""

    topic: str
    payload: bytes
    last: int

    @classmethod
    def of(cls, message: Message, last: int) -> "Ready":
        """Take a sealed chunk."""
        return cls(topic=message.topic, payload=message.payload, last=last)


@dataclass(slots=True, kw_only=True)
class FieldGateway:
    """A gateway's chunks: those to come, and those that are not acknowledged yet."""

    waiting: deque[Ready]
    reach: Reach | None = field(default_factory=lambda: Reach(Pace()))  # None: as far as it likes
    under_way: dict[int, float] = field(default_factory=dict)  # by last number, when it was sent
    lateness_s: list[float] = field(default_factory=list)

    def next(self) -> Ready | None:
        """Return what to send now, as far as the window reaches."""
        full = self.reach is not None and len(self.under_way) >= int(self.reach.chunks)
        if not self.waiting or full:
            return None
        ready = self.waiting.popleft()
        self.under_way[ready.last] = time.perf_counter()
        return ready

    def settled(self, numbers: Ranges) -> None:
        """Take in an acknowledgement."""
        now = time.perf_counter()
        for last in [last for last in self.under_way if last in numbers]:
            sent_at = self.under_way.pop(last)
            self.lateness_s.append(now - sent_at)
            if self.reach is not None:
                self.reach.answered(sent_at=sent_at, now=now)

    @property
    def is_done(self) -> bool:
        """Whether everything is acknowledged."""
        return not self.waiting and not self.under_way


class Field:
    """Publishes for all gateways over one connection."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.gateways: dict[GatewayId, FieldGateway] = {}

    async def listen(self) -> None:
        """Take acknowledgements in, and send what they make room for, until cancelled."""
        async for message in self._client.messages:
            gateway = Topic.parse(str(message.topic)).gateway
            if (known := self.gateways.get(gateway)) is not None:
                settled = parse_ack(decode(message.payload)).settled.values()
                known.settled(next(iter(settled), EMPTY))
                await self.send(known)

    async def send(self, gateway: FieldGateway) -> None:
        """Send as much as a gateway's window reaches."""
        while (ready := gateway.next()) is not None:
            await self._client.publish(ready.topic, ready.payload, qos=1, timeout=_PATIENCE_S)

    async def publish(self, ready: Iterable[Ready]) -> None:
        """Publish one after the other, whatever is acknowledged."""
        for each in ready:
            await self._client.publish(each.topic, each.payload, qos=1, timeout=_PATIENCE_S)

    async def send_all(self, gateways: Iterable[FieldGateway]) -> None:
        """Begin with every gateway."""
        for gateway in gateways:
            await self.send(gateway)


def _quiet() -> logging.Logger:
    """Return a logger that does not warn of many calls at once: that is what is wanted here."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR)
    return logger


@asynccontextmanager
async def a_field(broker: BrokerAddress) -> AsyncGenerator[Field]:
    """Connect the field to a broker."""
    async with aiomqtt.Client(
        broker.host,
        broker.port,
        protocol=aiomqtt.ProtocolVersion(broker.version),
        max_inflight_messages=_IN_FLIGHT,
        logger=_quiet(),
    ) as client:
        await client.subscribe("zw/1/+/down/ack", qos=1)
        yield Field(client)
