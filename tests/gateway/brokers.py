"""Real brokers for tests, and somebody who listens and acknowledges as ingest would."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, Self

import aiomqtt

from gateway.config import BrokerConfig
from gateway.endpoints import Endpoint
from gateway.wire import decode, encode
from ingest.contract.ack import Ack, form_ack
from ingest.contract.chunk import Chunk, parse_chunk
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.lifecycle import Birth, Death, parse_birth, parse_death
from ingest.contract.ranges import Ranges
from ingest.contract.topic import Kind, Topic
from simulators.demo.broker import free_port
from tests.gateway.builders import NOON

GATEWAY = GatewayId("gw-1")
PATIENCE_S = 20.0


class Mosquitto:
    """A private Mosquitto that can be killed and started again."""

    def __init__(self, folder: Path, program: str) -> None:
        self.port = free_port()
        self._program = program
        self._config = folder / "mosquitto.conf"
        self._process: asyncio.subprocess.Process | None = None
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "log_dest stderr",
            "log_type information",
            "connection_messages false",
            "user root" if os.geteuid() == 0 else "",
        ]
        self._config.write_text("\n".join(lines), encoding="utf-8")

    async def start(self) -> None:
        """Start it, and wait until it says that it runs."""
        self._process = await asyncio.create_subprocess_exec(
            self._program, "-c", str(self._config), stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        while b"running" not in (line := await self._process.stderr.readline()):
            assert line, "Mosquitto did not start"

    async def kill(self) -> None:
        """Take it away without a word; what it had is gone."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()
            self._process = None


@asynccontextmanager
async def amqtt_broker(port: int) -> AsyncGenerator[None]:
    """An amqtt in this process: MQTT 3.1.1 only."""
    from amqtt.broker import Broker  # noqa: PLC0415 - slow to import

    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.WARNING)
    config: dict[str, Any] = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": False}},
    }
    broker = Broker(config)
    await broker.start()
    try:
        yield
    finally:
        await broker.shutdown()


def broker_at(port: int, protocol: Literal["5", "3.1.1"] = "5") -> BrokerConfig:
    """The configuration of a broker on this machine."""
    return BrokerConfig(endpoint=Endpoint("127.0.0.1", port), protocol=protocol)


class Listener:
    """Hears what a gateway publishes, and acknowledges what a test tells it to."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self._client = client
        self._iterator = client.messages
        self.settled: dict[BootId, Ranges] = {}

    @classmethod
    @asynccontextmanager
    async def at(cls, broker: BrokerConfig) -> AsyncGenerator[Self]:
        """Listen to all that the test gateway says."""
        version = aiomqtt.ProtocolVersion.V5 if broker.protocol == "5" else None
        async with aiomqtt.Client(
            broker.endpoint.host, broker.endpoint.port, username="ingest", protocol=version
        ) as client:
            await client.subscribe(f"zw/1/{GATEWAY}/up/#", qos=1)
            yield cls(client)

    async def hear(self) -> Birth | Chunk | Death:
        """Return the next message that is said."""
        async with asyncio.timeout(PATIENCE_S):
            message = await anext(self._iterator)
        body = decode(message.payload)
        match Topic.parse(str(message.topic)).kind:
            case Kind.BIRTH:
                return parse_birth(body)
            case Kind.DEATH:
                return parse_death(body)
            case _:
                chunk, defects = parse_chunk(body)
                assert defects == ()
                return chunk

    async def hear_chunk(self) -> Chunk:
        """Return the next chunk, whatever else is said before."""
        while not isinstance(message := await self.hear(), Chunk):
            pass
        return message

    async def hear_birth(self) -> Birth:
        """Return the next birth, whatever else is said before."""
        while not isinstance(message := await self.hear(), Birth):
            pass
        return message

    async def acknowledge(self, settled: Mapping[BootId, Ranges]) -> None:
        """Say what is settled: the complete state, retained."""
        for boot, numbers in settled.items():
            self.settled[boot] = self.settled.get(boot, Ranges()) | numbers
        await self.say(encode(form_ack(Ack(sent_at=NOON, settled=self.settled))))

    async def say(self, payload: bytes) -> None:
        """Say something on the acknowledgement's topic."""
        await self._client.publish(str(Topic(GATEWAY, Kind.ACK)), payload, qos=1, retain=True)
