"""Ingest's link to a real broker while nothing is taken from it, and when the broker forgets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import aiomqtt
import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from ingest.archive import Message
from ingest.broker.process import mosquitto as broker_program
from ingest.contract.clock import ManualClock
from ingest.contract.period import micros
from ingest.mqtt import BrokerAddress, Group, MqttLink, Received
from tests.gateway.brokers import PATIENCE_S, Mosquitto
from tests.ingest.arrivals import NOW
from tests.servers import needs

pytestmark = needs("mosquitto")

TOPIC = "zw/1/kh-gw-1/up/chunk"
WINDOW = 2_048


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """A running Mosquitto that keeps nothing when it is killed."""
    program = broker_program()
    assert program is not None
    broker = Mosquitto(tmp_path, program)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.kill()


@contextmanager
def a_link(
    port: int, version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5
) -> Generator[MqttLink]:
    address = BrokerAddress(host="127.0.0.1", port=port, version=version)
    with MqttLink(address, client_id="ingest-w1", clock=ManualClock(NOW)) as link:
        yield link


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.01)


async def publish(port: int, first: int, last: int) -> None:
    async with (
        aiomqtt.Client(
            "127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5, max_inflight_messages=1_000
        ) as client,
        asyncio.TaskGroup() as tasks,
    ):
        for number in range(first, last + 1):
            tasks.create_task(client.publish(TOPIC, str(number), qos=1, timeout=PATIENCE_S))


def said(received: list[Received]) -> list[int]:
    return [int(one.message.payload) for one in received]


async def test_while_nothing_is_taken_no_more_than_a_window_is_held(mosquitto: Mosquitto) -> None:
    got: list[Received] = []
    with a_link(mosquitto.port) as link:
        await until(link.subscribed.is_set)
        await publish(mosquitto.port, 1, WINDOW + 300)
        await until(lambda: link.held >= WINDOW)
        await publish(mosquitto.port, WINDOW + 301, WINDOW + 400)
        held = link.held
        while len(got) < WINDOW + 400:
            taken = await asyncio.to_thread(link.take, Group(wait_s=PATIENCE_S))
            link.acknowledge(taken)
            got += taken

    assert held == WINDOW
    assert said(got) == list(range(1, WINDOW + 401))


async def test_a_broker_that_forgot_is_not_told_that_another_message_is_safe(
    mosquitto: Mosquitto,
) -> None:
    """The first message after a restart has the id that the first before it had."""
    with a_link(mosquitto.port) as link:
        await until(link.subscribed.is_set)
        await publish(mosquitto.port, 1, 1)
        (old,) = await asyncio.to_thread(link.take, Group(wait_s=PATIENCE_S))
        await mosquitto.kill()
        await until(lambda: not link.subscribed.is_set())
        await mosquitto.start()
        await until(link.subscribed.is_set)
        await publish(mosquitto.port, 2, 2)
        (new,) = await asyncio.to_thread(link.take, Group(wait_s=PATIENCE_S))
        link.acknowledge([old])
    with a_link(mosquitto.port) as link:
        (again,) = await asyncio.to_thread(link.take, Group(wait_s=PATIENCE_S))

    assert (old.mid, old.message.payload) == (new.mid, b"1")
    assert again.message.payload == b"2"


async def test_what_is_told_while_the_broker_is_away_does_not_pile_up(
    mosquitto: Mosquitto,
) -> None:
    with a_link(mosquitto.port) as link:
        await until(link.subscribed.is_set)
        await mosquitto.kill()
        await until(lambda: not link.subscribed.is_set())
        for _ in range(100):
            link.publish("zw/1/kh-gw-1/down/ack", b"{}")
        await mosquitto.start()
        await until(link.subscribed.is_set)
        link.publish("zw/1/kh-gw-1/down/ack", b'{"the": "last"}')
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            await client.subscribe("zw/1/kh-gw-1/down/ack", qos=1)
            async with asyncio.timeout(PATIENCE_S):
                message = await anext(client.messages)

    assert message.payload == b'{"the": "last"}'


@pytest.mark.parametrize("version", [MQTTProtocolVersion.MQTTv311, MQTTProtocolVersion.MQTTv5])
async def test_long_messages_and_short_ones_come_whole_and_in_order(
    mosquitto: Mosquitto, version: MQTTProtocolVersion
) -> None:
    """Longer than what one read brings, and none at all."""
    payloads = [b"1", b"2" * 200_000, b"", b"4" * 70_000, b"5"]
    got: list[Received] = []
    with a_link(mosquitto.port, version) as link:
        await until(link.subscribed.is_set)
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            for qos, payload in enumerate(payloads):
                await client.publish(TOPIC, payload, qos=qos % 2)
        while len(got) < len(payloads):
            got += await asyncio.to_thread(link.take, Group(wait_s=PATIENCE_S))
        link.acknowledge(got)
    with a_link(mosquitto.port, version) as link:
        await until(link.subscribed.is_set)
        await publish(mosquitto.port, 6, 6)
        (only,) = await asyncio.to_thread(link.take, Group(wait_s=PATIENCE_S))

    assert [one.message for one in got] == [
        Message(topic=TOPIC, payload=payload, received_at=micros(NOW)) for payload in payloads
    ]
    assert [one.qos for one in got] == [0, 1, 0, 1, 0]
    assert only.message.payload == b"6"


async def test_a_broker_that_talks_nonsense_is_left_and_asked_anew() -> None:
    welcome, nonsense = b"\x20\x03\x00\x00\x00", b"\x32\xff\xff\xff\xff\xff"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(PATIENCE_S)
        with a_link(server.getsockname()[1]) as link:
            first, _ = await asyncio.to_thread(server.accept)
            first.sendall(welcome + nonsense)
            second, _ = await asyncio.to_thread(server.accept)
        held = link.held
        first.close()
        second.close()

    assert held == 0


def received(*payloads: bytes) -> list[Received]:
    return [
        Received(Message(topic=TOPIC, payload=payload, received_at=0), mid, 1, 1)
        for mid, payload in enumerate(payloads, 1)
    ]


@pytest.mark.parametrize(
    ("payloads", "count"),
    [
        pytest.param([], 0, id="nothing"),
        pytest.param([b"12", b"34"], 0, id="below both limits"),
        pytest.param([b"1", b"2", b"3"], 3, id="as many messages"),
        pytest.param([b"1", b"2", b"3", b"4"], 3, id="more messages"),
        pytest.param([b"12", b"345", b"6"], 2, id="the one that reaches the bytes is among them"),
        pytest.param([b"123456"], 1, id="one alone may be larger"),
    ],
)
def test_a_group_is_full_by_messages_or_by_bytes(payloads: list[bytes], count: int) -> None:
    assert Group(messages=3, payload_bytes=5).full_at(received(*payloads)) == count
