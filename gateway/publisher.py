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
from gateway.chunks import TARGET_BYTES, SealedChunk, seal_chunk
from gateway.config import BrokerConfig
from gateway.outbox import Outbox
from gateway.outbox_errors import OutboxError
from gateway.selection import Choice, Selection
from gateway.window import Flight, Pace, Window
from gateway.wire import decode, encode
from ingest.contract.ack import Ack, parse_ack
from ingest.contract.clock import Clock
from ingest.contract.identity import GatewayId
from ingest.contract.lifecycle import Birth, Death, form_birth, form_death
from ingest.contract.topic import Kind, Topic

_LOG: Final = logging.getLogger(__name__)
_FIRST_ROWS: Final = 500
_MOST_ROWS: Final = 5_000
_LEAST_ROWS: Final = 200
_FAREWELL_S: Final = 2.0


class LinkSilentError(Exception):
    """The broker is connected, but no acknowledgement has come for too long."""

    def __init__(self, silence_s: float) -> None:
        super().__init__(f"no acknowledgement for {silence_s:.0f} s")
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
        self._clock = clock
        self._birth = birth
        self._pace = pace or Pace()
        self._jitter = jitter
        self._window = Window(pace=self._pace)
        self._selection = Selection(outbox, self._window)
        self._woken = asyncio.Event()
        self._rows = _FIRST_ROWS
        self._launched_at = self._heard_at = float("-inf")
        self._quiet_since = 0.0

    def wake(self) -> None:
        """Say that records were appended. Called in the event loop's thread."""
        self._woken.set()

    async def run(self) -> None:
        """Publish until cancelled; then say that this was a clean end."""
        failures = 0
        while True:
            began = monotonic()
            try:
                await self._serve()
            except* (MqttError, OutboxError, LinkSilentError) as lost:
                _LOG.warning("link lost: %s", "; ".join(map(str, lost.exceptions)))
            failures = 0 if self._heard_at >= began else failures + 1
            await asyncio.sleep(backoff_s(failures, self._pace, self._jitter()))

    async def _serve(self) -> None:
        number = self._outbox.next_connection()
        death = Death(boot=self._outbox.boot, connection=number)
        async with connection(self._broker, self._gateway, death) as client:
            self._quiet_since = monotonic()
            try:
                await self._announce(client, number)
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._listen(client), name="acknowledgements")
                    tasks.create_task(self._pump(client, tasks), name="chunks")
            except asyncio.CancelledError:
                await self._say(client, death)
                raise
            finally:
                self._window.disconnected()

    async def _announce(self, client: Client, number: int) -> None:
        await client.subscribe(str(Topic(self._gateway, Kind.ACK)), qos=1)
        birth = encode(form_birth(self._birth(number)))
        await client.publish(str(Topic(self._gateway, Kind.BIRTH)), birth, qos=1, retain=True)
        _LOG.info("connected: broker=%s connection=%d", self._broker, number)

    async def _say(self, client: Client, death: Death) -> None:
        payload = encode(form_death(death))
        with suppress(MqttError):
            await client.publish(
                str(Topic(self._gateway, Kind.DEATH)),
                payload,
                qos=1,
                retain=True,
                timeout=_FAREWELL_S,
            )

    async def _listen(self, client: Client) -> None:
        async for message in client.messages:
            try:
                ack = parse_ack(decode(bytes(message.payload or b"")))
            except ValueError as error:
                _LOG.warning("acknowledgement ignored: %s", error)
                continue
            self._heard_at = self._quiet_since = monotonic()
            self._take(ack)

    def _take(self, ack: Ack) -> None:
        for boot, ranges in ack.settled.items():
            try:
                self._outbox.settle(boot, ranges)
            except (ValueError, OutboxError) as error:
                _LOG.warning("acknowledgement not taken: %s", error)
            else:
                self._window.land(boot, ranges)
        self.wake()

    async def _pump(self, client: Client, tasks: asyncio.TaskGroup) -> None:
        while True:
            self._woken.clear()
            now = monotonic()
            self._check_link(now)
            for flight, sealed in (*self._again(now), *self._afresh(now)):
                tasks.create_task(self._send(client, flight, sealed), name=f"send-{sealed.boot}")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._rest_s(monotonic())):
                    await self._woken.wait()

    async def _send(self, client: Client, flight: Flight, sealed: SealedChunk) -> None:
        await client.publish(str(Topic(self._gateway, Kind.CHUNK)), sealed.payload, qos=1)
        flight.taken = True

    def _check_link(self, now: float) -> None:
        silence_s = now - self._quiet_since
        if self._window.flights and silence_s > self._pace.silence_max_s:
            raise LinkSilentError(silence_s)

    def _again(self, now: float) -> list[tuple[Flight, SealedChunk]]:
        """Seal afresh what is due to be sent again, as far as it is still held."""
        sealed: list[tuple[Flight, SealedChunk]] = []
        for flight in self._window.due(now):
            held = flight.boot in self._outbox.held_boots()
            rows = (
                self._outbox.rows(flight.boot, within=flight.numbers, limit=_MOST_ROWS)
                if held
                else []
            )
            chunk = self._seal(Choice(boot=flight.boot, rows=rows)) if held else None
            self._window.relaunch(flight, chunk.numbers if chunk else EMPTY, now=now)
            if chunk is not None and chunk.numbers:
                sealed.append((flight, chunk))
        return sealed

    def _afresh(self, now: float) -> list[tuple[Flight, SealedChunk]]:
        """Seal what has not been sent, as far as the window has room."""
        sealed: list[tuple[Flight, SealedChunk]] = []
        while self._window.free and not self._lingers(now):
            choice = self._selection.next(self._rows)
            if choice is None:
                break
            chunk = self._seal(choice)
            if not self._window.flights:
                self._quiet_since = now
            sealed.append((self._window.launch(chunk.boot, chunk.numbers, now=now), chunk))
            self._launched_at = now
        return sealed
