"""The publisher: brings the outbox to the broker and forgets only what ingest acknowledges.

Sockets, resending and back-off run in real time, whatever the zone's clock does.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Final

from aiomqtt import Client, MqttError

from gateway.broker import connection
from gateway.chunks import SealedChunk
from gateway.config import BrokerConfig
from gateway.dispatch import Dispatch
from gateway.outbox import Outbox
from gateway.outbox_errors import OutboxError
from gateway.window import Flight, Pace
from gateway.wire import decode, encode
from ingest.contract.ack import Ack, parse_ack
from ingest.contract.clock import Clock
from ingest.contract.identity import GatewayId
from ingest.contract.lifecycle import Birth, Death, form_birth, form_death
from ingest.contract.patience import pause_s
from ingest.contract.topic import Kind, Topic

_LOG: Final = logging.getLogger(__name__)
_FAREWELL_S: Final = 2.0
_MOST_DOUBLINGS: Final = 4
_CHUNK_S: Final = 60.0  # two chunks of 48 KiB take half of that at 25 kbit/s


class LinkSilentError(Exception):
    """The broker is connected, but no acknowledgement has come for too long."""

    def __init__(self, silence_s: float) -> None:
        super().__init__(f"no acknowledgement for {silence_s:.1f} s")
        self.silence_s = silence_s


class Publisher:
    """Keeps one connection to the broker, and makes it again when it is lost."""

    def __init__(
        self,
        *,
        gateway: GatewayId,
        broker: BrokerConfig,
        outbox: Outbox,
        clock: Clock,
        birth: Callable[[int], Birth],
        pace: Pace | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Publish an outbox; birth is asked for with each connection's number."""
        self._gateway = gateway
        self._broker = broker
        self._outbox = outbox
        self._birth = birth
        self._pace = pace or Pace()
        self._jitter = jitter
        self._dispatch = Dispatch(outbox=outbox, clock=clock, pace=self._pace)
        self._woken = asyncio.Event()
        self._heard_at = float("-inf")
        self._quiet_since = float("-inf")
        self._stopping = False
        self._has_news = False
        self._silences = 0  # connections in a row that were given up for silence

    def wake(self) -> None:
        """Say that records were appended. Called in the event loop's thread."""
        self._woken.set()

    def announce_again(self) -> None:
        """Say that the birth would have something else to tell. Called in the loop's thread."""
        self._has_news = True
        self.wake()

    async def run(self) -> None:
        """Publish until cancelled; then say that this was a clean end."""
        failures = 0
        while True:
            began = monotonic()
            try:
                await self._connect()
            except* (MqttError, OutboxError, LinkSilentError) as lost:
                _LOG.warning("link lost: %s", "; ".join(map(str, lost.exceptions)))
            failures = 0 if self._heard_at >= began else failures + 1
            longest_s = self._pace.backoff_max_s
            rest_s = pause_s(failures, first_s=1.0, longest_s=longest_s, jitter=self._jitter())
            await asyncio.sleep(rest_s)

    async def _connect(self) -> None:
        """Serve one connection, in a task of its own.

        Up to Python 3.12 a task group whose child fails may keep a cancellation that comes at the
        same moment to itself; this one cannot be lost.
        """
        serving = asyncio.create_task(self._serve(), name="connection")
        try:
            await asyncio.wait({serving})
        except asyncio.CancelledError:
            self._stopping = True
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            raise
        await serving

    async def _serve(self) -> None:
        number = self._outbox.next_connection()
        death = Death(boot=self._outbox.boot, connection=number)
        async with connection(self._broker, self._gateway, death) as client:
            self._quiet_since = monotonic()
            try:
                await self._announce(client, number)
                if self._stopping:
                    return
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._listen(client), name="acknowledgements")
                    tasks.create_task(self._pump(client, tasks, number), name="chunks")
            finally:
                self._dispatch.window.disconnected()
                if self._stopping:
                    await self._say_farewell(client, death)

    async def _announce(self, client: Client, number: int) -> None:
        await client.subscribe(str(Topic(self._gateway, Kind.ACK)), qos=1)
        await self._say_birth(client, number)
        _LOG.info("connected: broker=%s connection=%d", self._broker.endpoint, number)

    async def _say_birth(self, client: Client, number: int) -> None:
        self._has_news = False
        birth = encode(form_birth(self._birth(number)))
        await client.publish(str(Topic(self._gateway, Kind.BIRTH)), birth, qos=1, retain=True)

    async def _say_farewell(self, client: Client, death: Death) -> None:
        topic, payload = str(Topic(self._gateway, Kind.DEATH)), encode(form_death(death))
        client.timeout = _FAREWELL_S  # for disconnecting, too
        with suppress(MqttError):
            await client.publish(topic, payload, qos=1, retain=True)

    async def _listen(self, client: Client) -> None:
        async for message in client.messages:
            try:
                ack = parse_ack(decode(message.payload))
            except ValueError as error:
                _LOG.warning("acknowledgement ignored: %s", error)
                continue
            if message.retain:  # the broker has kept it, and ingest may be long gone
                self._take(ack, now=None)
                continue
            now = self._heard_at = self._quiet_since = monotonic()
            self._silences = 0
            self._dispatch.heard(now)
            self._take(ack, now=now)

    def _take(self, ack: Ack, *, now: float | None) -> None:
        for boot, numbers in ack.settled.items():
            try:
                self._dispatch.settle(boot, numbers, now=now)
            except (ValueError, OutboxError) as error:
                _LOG.warning("acknowledgement not taken: %s", error)
        self.wake()

    async def _pump(self, client: Client, tasks: asyncio.TaskGroup, number: int) -> None:
        while True:
            self._woken.clear()
            if self._has_news:
                await self._say_birth(client, number)
            now = monotonic()
            self._check_link(now)
            for flight, chunk in self._dispatch.departures(now):
                tasks.create_task(self._send(client, flight, chunk), name=f"chunk-{chunk.boot}")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest_s(monotonic())):
                    await self._woken.wait()

    async def _send(self, client: Client, flight: Flight, chunk: SealedChunk) -> None:
        topic = str(Topic(self._gateway, Kind.CHUNK))
        began = monotonic()
        await client.publish(topic, chunk.payload, qos=1, timeout=_CHUNK_S)
        self._dispatch.taken(flight, chunk, seconds=monotonic() - began)
        self.wake()

    def _check_link(self, now: float) -> None:
        if not self._dispatch.window.flights:
            self._quiet_since = now
        elif now - self._quiet_since > self._silence_max_s():
            self._silences += 1
            raise LinkSilentError(now - self._quiet_since)

    def _silence_max_s(self) -> float:
        """Return how long to bear silence: ever longer, since ingest may be away for days."""
        return self._pace.silence_max_s * 2.0 ** min(self._silences, _MOST_DOUBLINGS)

    def _rest_s(self, now: float) -> float | None:
        rest_s = self._dispatch.rest_s(now)
        if not self._dispatch.window.flights:
            return rest_s
        patience_s = max(self._quiet_since + self._silence_max_s() - now, 0.0) + 0.01
        return patience_s if rest_s is None else min(rest_s, patience_s)
